"""JPEG files of impossible size, with parts that lie, and with more scans than a picture needs."""

import io
import math
import struct
from collections.abc import Callable

import numpy as np
from case import MIB, Case, one
from PIL import Image

from app.errors import InputError, LimitError, UnreadableFileError, VoxelError

NAME = "slice.jpg"
PIXELS = (np.add.outer(np.arange(32) * 5, np.arange(40) * 2) % 251).astype(np.uint8)
SOF, SOF_PROGRESSIVE, DHT, SOS, EOI, APP0, APP2 = 0xC0, 0xC2, 0xC4, 0xDA, 0xD9, 0xE0, 0xE2


def jpeg(**options: object) -> bytes:
    """A sound picture of 32 rows and 40 columns."""
    packed = io.BytesIO()
    Image.fromarray(PIXELS).save(packed, "JPEG", **options)
    return packed.getvalue()


def segment(marker: int, data: bytes, length: int | None = None) -> bytes:
    """A segment; its length is right unless it is given."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2 if length is None else length) + data


def sized(rows: int, columns: int, precision: int = 8, components: int = 1) -> bytes:
    """The sound picture with another size in its header."""
    packed = bytearray(jpeg())
    at = packed.index(bytes([0xFF, SOF]))
    packed[at + 4 : at + 10] = struct.pack(">BHHB", precision, rows, columns, components)
    return bytes(packed)


def with_segments(*segments: bytes) -> bytes:
    """The sound picture with these segments at its start."""
    packed = jpeg()
    return packed[:2] + b"".join(segments) + packed[2:]


def _swapped(old: int, new: int) -> bytes:
    packed = bytearray(jpeg())
    packed[packed.index(bytes([0xFF, old])) + 1] = new
    return bytes(packed)


def many_scans(side: int, scans: int) -> bytes:
    """A progressive picture of zeros. Each scan says nothing new, in two bytes, and walks over all blocks of the
    picture, the side of which is a power of two up to 1,024."""
    run = int(math.log2((side // 8) ** 2))
    table = segment(DHT, b"\x10\1" + bytes(15) + bytes([run << 4]))  # the code 0 begins a run of 2 ** run blocks
    frame = segment(SOF_PROGRESSIVE, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    quantisation = segment(0xDB, b"\0" + b"\1" * 64)
    scan = segment(SOS, b"\1\1\0\1\x3f\0") + bytes(2)
    return b"\xff\xd8" + quantisation + frame + table + scan * scans + bytes([0xFF, EOI])


def content(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    """A picture of this content."""
    return Case(f"jpg {name}", one(NAME, data), error, (NAME, *words) if error else ())


_SIZES = [
    content(f"{w} x {h}", lambda w=w, h=h: sized(h, w), error, word)
    for w, h, error, word in (
        (65535, 65535, LimitError, "Crop"),
        (65535, 1, LimitError, "Crop"),
        (1, 65535, LimitError, "Crop"),
        (4096, 4096, LimitError, "Crop"),
        (0, 32, UnreadableFileError, "Copy"),
        (40, 0, UnreadableFileError, "Copy"),
        (0, 0, UnreadableFileError, "Copy"),
    )
]
_HEADS = [
    content("of 0 bits", lambda: sized(32, 40, precision=0), UnreadableFileError),
    content("of 16 bits", lambda: sized(32, 40, precision=16), UnreadableFileError),
    content("of 0 components", lambda: sized(32, 40, components=0), UnreadableFileError),
    content("of 2 components", lambda: sized(32, 40, components=2), UnreadableFileError),
    content("of 255 components", lambda: sized(32, 40, components=255), UnreadableFileError),
    content("lossless, as another kind has it", lambda: _swapped(SOF, 0xC3), UnreadableFileError),
    content("arithmetic, and it is not", lambda: _swapped(SOF, 0xC9), None),
    content("without its tables", lambda: _swapped(DHT, APP0), None),
    content("without a scan", lambda: _swapped(SOS, EOI), UnreadableFileError, "Copy"),
    content("signature alone", lambda: b"\xff\xd8\xff", UnreadableFileError, "Copy"),
    content("signature and zeros", lambda: b"\xff\xd8\xff" + bytes(10_000), UnreadableFileError, "Copy"),
    content("signature and 8 MB of 255", lambda: b"\xff\xd8" + b"\xff" * 8 * MIB, UnreadableFileError, "pieces"),
]
_SEGMENTS = [
    content("segment that claims 65535 bytes", lambda: with_segments(segment(APP0, b"x", 65535)), UnreadableFileError),
    content("segment that claims none", lambda: with_segments(segment(APP0, b"", 0)), None),
    content("a hundred thousand segments", lambda: with_segments(segment(APP0, b"") * 100_000), UnreadableFileError),
    content(
        "255 pieces of a colour profile",
        lambda: with_segments(*(segment(APP2, b"ICC_PROFILE\0" + bytes([n, 255]) + bytes(60_000)) for n in range(255))),
        None,
    ),
    content("Exif that is damaged", lambda: with_segments(segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff")), None),
    content("Exif that loops", lambda: with_segments(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0\x08\0\0\0")), None),
    content("ten thousand scans", lambda: many_scans(1024, 10_000), UnreadableFileError, "scans", "Save"),
    content("a progressive one of one value", lambda: many_scans(64, 3), VoxelError, "everywhere"),
    content("a sound progressive one", lambda: jpeg(progressive=True), None),
    content("another picture after it", lambda: jpeg() + jpeg(), None),
]

CASES = [*_SIZES, *_HEADS, *_SEGMENTS]
