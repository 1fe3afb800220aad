import gzip

import numpy as np
import pytest
from scan_files import nifti
from zlib_ng import zlib_ng

from app.errors import UnsupportedFileError
from app.imaging import ScanFile, gzipped
from benchmarks import reading
from benchmarks.inflaters import OURS, inflaters
from benchmarks.result import Better

CONTENT = bytes(range(251)) * 40
PACKED = gzip.compress(CONTENT, mtime=0)


def scan(name, dtype=np.int16):
    return ScanFile(name, gzip.compress(nifti(np.arange(60, dtype=dtype).reshape(3, 4, 5))))


@pytest.mark.parametrize(("name", "inflate"), list(inflaters()), ids=[name for name, _ in inflaters()])
def test_every_way_unpacks_the_same(name, inflate):
    if inflate is None:
        pytest.skip(f"{name} is not installed")
    assert bytes(inflate(PACKED, len(CONTENT))) == CONTENT
    assert gzipped.zlib is zlib_ng


def test_a_way_that_is_not_installed_is_left_out(monkeypatch):
    ways = [(OURS, lambda data, size: CONTENT), ("other", None), ("half", lambda data, size: CONTENT[:7])]
    monkeypatch.setattr(reading, "inflaters", lambda: ways)
    tasks, left_out = reading.unpacking_tasks(PACKED, len(CONTENT))
    assert list(tasks) == [OURS]
    assert tasks[OURS]() == CONTENT
    assert [line.split(":")[0] for line in left_out] == ["other is left out", "half is left out"]


def test_sequences_alone_are_read():
    files = [scan("p_flair.nii.gz"), scan("p_t1.nii.gz"), scan("p_seg.nii.gz", np.uint8)]
    assert [file.name for file in reading.sequences(files)] == ["p_flair.nii.gz", "p_t1.nii.gz"]


def test_files_that_are_not_gzipped():
    with pytest.raises(UnsupportedFileError, match=r"p_flair\.nii is not gzipped"):
        reading.sequences([ScanFile("p_flair.nii", nifti(np.arange(60, dtype=np.int16).reshape(3, 4, 5)))])


def test_times_become_ratios():
    seconds = {f"{name}, 1": [value] for name, value in [("nibabel, float64", 3.0), ("nibabel, as stored", 1.0)]}
    seconds |= {"ours, 1": [2.0], "confined, 1": [5.0], "ours after confined, 1": [2.5]}
    seconds |= {"all, in memory": [2.0], "unpacking, one thread": [0.5], "unpacking, two threads": [0.25]}
    seconds |= {"voxels, one thread": [0.75], "voxels, two threads": [0.5]}
    seconds |= {OURS: [0.25], "zlib, at once": [0.125]}
    result = reading.summed_up(seconds, 1)
    assert result.ratios == {
        "nibabel, float64 / ours, 1": 1.5,
        "nibabel, as stored / ours, 1": 0.5,
        "confined / ours, 1": 2.0,
        "share of gzip": 0.25,
        "unpacking, one thread / two": 2.0,
        "voxels, one thread / two": 1.5,
        f"{OURS} / zlib, at once": 2.0,
    }
    assert result.way("nibabel, float64 / ours, 1") is Better.GREATER
    assert result.way("confined / ours, 1") is Better.LESS
    assert result.way("share of gzip") is Better.NEITHER
    assert result.medians["ours, 1, ms"] == 2000
