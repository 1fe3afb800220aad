"""A disk that is full, and folders that cannot be written to: a message, no half file, and the earlier ones whole."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.durable import PARTIAL
from app.errors import InputError
from app.exports import save
from tests.faults.project import ROOT, SLICE, WITHOUT_PRIVILEGE, contents, copy_project, lock, python, segment, unlock

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
sys.argv = ["app", *sys.argv[1:]]
from app.__main__ import main
sys.exit(main())
"""
"""The command line, on a disk that takes 100 bytes a file."""
PRINTS = """
import argparse, sys
from app import __main__ as command_line
parser = argparse.ArgumentParser()
parser.set_defaults(run=lambda _: print("a result") or 0)
command_line.parser = lambda: parser
sys.exit(command_line.main([]))
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with an earlier result."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("slice_png_mask.png", "slice_png_probability.png"):
        (folder / name).write_bytes(b"earlier")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on files there")
def test_a_full_disk_on_the_command_line(out: Path) -> None:
    before = files(out)
    done = subprocess.run(
        [sys.executable, "-B", "-c", LIMITED, "segment", str(SLICE), "--out", str(out), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "File too large. Free some space there, or choose another folder." in done.stderr
    assert files(out) == before


@pytest.mark.parametrize("full", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_in_the_middle_of_a_file(out: Path, monkeypatch: pytest.MonkeyPatch, full: int) -> None:
    """Half of the bytes are taken, and the rest is refused."""
    before = files(out)

    class Half(type(Path())):  # type: ignore[misc]
        def open(self, *args: object) -> object:
            file = super().open(*args)

            class Full:
                def __enter__(self) -> "Full":
                    return self

                def __exit__(self, *_: object) -> None:
                    file.close()

                def write(self, content: bytes) -> None:
                    file.write(content[: len(content) // 2])
                    raise OSError(full, os.strerror(full))

            return Full()

    with pytest.raises(InputError, match="Free some space there, or choose another folder"):
        save(Half(out), "slice_png_mask.png", b"new" * 1000)
    assert files(out) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_under_what_is_printed() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", PRINTS], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode in (1, 120)  # 120: Python's own, for what it could not flush at its end
    assert done.stderr.startswith("gliolens: No space left on device. Free some space")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_under_the_log() -> None:
    script = "from app import log; log.set_up_server(); log.segmented(slices=1, seconds=1); print('it goes on')"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=full, text=True, timeout=60
        )
    assert done.stdout == "it goes on\n"


@pytest.mark.parametrize("error", [errno.EACCES, errno.EROFS, errno.EIO])
def test_a_folder_that_refuses(out: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    def refused(self: Path, *_: object) -> None:
        raise OSError(error, os.strerror(error))

    before = files(out)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(InputError, match=rf"p\.png cannot be written: {os.strerror(error)}\. Choose another folder\."):
        save(out, "p.png", b"new")
    monkeypatch.undo()
    assert files(out) == before


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"notes")
    with pytest.raises(InputError, match="Choose another folder"):
        save(tmp_path / "out", "p.png", b"new")
    assert (tmp_path / "out").read_bytes() == b"notes"


@pytest.mark.skipif(sys.platform != "linux", reason="root has its rights taken away with prctl")
class TestReadOnly:
    @pytest.fixture
    def project(self, tmp_path: Path):
        folder = copy_project(tmp_path / "project")
        lock(folder)
        yield folder
        unlock(folder)

    def test_the_command_line_needs_the_folder_for_output_alone(self, project: Path, tmp_path: Path) -> None:
        before = contents(project)
        done = segment(project, tmp_path / "written", "--json")
        assert done.returncode == 0, done.stderr
        assert len(files(tmp_path / "written")) == 2
        assert contents(project) == before

    def test_a_folder_for_output_that_is_read_only(self, project: Path, out: Path) -> None:
        before = files(out)
        lock(out)
        done = segment(project, out)
        unlock(out)
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot be written: Permission denied. Choose another folder." in done.stderr
        assert files(out) == before

    def test_permissions_hold_in_these_tests(self, project: Path) -> None:
        done = python(project, "-c", "open('app/x.py', 'w')")
        assert "PermissionError" in done.stderr
        assert WITHOUT_PRIVILEGE and not (project / "app" / "x.py").exists()


def test_unfinished_files_can_be_told_from_results(tmp_path: Path) -> None:
    left = tmp_path / f".gliolens-0123456789abcdef{PARTIAL}"
    left.write_bytes(b"half")
    save(tmp_path, "p.png", b"new")
    assert files(tmp_path) == {"p.png": b"new", left.name: b"half"}
