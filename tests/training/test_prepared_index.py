import re
from pathlib import Path

import pytest
from dataset_files import entry_of

from app.errors import DatasetError, UnreadableFileError
from app.model.network_input import VERSION
from app.training.datasets import Case
from app.training.prepared_index import Index, read_index, stamp, write_index


def test_written_and_read(tmp_path):
    index = Index(
        "brats", "data", finished=True, cases=[entry_of("A"), entry_of("B", tumour_ml=None)], skipped={"C": "x"}
    )
    write_index(tmp_path, index)
    assert read_index(tmp_path) == index
    assert index.version == VERSION
    assert [path.name for path in tmp_path.iterdir()] == ["index.json"]


def test_none_there(tmp_path):
    assert read_index(tmp_path) is None
    assert read_index(tmp_path / "missing") is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"cases": [1]}', '{"cases": [{"key": "x"}]}', '{"cases": [], "x": 1}']
)
def test_an_index_that_is_none(tmp_path, content):
    (tmp_path / "index.json").write_text(content)
    with pytest.raises(
        DatasetError, match=re.escape(f"index.json is no index of a prepared set, or damaged. Delete {tmp_path}")
    ):
        read_index(tmp_path)


def test_planes_are_slices_times_sequences():
    assert entry_of("A", slices=[1, 2, 5], sequences=["FLAIR", "T2"]).planes == 6


def test_a_stamp_changes_with_any_file(tmp_path):
    files = tuple(tmp_path / name for name in "ab")
    for path in files:
        path.write_text("12")
    case = Case("brats", "A", "A", files)
    before = stamp(case)
    assert before[0] == 4
    files[0].write_text("123")
    assert stamp(case) != before


def test_a_file_that_is_gone():
    with pytest.raises(UnreadableFileError, match="gone cannot be read: No such file or directory"):
        stamp(Case("brats", "A", "A", (Path("gone"),)))
