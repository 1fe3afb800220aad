import csv
import re
from html.parser import HTMLParser

import pytest
from dataset_files import write_case

from app import NOTICE
from app.errors import InputError
from app.training.datasets import DATASETS
from app.training.prepare import prepare
from app.training.prepare_report import write_report
from app.training.prepared_index import Index


@pytest.fixture
def reported(tmp_path):
    """The set, its page, and the rows of its table."""
    write_case(tmp_path / "a & b" / "P1", seed=1)
    write_case(tmp_path / "a & b" / "P2 <1>", seed=2, sequences=("flair", "t1", "t1ce"))
    write_case(tmp_path / "a & b" / "P3", seed=3, reference=False)
    out = tmp_path / "set"
    index = prepare(DATASETS["brats"], tmp_path / "a & b", out, processes=1)
    write_report(out, index)
    with (out / "report.csv").open(encoding="utf-8", newline="") as file:
        return index, (out / "report.html").read_text(encoding="utf-8"), list(csv.DictReader(file))


def test_the_page_stands_alone(reported):
    _, page, _ = reported
    assert "$" not in page
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(sources) == 2
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "prefers-color-scheme: dark" in page
    assert NOTICE in page


def test_the_page_says_what_was_found(reported):
    index, page, _ = reported
    assert "<h1>BraTS</h1>" in page
    assert "2 prepared, 1 skipped" in page
    assert "a &amp; b" in page
    assert "<b>P2 &lt;1&gt;</b>slice 4 · 0.1 ml" in page
    assert "<td>P3</td>" in page
    assert "no T2" in page
    assert all(name in page for name in ("core", "oedema", "enhancing"))
    assert ">tumour</span>" not in page
    assert len(index.cases) == 2


def test_every_tag_is_closed(reported):
    class Tags(HTMLParser):
        open: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "img", "link"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    Tags().feed(reported[1])
    assert Tags.open == []


def test_the_table_has_every_case(reported):
    index, _, rows = reported
    assert [(row["case"], row["status"]) for row in rows] == [
        ("P1", "prepared"),
        ("P2 <1>", "prepared"),
        ("P3", "skipped"),
    ]
    assert (rows[0]["voxels_z"], rows[0]["voxels_x"], rows[0]["mm_z"], rows[0]["axes"]) == ("12", "24", "1.0", "LPS")
    assert (rows[0]["tumour_voxels"], rows[0]["sha256"]) == ("144", index.cases[0].sha256)
    assert rows[1]["remarks"].startswith("no T2; ")
    assert rows[2]["remarks"] == index.skipped["P3"]


def test_a_set_without_cases(tmp_path):
    write_report(tmp_path, Index("lgg", "data", skipped={"A": "broken"}))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "0 prepared, 1 skipped" in page
    assert ">tumour</span>" in page


def test_a_folder_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match=r"report\.html cannot be written: No such file"):
        write_report(tmp_path / "missing", Index("lgg", "data"))
