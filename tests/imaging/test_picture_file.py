import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scan_files import pages, picture

from app.errors import LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile, read_study
from app.imaging.picture_file import decode, open_picture

GREY = np.array([[0, 50, 100], [150, 200, 250]], np.uint8)


def pixels(file: ScanFile) -> NDArray[np.generic]:
    return decode(open_picture(file, LIMITS))


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("a.png", "u1"),
        ("a.png", "u2"),
        ("a.tif", "u1"),
        ("a.tif", "u2"),
        ("a.tif", ">u2"),
        ("a.tif", "i4"),
        ("a.tif", "f4"),
    ],
)
def test_grey_depths_and_byte_orders(name: str, dtype: str) -> None:
    values = GREY.astype(dtype) * (257 if dtype.endswith("u2") else 1)

    decoded = pixels(picture(name, values))

    assert decoded.dtype.isnative
    np.testing.assert_array_equal(decoded, values[np.newaxis])


def test_big_endian_tiff() -> None:
    """Written by hand: MM, one strip of 1 x 2 pixels of 16 bit."""
    tags = [(256, 2), (257, 1), (258, 16), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 4)]
    entries = b"".join(struct.pack(">HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    data = b"MM\0*" + struct.pack(">I", 12) + b"\x01\x02\xff\xfe" + struct.pack(">H", len(tags)) + entries + bytes(4)

    assert pixels(ScanFile("a.tif", data)).tolist() == [[[0x0102, 0xFFFE]]]


def test_jpeg_is_near() -> None:
    smooth = np.tile(np.arange(64, dtype=np.uint8) * 3, (64, 1))

    decoded = pixels(picture("a.jpg", smooth, quality=95))

    assert decoded.shape == (1, 64, 64)
    assert np.abs(decoded[0].astype(int) - smooth).max() <= 3


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colour_without_alpha(mode: str) -> None:
    image = Image.new("RGB", (2, 1))
    image.putdata([(255, 0, 10), (0, 128, 255)])

    decoded = pixels(picture("a.png", image.quantize(4) if mode == "P" else image.convert(mode)))

    assert decoded.tolist() == [[[[255, 0, 10], [0, 128, 255]]]]


def test_palette_with_transparency() -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([9, 8, 7, 200, 200, 200])

    decoded = pixels(picture("a.png", image, transparency=b"\x00\x80"))

    assert decoded.tolist() == [[[[9, 8, 7], [200, 200, 200]]]]


def test_grey_without_alpha() -> None:
    image = Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(GREY[::-1].copy())])

    np.testing.assert_array_equal(pixels(picture("a.png", image)), GREY[np.newaxis])


def test_one_bit() -> None:
    decoded = pixels(picture("a.png", Image.fromarray(GREY > 120)))

    assert decoded.dtype == np.uint8
    assert decoded.tolist() == [[[0, 0, 0], [1, 1, 1]]]


def test_orientation_tag_is_left_alone() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6

    assert pixels(picture("a.png", GREY, exif=turned)).shape == (1, 2, 3)


def test_pages_of_a_tiff_are_slices() -> None:
    decoded = pixels(pages("a.tif", [GREY, GREY + 1, GREY + 2]))

    np.testing.assert_array_equal(decoded, np.stack([GREY, GREY + 1, GREY + 2]))


def test_pages_of_two_sizes() -> None:
    with pytest.raises(UnsupportedFileError, match=r"^a\.tif has pages of different sizes"):
        pixels(pages("a.tif", [GREY, GREY[:, :2]]))


def test_pages_of_two_kinds() -> None:
    with pytest.raises(UnsupportedFileError, match=r"^a\.tif has pages of different kinds"):
        pixels(pages("a.tif", [GREY, GREY.astype(np.float32)]))


def test_lab_colour() -> None:
    with pytest.raises(UnsupportedFileError, match=r"^a\.tif has pixels of kind LAB\. Save it as 8 or 16 bit grey"):
        pixels(picture("a.tif", Image.new("LAB", (2, 2))))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
@pytest.mark.parametrize("keep", [12, 40, -60])
def test_cut_off(name: str, keep: int) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (40, 30), np.uint8)
    file = picture(name, noise)

    with pytest.raises(UnreadableFileError, match=rf"^{name} is a picture that is cut off or damaged") as caught:
        pixels(replace(file, data=file.data[:keep]))
    assert caught.value.__cause__ is not None


def test_altered_png() -> None:
    data = bytearray(picture("a.png", GREY).data)
    data[data.index(b"IDAT") + 8] ^= 0xFF

    with pytest.raises(UnreadableFileError, match="cut off or damaged"):
        pixels(ScanFile("a.png", bytes(data)))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [
        (5000, 3, "holds 3 x 5000 pixels"),
        (12_000, 10_000, "10000 x 12000 pixels"),
        (60_000, 60_000, "far too many pixels"),
    ],
)
def test_too_many_pixels_are_not_decoded(columns: int, rows: int, message: str) -> None:
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")

    with pytest.raises(LimitError, match=rf"^a\.png .*{message}"):
        read_study([ScanFile("a.png", bomb)])


def test_too_many_pages() -> None:
    with pytest.raises(LimitError, match=r"^a\.tif holds 3 x 2 x 3 voxels; at most 4,096 along an axis and 12 "):
        open_picture(pages("a.tif", [GREY, GREY, GREY, GREY]), replace(LIMITS, voxels=12))
