import bz2
import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import numpy as np
import pytest

from app.errors import LimitError, UnreadableFileError
from app.imaging.unpacking import TEXT_BYTES, Packing, unpack

CONTENT = bytes(range(256)) * 800
"""More than is read in one go."""
PACKERS: dict[Packing, Callable[[bytes], bytes]] = {
    "raw": bytes,
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "bzip2": bz2.compress,
}


@pytest.mark.parametrize(("packing", "pack"), PACKERS.items(), ids=PACKERS)
def test_packings(packing: Packing, pack: Callable[[bytes], bytes]) -> None:
    file = b"header" + pack(CONTENT)

    assert unpack("a", packing, file, 6, len(CONTENT), 0).tobytes() == CONTENT
    assert unpack("a", packing, file, 6, 200_000, 4800).tobytes() == CONTENT[:200_000]
    with pytest.raises(UnreadableFileError, match=r"^a goes on after the voxels"):
        unpack("a", packing, file, 6, 200_000, 4799)
    with pytest.raises(UnreadableFileError, match=r"^a ends before all the voxels"):
        unpack("a", packing, file, 6, len(CONTENT) + 1, 0)


@pytest.mark.parametrize("packing", ["gzip", "bzip2"])
def test_several_streams_are_one(packing: Packing) -> None:
    """As pigz, bgzip and pbzip2 write them; but not without end."""
    pack = PACKERS[packing]

    parts = pack(CONTENT[:70_000]) + pack(b"") + pack(CONTENT[70_000:])

    assert unpack("a", packing, parts, 0, len(CONTENT), 0).tobytes() == CONTENT
    with pytest.raises(UnreadableFileError, match="is damaged"):
        unpack("a", packing, pack(b"") * 70_000 + pack(CONTENT), 0, len(CONTENT), 0)


@pytest.mark.parametrize("packing", ["gzip", "zlib", "bzip2"])
@pytest.mark.parametrize("at", [0, 30, -1])
def test_altered_and_cut_off(packing: Packing, at: int) -> None:
    """At the magic, among the compressed bytes, and in the checksum or behind it."""
    packed = PACKERS[packing](CONTENT)
    altered = bytearray(packed)
    altered[at] ^= 0xFF

    for data in (bytes(altered), packed[:at]):
        with pytest.raises(UnreadableFileError, match=rf"^a (is damaged: its {packing} compression|ends before)"):
            unpack("a", packing, data, 0, len(CONTENT), 0)


@pytest.mark.parametrize("packing", ["gzip", "zlib", "bzip2"])
def test_no_more_than_promised_is_unpacked(packing: Packing) -> None:
    bomb = PACKERS[packing](bytes(64 * 2**20))

    tracemalloc.start()
    with pytest.raises(UnreadableFileError, match="goes on after the voxels"):
        unpack("a", packing, bomb, 0, 1000, 1000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2**20


@pytest.mark.parametrize("packing", ["raw", "gzip", "zlib", "bzip2", "text"])
def test_a_promise_of_a_gigabyte_takes_no_memory(packing: Packing) -> None:
    packed = PACKERS.get(packing, bytes)(CONTENT[:200])

    tracemalloc.start()
    with pytest.raises(UnreadableFileError, match="ends before all the voxels"):
        unpack("a", packing, packed, 0, 2**30, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2**20


def numbers(text: bytes, count: int) -> list[float]:
    return unpack("a", "text", b"12" + text, 2, 4 * count, 0).view(np.float32).tolist()


def test_text() -> None:
    assert numbers(b"1 -2.5\n\t3e2\r\n4", 4) == [1, -2.5, 300, 4]
    assert numbers(b"123456 " * 30_000, 30_000) == [123456] * 30_000
    assert numbers(b"1e300", 1) == [np.inf]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"1 2 3", "ends before all the voxels"),
        (b"1 2 3 4 5", "goes on after the voxels"),
        (b"1 2 x 4 ", "among the numbers of its voxels stands something else"),
        (b"1 2 3 \xff", "stands something else"),
        (b"1 2 3 " + b"4" * 100_000, "stands something else"),
        (b"", "ends before all the voxels"),
    ],
)
def test_text_that_is_damaged(text: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=f"^a .*{message}"):
        numbers(text, 4)


def test_text_is_limited() -> None:
    with pytest.raises(LimitError, match=r"^a holds its voxels as more than 32 MiB of text\. Save it as raw or gzip"):
        numbers(bytes(TEXT_BYTES + 1), 4)
