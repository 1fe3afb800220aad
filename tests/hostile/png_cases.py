"""PNG files that promise gigapixels, hide gigabytes in a chunk, or fall apart."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
from case import MIB, Case, one

from app.errors import InputError, LimitError, UnreadableFileError, VoxelError

NAME = "slice.png"
MAGIC = b"\x89PNG\r\n\x1a\n"
PIXELS = (np.arange(20 * 24).reshape(20, 24) % 251).astype(np.uint8)


def chunk(kind: bytes, data: bytes, length: int | None = None, checksum: int | None = None) -> bytes:
    """A chunk; its length and checksum are right unless they are given."""
    size = len(data) if length is None else length
    crc = zlib.crc32(kind + data) if checksum is None else checksum
    return struct.pack(">I4s", size, kind) + data + struct.pack(">I", crc)


def ihdr(columns: int, rows: int, depth: int = 8, colour: int = 0, rest: bytes = b"\0\0\0") -> bytes:
    """The chunk of size and kind."""
    return chunk(b"IHDR", struct.pack(">IIBB", columns, rows, depth, colour) + rest)


def idat() -> bytes:
    """The pixels of a sound picture."""
    lines = np.pad(PIXELS, ((0, 0), (1, 0)))  # filter 0 begins each line
    return chunk(b"IDAT", zlib.compress(lines.tobytes()))


def png(*before: bytes, head: bytes | None = None, pixels: bytes | None = None, end: bytes | None = None) -> bytes:
    """A picture with these chunks before its pixels; its parts are sound unless they are given."""
    parts = (
        ihdr(24, 20) if head is None else head,
        *before,
        idat() if pixels is None else pixels,
        chunk(b"IEND", b"") if end is None else end,
    )
    return MAGIC + b"".join(parts)


def squeezed(size: int) -> bytes:
    """Zeros, packed to a thousandth by zlib."""
    packer = zlib.compressobj(9)
    packed = [packer.compress(bytes(MIB)) for _ in range(size // MIB)]
    return b"".join([*packed, packer.compress(bytes(size % MIB)), packer.flush()])


def _text(kind: bytes, size: int) -> bytes:
    start = {b"zTXt": b"k\0\0", b"iTXt": b"k\0\1\0\0\0", b"iCCP": b"k\0\0"}[kind]
    return chunk(kind, start + squeezed(size))


def content(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    """A picture of this content."""
    return Case(f"png {name}", one(NAME, data), error, (NAME, *words) if error else ())


_SIZES = [
    content(f"{w} x {h}", lambda w=w, h=h: png(head=ihdr(w, h)), error, word)
    for w, h, error, word in (
        (0, 0, UnreadableFileError, "Copy"),
        (0, 20, UnreadableFileError, "Copy"),
        (24, 0, UnreadableFileError, "Copy"),
        (2**31 - 1, 2**31 - 1, LimitError, "Crop"),
        (2**32 - 1, 2**32 - 1, LimitError, "Crop"),
        (2**31, 1, LimitError, "Crop"),
        (65535, 65535, LimitError, "Crop"),
        (100_000, 1, LimitError, "Crop"),
        (1, 100_000, LimitError, "Crop"),
        (4096, 4096, LimitError, "Crop"),
        (1400, 1400, UnreadableFileError, "Copy"),
    )
]
_HEADS = [
    content(f"of {what}", lambda head=head: png(head=head), UnreadableFileError, "Copy")
    for what, head in (
        ("depth 3", ihdr(24, 20, 3)),
        ("depth 255", ihdr(24, 20, 255)),
        ("colour 7", ihdr(24, 20, 8, 7)),
        ("a header cut short", chunk(b"IHDR", b"\0\0\0\x18")),
        ("no header", b""),
        ("a header with a wrong checksum", chunk(b"IHDR", struct.pack(">IIBB", 24, 20, 8, 0) + b"\0\0\0", checksum=1)),
        ("a palette without colours", ihdr(24, 20, 16, 3)),
    )
]
_BOMBS = [
    content(f"{kind.decode()} of 128 MiB", lambda kind=kind: png(_text(kind, 128 * MIB)), error)
    for kind, error in ((b"zTXt", UnreadableFileError), (b"iTXt", UnreadableFileError), (b"iCCP", UnreadableFileError))
]
_BOMBS += [
    content("20 x 24 with 128 MiB of pixels", lambda: png(pixels=chunk(b"IDAT", squeezed(128 * MIB))), VoxelError),
    content(
        "a hundred texts of 1 MiB",
        lambda: png(*[_text(b"zTXt", MIB - 1)] * 100),
        UnreadableFileError,
    ),
    content("300,000 empty chunks", lambda: png(chunk(b"tEXt", b"k\0") * 300_000), UnreadableFileError, "pieces"),
    content("300,000 empty pixel chunks", lambda: png(pixels=chunk(b"IDAT", b"") * 300_000), UnreadableFileError),
    content(
        "an animation of 2^31 frames",
        lambda: png(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))),
        None,
    ),
]
_CHUNKS = [
    content(f"chunk that claims {length} bytes", lambda n=length: png(chunk(b"tEXt", b"k\0", n)), UnreadableFileError)
    for length in (3, 2**31 - 1, 2**32 - 1)
]
_CHUNKS += [
    content(
        "pixels that claim 2^32 - 1 bytes", lambda: png(pixels=chunk(b"IDAT", b"x", 2**32 - 1)), UnreadableFileError
    ),
    content("no pixels", lambda: png(pixels=b""), UnreadableFileError, "Copy"),
    content("no end", lambda: png(end=b""), None),
    content("pixels with a wrong checksum around a right one", lambda: png(pixels=idat()[:-4] + b"abcd"), None),
    content("pixels that are no zlib stream", lambda: png(pixels=chunk(b"IDAT", b"x" * 99)), UnreadableFileError),
    content("a header twice", lambda: png(ihdr(4000, 4000)), LimitError, "Crop"),
    content("a pixel of one value", lambda: png(head=ihdr(1, 1), pixels=chunk(b"IDAT", squeezed(2))), VoxelError),
    content("signature alone", lambda: MAGIC, UnreadableFileError, "Copy"),
    content("text after the end", lambda: png() + b"<script>" * 1000, None),
]

CASES = [*_SIZES, *_HEADS, *_BOMBS, *_CHUNKS]
