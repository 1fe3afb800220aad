"""Reading in a process of its own: the same as here, and whatever that process does, an answer."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from scan_files import asymmetric, picture, scan

from app.errors import InputError, LimitError, StudyError, UnreadableFileError
from app.imaging import LIMITS, confined, open_study
from app.imaging.confined import ReaderError
from app.imaging.limits import MIB

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and processor time are Linux's")
FILES = [
    scan("p_flair.nii.gz", asymmetric(5, 4, 3)),
    scan("p_seg.nii", np.eye(5, 4, dtype=np.uint8)[..., None].repeat(3, axis=2)),
]


@pytest.fixture(autouse=True)
def no_spares() -> Iterator[None]:
    confined._end_all()
    yield
    confined._end_all()


def a_worker_that(monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    monkeypatch.setattr(confined, "COMMAND", (sys.executable, "-c", f"import os, sys, time\n{does}"))


def children() -> set[int]:
    """Processes of this one."""
    return {child.pid for child in psutil.Process().children()}


def test_same_as_here() -> None:
    here, there = open_study(FILES), confined.open_study(FILES)

    assert here.study and there.study and there.study.sha256 == here.study.sha256
    assert there.parts == here.parts
    np.testing.assert_array_equal(there.study.reference, here.study.reference)


def test_roles_are_heard() -> None:
    study = confined.open_study(FILES, {("p_flair.nii.gz", 0): "T2", ("p_seg.nii", 0): None}).study

    assert study is not None and study.sequences == ("T2",) and study.reference is None


def test_errors_come_through() -> None:
    with pytest.raises(UnreadableFileError, match=r"notes\.png"):
        confined.open_study([replace(FILES[0], name="notes.png", data=b"these are not pixels")])
    twice = confined.open_study([FILES[0], replace(FILES[0], name="q_flair.nii.gz")])
    assert twice.study is None and isinstance(twice.problem, StudyError) and len(twice.parts) == 2


@pytest.mark.parametrize(
    ("does", "error"),
    [
        ("sys.exit(3)", UnreadableFileError),
        ("os.abort()", UnreadableFileError),
        ("os.kill(os.getpid(), 11)", UnreadableFileError),
        ("sys.stdin.buffer.read(100); os.kill(os.getpid(), 11)", UnreadableFileError),
        ("print('no message', flush=True); time.sleep(60)", UnreadableFileError),
        ("os.write(1, (2).to_bytes(8, 'little') + b'{}'); time.sleep(60)", UnreadableFileError),
        ("os.write(1, (10**15).to_bytes(8, 'little')); time.sleep(60)", UnreadableFileError),
        ("os.write(1, (24).to_bytes(8, 'little') + b'{\"blobs\": [999999999999]}')", UnreadableFileError),
        ("os.kill(os.getpid(), 9)", LimitError),
    ],
)
def test_a_process_that_fails(monkeypatch: pytest.MonkeyPatch, does: str, error: type[InputError]) -> None:
    a_worker_that(monkeypatch, does)
    before = children()
    with pytest.raises(InputError, match=r"p_flair\.nii\.gz and 1 more") as raised:
        confined.open_study(FILES)
    assert type(raised.value) is error
    assert children() == before


def test_a_process_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    a_worker_that(monkeypatch, "time.sleep(60)")
    started = time.monotonic()
    with pytest.raises(LimitError, match="took too long"):
        confined.open_study(FILES, limits=replace(LIMITS, seconds=0.05))
    assert time.monotonic() - started < 30


@linux
def test_too_much_memory() -> None:
    """A picture of 64 MiB, which may not be taken."""
    large = picture("large.png", np.tile(np.arange(256, dtype=np.uint8), (2048, 8)))
    assert confined.open_study([large]).study is not None
    with pytest.raises(LimitError, match=r"more than 4 MiB of memory|took too long|large\.png"):
        confined.open_study([large], limits=replace(LIMITS, memory_bytes=4 * MIB))


def test_a_fault_of_ours_says_where_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (
        "import app.imaging.worker as worker\n"
        "def broken(*files, **more): raise KeyError('Jane Doe')\n"
        "worker.open_study = broken\n"
        "worker.main()"
    )
    a_worker_that(monkeypatch, broken)
    with pytest.raises(ReaderError, match=r"KeyError in worker\.py:\d+ serve > <string>:\d+ broken") as raised:
        confined.open_study(FILES)
    assert "Jane" not in str(raised.value)


def test_spare_is_used_and_a_dead_one_is_not() -> None:
    before = children()
    confined.prepare()
    confined.prepare()
    (spare,) = confined._spares
    assert children() - before == {spare.pid}
    assert confined.open_study(FILES).study is not None and spare.returncode is not None

    confined.prepare()
    confined._spares[0].kill()
    confined._spares[0].wait()
    assert confined.open_study(FILES).study is not None


def test_environment_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    answer = 'b\'{"blobs": [], "fault": "%s"}\' % os.environ.get("DATABASE_PASSWORD", "nothing").encode()'
    a_worker_that(monkeypatch, f"text = {answer}\nos.write(1, len(text).to_bytes(8, 'little') + text); time.sleep(9)")
    with pytest.raises(ReaderError, match="nothing"):
        confined.open_study(FILES)


@linux
def test_a_confined_process_writes_no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = f"{tmp_path}/written"
    writes = (
        "import app.imaging.worker as worker\n"
        f"def write(*files, **more): os.write(os.open({target!r}, os.O_CREAT | os.O_WRONLY), b'x')\n"
        "worker.open_study = write\n"
        "worker.main()"
    )
    a_worker_that(monkeypatch, writes)
    with pytest.raises(ReaderError, match="OSError"):
        confined.open_study(FILES)
    assert os.path.getsize(target) == 0
