import os

import pytest

from app.cohort.walk import MARK, walk
from app.errors import LimitError


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def put(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)


def files(root, said=None, **arguments):
    tell = [].append if said is None else said.append
    return [path.relative_to(root).as_posix() for place in walk(root, tell, **arguments) for path in place.files]


def test_files_folder_by_folder_in_the_order_of_names(root):
    put(root / "b" / "2", root / "b" / "1", root / "a" / "c" / "3", root / "z", root / "a" / "4")
    assert files(root) == ["z", "a/4", "a/c/3", "b/1", "b/2"]


def test_hidden_files_and_folders_and_those_with_results_are_left_out(root):
    put(root / ".hidden" / "1", root / ".2", root / "out" / MARK, root / "out" / "studies" / "3", root / "out2" / "4")
    assert files(root) == ["out2/4"]
    assert files(root / "out") == [MARK, "studies/3"]


def test_links_are_followed_to_hidden_files_below_the_folder_alone(root, tmp_path):
    put(tmp_path / "elsewhere" / "1", root / "a" / "2", root / ".annex" / "3")
    (root / "to_folder").symlink_to(tmp_path / "elsewhere")
    (root / "to_file").symlink_to(tmp_path / "elsewhere" / "1")
    (root / "to_hidden").symlink_to(root / ".annex" / "3")
    (root / "twice").symlink_to(root / "a" / "2")
    (root / "a" / "circle").symlink_to(root)
    (root / "a" / "nowhere").symlink_to(root / "missing")
    said = []
    assert files(root, said) == ["to_hidden", "a/2"]
    assert said == [f"Links that lead out of {root} were not followed: 2."]


def test_a_folder_that_is_reached_through_a_link(root, tmp_path):
    put(root / "a" / "1", root / ".annex" / "2")
    (root / "to_hidden").symlink_to("../root/.annex/2")
    link = tmp_path / "link"
    link.symlink_to(root)
    said = []
    assert files(link, said) == ["to_hidden", "a/1"]
    assert said == []


def test_what_is_neither_file_nor_folder_is_left_out(root):
    os.mkfifo(root / "pipe")
    assert files(root) == []


def test_a_folder_that_cannot_be_read_is_told(root, monkeypatch):
    put(root / "a" / "1", root / "b" / "2")
    scandir = os.scandir

    def closed(folder):
        if folder == root / "a":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr("os.scandir", closed)
    said = []
    assert files(root, said) == ["b/2"]
    assert said == [f"{root / 'a'} cannot be read and was left out: Permission denied."]


def test_there_is_an_end(root):
    put(*(root / f"{number}" / "file" for number in range(5)))
    assert len(files(root, most=10)) == 5
    with pytest.raises(LimitError, match="holds more than 9 files"):
        files(root, most=9)


def test_what_lies_on_a_disc(root):
    put(root / "disc" / "DICOMDIR", root / "disc" / "viewer" / "icon.png", root / "other" / "picture.png")
    assert {place.folder.name: place.on_disc for place in walk(root, print)} == {
        "disc": True,
        "viewer": True,
        "other": False,
    }
