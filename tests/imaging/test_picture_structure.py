"""What a decoder would walk through for minutes is refused; what cameras and scanners write is not."""

import struct

import numpy as np
import pytest
from PIL import Image
from scan_files import asymmetric, pages, picture

from app.errors import UnreadableFileError
from app.imaging.picture_structure import MAX_ENTRIES, MAX_NUMBERS, MAX_PIECES, MAX_SCANS, check_structure


def tiff(*entries: tuple[int, int, int, int], following: int = 0, order: str = "<", size: int = 0) -> bytes:
    """One directory at byte 8, and so many bytes after it."""
    packed = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    start = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8)
    return start + struct.pack(f"{order}H", len(entries)) + packed + struct.pack(f"{order}I", following) + bytes(size)


def big_tiff(*entries: tuple[int, int, int, int]) -> bytes:
    packed = b"".join(struct.pack("<HHQQ", *entry) for entry in entries)
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, len(entries)) + packed + bytes(8)


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_entry_with_too_many_numbers(order: str) -> None:
    check_structure("a.tif", tiff((273, 4, MAX_NUMBERS, 8), order=order))
    with pytest.raises(UnreadableFileError, match=r"a\.tif is a TIFF whose directory .* Save it anew"):
        check_structure("a.tif", tiff((273, 4, MAX_NUMBERS + 1, 8), order=order))


def test_an_entry_of_a_big_tiff_with_too_many_numbers() -> None:
    check_structure("a.tif", big_tiff((273, 16, MAX_NUMBERS, 8)))
    with pytest.raises(UnreadableFileError, match="directory"):
        check_structure("a.tif", big_tiff((273, 16, MAX_NUMBERS + 1, 8)))


def test_a_long_text_is_no_list_of_numbers() -> None:
    check_structure("a.tif", tiff((270, 2, 2**20, 100), size=2**20))


def test_entries_that_all_take_the_whole_file() -> None:
    shared = [(30_000 + n, 7, 2**20, 8) for n in range(6)]
    check_structure("a.tif", tiff(*shared[:4], size=2**20))
    with pytest.raises(UnreadableFileError, match="directory"):
        check_structure("a.tif", tiff(*shared, size=2**20))


def test_too_many_entries() -> None:
    pages_of = 65_535
    directory = struct.pack("<H", pages_of) + bytes(12 * pages_of)
    count = MAX_ENTRIES // pages_of + 1
    starts = [8 + n * (len(directory) + 4) for n in range(count)]
    chain = b"".join(directory + struct.pack("<I", at) for at in [*starts[1:], 0])
    with pytest.raises(UnreadableFileError, match="directory"):
        check_structure("a.tif", struct.pack("<2sHI", b"II", 42, 8) + chain)


@pytest.mark.parametrize(
    "data",
    [
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II+\0\x08\0\0\0" + b"\xff" * 8,
        tiff((256, 4, 1, 9), following=8),
        tiff((256, 4, 1, 9), following=2**31),
    ],
    ids=["cut off", "beyond the end", "far beyond the end", "a loop", "a page beyond the end"],
)
def test_what_is_damaged_is_left_to_the_decoder(data: bytes) -> None:
    check_structure("a.tif", data)


def test_scans_of_a_jpg() -> None:
    check_structure("a.jpg", b"\xff\xd8" + b"\xff\xda" * MAX_SCANS)
    with pytest.raises(UnreadableFileError, match=r"a\.jpg is drawn in 257 scans.* Save it anew"):
        check_structure("a.jpg", b"\xff\xd8" + b"\xff\xda" * (MAX_SCANS + 1))
    check_structure("a.png", b"\x89PNG\r\n\x1a\n" + b"\xff\xda" * (MAX_SCANS + 1))


@pytest.mark.parametrize(
    ("name", "start", "piece"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", b"\0\0\0\3tEXtk\0xcrc!"),
        ("a.jpg", b"\xff\xd8", b"\xff\xe0\0\3x"),
        ("a.jpg", b"\xff\xd8", b"\xff"),
        ("a.jpg", b"\xff\xd8", b"\xff\xd0"),
        ("a.jpg", b"\xff\xd8", b"\0"),
    ],
    ids=["png", "jpg", "jpg of fill bytes", "jpg of markers alone", "jpg of zeros"],
)
def test_pieces_are_counted(name: str, start: bytes, piece: bytes) -> None:
    check_structure(name, start + piece * (MAX_PIECES // 2))
    with pytest.raises(UnreadableFileError, match=rf"{name} is made of more than 65,536 pieces\. Save it anew"):
        check_structure(name, start + piece * (MAX_PIECES + 4))


def test_what_is_in_use() -> None:
    grey = asymmetric(30, 40).astype(np.uint8)
    for file in (
        picture("a.jpg", grey, progressive=True),
        picture("a.tif", grey, compression="tiff_lzw"),
        picture("a.tif", Image.fromarray(grey).convert("P")),
        pages("a.tif", [grey] * 50),
    ):
        check_structure(file.name, file.data)
