import gzip
import tracemalloc

import numpy as np
import pytest
from scan_files import nifti

from app.errors import LimitError, UnreadableFileError
from app.imaging import ScanFile, inspect, read_study
from app.imaging.gzipped import is_gzip, unpack, unpack_start

CONTENT = bytes(range(256)) * 8
PACKED = gzip.compress(CONTENT)


def test_start_and_whole() -> None:
    assert is_gzip(PACKED)
    assert not is_gzip(CONTENT)
    assert unpack_start("a", PACKED, 5) == b"\0\1\2\3\4"
    assert unpack("a", PACKED, 2048, 0).tobytes() == CONTENT
    assert unpack("a", PACKED, 2000, 48).tobytes() == CONTENT[:2000]


def test_several_members_are_one_stream() -> None:
    """As pigz and bgzip write them."""
    assert unpack("a", gzip.compress(CONTENT[:700]) + gzip.compress(CONTENT[700:]), 2048, 0).tobytes() == CONTENT


def test_members_are_counted() -> None:
    """Empty ones cost twenty bytes each, and time."""
    empty = gzip.compress(b"", mtime=0)

    assert unpack("a", PACKED + empty * 60_000, 2048, 0).tobytes() == CONTENT
    with pytest.raises(UnreadableFileError, match="a is damaged"):
        unpack("a", PACKED + empty * 70_000, 2048, 0)


def test_zeros_may_pad_the_end_and_nothing_else() -> None:
    assert unpack("a", PACKED + bytes(40_000), 2048, 0).tobytes() == CONTENT
    with pytest.raises(UnreadableFileError, match="a is damaged"):
        unpack("a", PACKED + bytes(40_000) + b"x", 2048, 0)


@pytest.mark.parametrize("keep", [5, 30, len(PACKED) - 9, len(PACKED) - 1])
def test_truncated_gzip(keep: int) -> None:
    with pytest.raises(UnreadableFileError, match=r"^a is damaged: its gzip compression is cut off") as caught:
        unpack("a", PACKED[:keep], 2048, 0)
    assert isinstance(caught.value.__cause__, EOFError)


@pytest.mark.parametrize("at", [-1, -5, 20])
def test_altered_gzip(at: int) -> None:
    """Size, checksum and the compressed bytes themselves."""
    altered = bytearray(PACKED)
    altered[at] ^= 0x55

    with pytest.raises(UnreadableFileError, match="a is damaged"):
        unpack("a", bytes(altered), 2048, 0)


def test_no_more_than_promised_is_unpacked() -> None:
    bomb = gzip.compress(nifti(np.arange(60, dtype=np.int16).reshape(3, 4, 5)) + bytes(64 * 2**20))

    tracemalloc.start()
    with pytest.raises(UnreadableFileError, match="goes on after the voxels"):
        read_study([ScanFile("a.nii.gz", bomb)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2**20


@pytest.mark.parametrize(
    ("side", "error", "message"),
    [
        (400, UnreadableFileError, "ends before all the voxels"),
        (1000, LimitError, r"holds 1000 x 1000 x 1000 voxels; at most 4,096 along an axis and 67,108,864"),
        (30_000, LimitError, r"holds 30000 x 30000 x 30000 voxels"),
    ],
)
def test_a_promise_of_gigabytes_takes_no_memory(side: int, error: type[Exception], message: str) -> None:
    """The smallest of them would be 122 MiB, and the file is not large enough to hold that."""
    claim = gzip.compress(nifti(np.zeros((3, 4, 5), np.int16), dim=[3, side, side, side, 1, 1, 1, 1]))

    tracemalloc.start()
    with pytest.raises(error, match=message):
        read_study([ScanFile("a.nii.gz", claim)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2**20


def test_bytes_after_decompression_are_limited() -> None:
    claim = nifti(np.zeros((3, 4, 5), np.float64), dim=[4, 512, 512, 256, 4, 1, 1, 1])

    with pytest.raises(LimitError, match=r"a\.nii\.gz holds 2,048 MiB after decompression; at most 1,024 MiB are read"):
        inspect([ScanFile("a.nii.gz", gzip.compress(claim))])
