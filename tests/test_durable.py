import errno
import os
import stat
from pathlib import Path

import pytest

from app.durable import PARTIAL, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_made_and_then_replaced(tmp_path):
    target = tmp_path / "a.bin"
    write_whole(target, b"an older, longer one")
    write_whole(target, b"new")
    assert (names(tmp_path), target.read_bytes()) == (["a.bin"], b"new")


def test_content_and_name_reach_the_disk_in_that_order(tmp_path, monkeypatch):
    steps = []

    def fsync(descriptor, really=os.fsync):
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        really(descriptor)

    def replace(self, target, really=Path.replace):
        steps.append("name")
        return really(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_whole(tmp_path / "a.bin", b"new")
    assert steps == ["content", "name", "folder"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_folder_as_it_was(tmp_path, monkeypatch, step):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a.bin").write_bytes(b"old")
    monkeypatch.setattr(*((os, "fsync", full) if step == "fsync" else (Path, "replace", full)))
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a.bin", b"new")
    assert (names(tmp_path), (tmp_path / "a.bin").read_bytes()) == (["a.bin"], b"old")


def test_a_folder_that_cannot_be_flushed_is_no_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(PermissionError()))
    write_whole(tmp_path / "a.bin", b"new")
    monkeypatch.undo()
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_a_long_name_leaves_room_for_that_of_the_unfinished_file(tmp_path):
    name = "n" * 255
    write_whole(tmp_path / name, b"new")
    assert names(tmp_path) == [name]


def test_unfinished_files_of_others_are_let_alone(tmp_path):
    left = tmp_path / f".gliolens-0123456789abcdef{PARTIAL}"
    left.write_bytes(b"half")
    write_whole(tmp_path / "a.bin", b"new")
    assert left.read_bytes() == b"half"
