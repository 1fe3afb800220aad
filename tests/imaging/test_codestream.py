from struct import error, pack

import numpy as np
import pytest
from scan_files import picture

from app.imaging.codestream import JPEG2000, coded_size

PIXELS = np.arange(15, dtype=np.uint8).reshape(3, 5)
SIZE = pack(">HBHHB", 11, 8, 3, 5, 1)


def test_jpeg() -> None:
    assert coded_size(picture("a.jpg", PIXELS, quality=90).data) == (3, 5)


@pytest.mark.parametrize("marker", [0xC0, 0xC1, 0xC3, 0xC9, 0xF7])
def test_every_kind_of_frame(marker: int) -> None:
    table = b"\xff\xc4" + pack(">H", 4) + b"\xff\xc0"  # what looks like a marker within a segment is none

    assert coded_size(b"\xff\xd8" + table + b"\xff\xff" + bytes([marker]) + SIZE) == (3, 5)


def test_jpeg_2000_begins_where_its_tiles_do() -> None:
    assert coded_size(JPEG2000 + pack(">HH4I", 41, 0, 30, 20, 4, 2)) == (18, 26)


@pytest.mark.parametrize(
    "stream",
    [b"", b"RLE" * 9, b"\xff\xd8", b"\xff\xd8\xff\xd9", b"\xff\xd8\x00\x00\x00\x00", b"\xff\xd8\xff\xd0\xff\xd0"],
)
def test_what_does_not_say(stream: bytes) -> None:
    assert coded_size(stream) is None


@pytest.mark.parametrize("stream", [JPEG2000, b"\xff\xd8\xff\xc0\x00\x0b\x08"])
def test_what_is_cut_off(stream: bytes) -> None:
    with pytest.raises(error):
        coded_size(stream)
