"""TIFF files whose directories loop, lie about strips and tiles, or never end."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
from case import MIB, Case, one

from app.errors import InputError, LimitError, UnreadableFileError, VoxelError

NAME = "slice.tif"
PIXELS = (np.arange(20 * 24).reshape(20, 24) % 251).astype(np.uint8)
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, OFFSETS, SAMPLES, ROWS, COUNTS = (
    *(256, 257, 258, 259, 262, 273, 277, 278, 279),
)
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS, SAMPLE_FORMAT = 322, 323, 324, 325, 339
_LONG = 4
_SOUND = {WIDTH: 24, LENGTH: 20, BITS: 8, COMPRESSION: 1, PHOTOMETRIC: 1, SAMPLES: 1, ROWS: 20}
Entry = tuple[int, int, int, int]
"""Tag, type, count, and value or offset."""


def directory(entries: list[Entry], following: int = 0, count: int | None = None) -> bytes:
    """A directory, and where the one after it stands."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return struct.pack("<H", len(entries) if count is None else count) + packed + struct.pack("<I", following)


def tiff(
    data: bytes = PIXELS.tobytes(), *more: Entry, without: tuple[int, ...] = (), following: int = 0, **tags: int
) -> bytes:
    """One page, its pixels from byte 8 on in one strip; `tags` by their number after a `t`, as in t256=24."""
    values = _SOUND | {OFFSETS: 8, COUNTS: len(data)} | {int(name[1:]): value for name, value in tags.items()}
    entries = [(tag, _LONG, 1, value) for tag, value in values.items() if tag not in without]
    given = {entry[0] for entry in more}
    entries = [entry for entry in entries if entry[0] not in given] + list(more)
    data += b"\0" * (len(data) % 2)
    return struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + directory(entries, following)


def pages(count: int, loop: bool = False) -> bytes:
    """A file of so many pages of one pixel; the last one points to the first, or to none."""
    entries = [(tag, _LONG, 1, value) for tag, value in (_SOUND | {WIDTH: 1, LENGTH: 1, OFFSETS: 8, COUNTS: 1}).items()]
    size = len(directory(entries))
    starts = [10 + size * n for n in range(count)] + [10 if loop else 0]
    return struct.pack("<2sHI2s", b"II", 42, 10, b"\1\0") + b"".join(directory(entries, at) for at in starts[1:])


def tiles(width: int, length: int) -> bytes:
    """A page of one tile of the sound pixels that claims this size."""
    return tiff(without=(OFFSETS, COUNTS, ROWS), t322=width, t323=length, t324=8, t325=PIXELS.size)


def content(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    """A picture of this content."""
    return Case(f"tif {name}", one(NAME, data), error, (NAME, *words) if error else ())


_SIZES = [
    content(f"{w} x {h}", lambda w=w, h=h: tiff(t256=w, t257=h), error, word)
    for w, h, error, word in (
        (0, 20, UnreadableFileError, "Copy"),
        (24, 0, UnreadableFileError, "Copy"),
        (2**32 - 1, 2**32 - 1, LimitError, "Crop"),
        (2**31, 1, LimitError, "Crop"),
        (65535, 65535, LimitError, "Crop"),
        (4096, 4096, LimitError, "Crop"),
        (1400, 1400, UnreadableFileError, "Copy"),
    )
]
_STRIPS = [
    content("strip beyond the end", lambda: tiff(t273=2**31), UnreadableFileError, "Copy"),
    content("strip of 2^32 - 1 bytes", lambda: tiff(t279=2**32 - 1, t259=5), UnreadableFileError, "Copy"),
    content("2^32 - 1 strips", lambda: tiff(b"", (OFFSETS, _LONG, 2**32 - 1, 8)), UnreadableFileError, "Save"),
    content("2^32 - 1 counts", lambda: tiff(PIXELS.tobytes(), (COUNTS, _LONG, 2**32 - 1, 8)), UnreadableFileError),
    content("10 million strips that are there", lambda: _many_strips(10_000_000), UnreadableFileError, "Save"),
    content("no strip", lambda: tiff(without=(OFFSETS,)), UnreadableFileError, "Copy"),
    content("rows of a strip 0", lambda: tiff(t278=0, t259=8), UnreadableFileError, "Copy"),
    content("zlib of 128 MiB in a strip", lambda: tiff(zlib.compress(bytes(128 * MIB)), t259=8), VoxelError),
    content("zlib that is none", lambda: tiff(b"x" * 480, t259=8), UnreadableFileError, "Copy"),
    content("LZW that is none", lambda: tiff(b"\xff" * 480, t259=5), UnreadableFileError, "Copy"),
    content("JPEG that is none", lambda: tiff(b"\xff" * 480, t259=7), UnreadableFileError, "Copy"),
    content("fax that is none", lambda: tiff(b"\xff" * 480, t259=4, t258=1), VoxelError, "Export"),
    content("packed bits that are none", lambda: tiff(b"\x7f" * 9, t259=32773), UnreadableFileError, "Copy"),
    content("compression 9999", lambda: tiff(t259=9999), UnreadableFileError, "Copy"),
]
_TILES = [
    content(f"tile of {w} x {h}", lambda w=w, h=h: tiles(w, h), UnreadableFileError, "Copy")
    for w, h in ((0, 16), (16, 0), (2**31, 2**31), (2**32 - 1, 16), (65536, 65536))
]
_PIXELS = [
    content(f"{what}", lambda tags=tags: tiff(**tags), error)
    for what, tags, error in (
        ("0 bits", {"t258": 0}, UnreadableFileError),
        ("7 bits", {"t258": 7}, UnreadableFileError),
        ("65535 bits", {"t258": 65535}, UnreadableFileError),
        ("0 samples", {"t277": 0}, UnreadableFileError),
        ("65535 samples", {"t277": 65535}, UnreadableFileError),
        ("2^32 - 1 samples", {"t277": 2**32 - 1}, UnreadableFileError),
        ("photometric 999", {"t262": 999}, UnreadableFileError),
        ("samples of format 9", {"t339": 9}, UnreadableFileError),
    )
]
_DIRECTORIES = [
    content("100,000 pages", lambda: pages(100_000), LimitError, "Crop"),
    content("pages in a loop", lambda: pages(3, loop=True), VoxelError),
    content("page that follows itself", lambda: tiff(following=8 + PIXELS.size), None),
    content("page beyond the end", lambda: tiff(following=2**31), UnreadableFileError, "Copy"),
    content("directory beyond the end", lambda: b"II*\0\xff\xff\xff\x7f", UnreadableFileError, "Copy"),
    content("directory at byte 0", lambda: b"II*\0\0\0\0\0", UnreadableFileError, "Copy"),
    content("directory of 65535 entries", lambda: b"II*\0\x08\0\0\0\xff\xff" + bytes(99), UnreadableFileError, "Copy"),
    content("text of 2^32 - 1 bytes", lambda: tiff(PIXELS.tobytes(), (270, 2, 2**32 - 1, 8)), None),
    content("tag of type 99", lambda: tiff(PIXELS.tobytes(), (WIDTH, 99, 1, 24)), UnreadableFileError),
    content("signature alone", lambda: b"II*\0", UnreadableFileError, "Copy"),
    content("big one with a directory at 2^63", lambda: b"II+\0\x08\0\0\0" + b"\xff" * 8, UnreadableFileError, "Copy"),
    content(
        "big one with 2^64 - 1 entries", lambda: b"II+\0\x08\0\0\0\x10" + bytes(7) + b"\xff" * 99, UnreadableFileError
    ),
]


def _many_strips(count: int) -> bytes:
    offsets = np.full(count, 8, "<u4").tobytes()
    return tiff(offsets, (OFFSETS, _LONG, count, 8), (COUNTS, _LONG, count, 8), t278=1)


CASES = [*_SIZES, *_STRIPS, *_TILES, *_PIXELS, *_DIRECTORIES]
