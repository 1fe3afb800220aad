import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cohort_readings import LIKE, UNLIKE, reading_of, study_of
from cohort_works import task_of

from app import NOTICE
from app.cohort.columns import COLUMNS
from app.cohort.ledger import Record
from app.cohort.row import problem_row, row_of
from app.cohort.table_html import pages
from app.cohort.table_line import HEADER, line_of, number

VOID = {"meta", "img", "rect"}


class Page(HTMLParser):
    """Checks that tags are closed in their order; collects them and the text."""

    def __init__(self, content):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(content.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data if self.open[-1:] != ["style"] else ""

    def all(self, tag, attribute):
        return [attributes[attribute] for name, attributes in self.tags if name == tag and attribute in attributes]


def done(name="p1", guarantee=LIKE, **arguments):
    row = row_of(task_of(Path(f"{name}.nii"), name), reading_of(study_of(**arguments), guarantee), {})
    return Record("d", row, {f"{name}_mask.nii.gz": 1, f"{name}_lesions.csv": 1, "thumbnail.png": 1})


def failed(name="p9", problem="<script>alert(1)</script> is damaged."):
    return Record("d", problem_row(name, "NIfTI", problem), {})


def index(records, total=None, **arguments):
    return Page(dict(pages("my <cohort>", total or len(records), records, **arguments))["index.html"])


def test_what_is_said_of_a_cohort():
    page = index([done("p1", reference=True), done("p2", UNLIKE), failed()], total=4)
    for said in (
        "my <cohort>",
        "studies with a result2of 4 that were found",
        "problems1named below",
        "median tumour volume2.0 ml2.0 to 2.0 ml, 2 with a known size",
        "median Dice0.9470.947 to 0.947, 1 with a reference",
        "unlike the calibration patients1of 2 that could be told",
        "At threshold 0.250, with the network c0ffeec0ffee computing in float32.",
        NOTICE,
    ):
        assert said in page.text
    assert all(column.says in page.text for column in COLUMNS)


def test_a_line_has_a_cell_for_each_column():
    for record in (done(reference=True), done(spacing=None), failed()):
        row = line_of(record)
        spans = [int(span) for span in re.findall(r'colspan="(\d+)"', row)]
        assert len(re.findall(r"<t[dh]\b", row)) - len(spans) + sum(spans) == len(HEADER)


def test_a_line_of_a_volume_with_a_reference():
    text = index([done(reference=True)]).text
    for said in (
        "4 × 12 × 205 × 2 × 1 mm",
        "2.0 mlnecrotic core0.2oedema1.2enhancing0.6",
        "1largest 2.0 ml21.4 mm across",
        "Dice 0.947precision 0.900recall 1.0001.8 ml marked",
        "yes (p = 0.500)At most 5\xa0% of their tumour is missed on average up to threshold 0.105.",
        "Read so. Or so.",
    ):
        assert said in text


def test_a_line_of_pictures():
    text = index([done(spacing=None, guarantee=UNLIKE)]).text
    for said in ("4 × 12 × 20", "200 voxels", "largest 200 voxels", "no (p = 0.020)This scan is unlike <theirs>."):
        assert said in text
    assert "mm across" not in text


def test_what_came_from_files_is_escaped_and_nothing_runs():
    page = index([done(guarantee=UNLIKE), failed()])
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "iframe", "theirs", "link", "object"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "default-src 'none'" in page.all("meta", "content")[0]
    assert page.text.count("<script>alert(1)</script> is damaged.") == 2


def test_links_lead_to_the_files():
    page = index([done("a&b 山")])
    folder = "studies/a%26b%20%E5%B1%B1"
    assert page.all("a", "href") == [
        f"{folder}/",
        f"{folder}/a%26b%20%E5%B1%B1_mask.nii.gz",
        *page.all("a", "href")[2:],
    ]
    assert page.all("img", "src") == [f"{folder}/thumbnail.png"]
    assert page.all("img", "loading") == ["lazy"]


def test_pages():
    records = [done(f"p{number}") for number in range(5)]
    made = dict(pages("cohort", 5, records, per_page=2))
    assert list(made) == ["index.html", "index-2.html", "index-3.html"]
    last = Page(made["index-3.html"])
    assert last.all("img", "src") == ["studies/p4/thumbnail.png"]
    assert last.all("a", "href")[:2] == ["index.html", "index-2.html"]
    assert "median tumour volume" not in last.text


def test_many_problems_are_not_all_named_at_the_top():
    page = index([failed(f"p{number:02}") for number in range(25)])
    assert "And 5 more, in the table." in page.text
    assert (page.text.count("p19"), page.text.count("p20")) == (2, 1)


def test_a_cohort_without_a_result():
    assert "No study has a result yet." in index([], total=3).text


@pytest.mark.parametrize(
    ("arguments", "said"), [((None, 1), "–"), ((1234.56, 1, "ml"), "1,234.6 ml"), ((0.5, 3), "0.500")]
)
def test_numbers(arguments, said):
    assert number(*arguments) == said
