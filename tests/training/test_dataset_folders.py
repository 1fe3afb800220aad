import re

import pytest

from app.errors import DatasetError
from app.training.datasets.folders import find_case_folders, read_case

VISIT = re.compile(r"_v\d$")


def find(folder):
    return sorted(find_case_folders(folder, lambda name: name.endswith(".scan"), VISIT))


def touch(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_case_folders_at_any_depth(tmp_path):
    touch(tmp_path / "HGG" / "A_v1" / "b.scan", tmp_path / "HGG" / "A_v1" / "a.scan", tmp_path / "LGG" / "B" / "a.scan")
    touch(
        tmp_path / "HGG" / "A_v1" / "readme.txt", tmp_path / "HGG" / "A_v1" / ".a.scan", tmp_path / "LGG" / "list.csv"
    )
    folder = tmp_path / "HGG" / "A_v1"
    assert find(tmp_path) == [
        ("A_v1", "A", (folder / "a.scan", folder / "b.scan")),
        ("B", "B", (tmp_path / "LGG" / "B" / "a.scan",)),
    ]


def test_the_folder_itself_may_be_the_case(tmp_path):
    touch(tmp_path / "A" / "a.scan")
    assert find(tmp_path / "A") == [("A", "A", (tmp_path / "A" / "a.scan",))]


def test_an_empty_folder_beside_cases_is_a_broken_case(tmp_path):
    touch(tmp_path / "cases" / "A" / "a.scan", tmp_path / "cases" / "B" / "list.csv", tmp_path / "docs" / "readme.txt")
    assert [name for name, _, _ in find(tmp_path)] == ["A", "B"]
    ((_, _, files),) = [found for found in find(tmp_path) if found[0] == "B"]
    with pytest.raises(DatasetError, match=re.escape(f"{tmp_path / 'cases' / 'B'} holds no scans. Copy them again")):
        read_case(files)


def test_no_case_at_all(tmp_path):
    touch(tmp_path / "A" / "list.csv")
    assert find(tmp_path) == []
