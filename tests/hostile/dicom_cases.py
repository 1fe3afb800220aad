"""DICOM files that lie about their pixels, hide gigabytes, nest without end, or belong to somebody else."""

import struct
import warnings
import zlib
from collections.abc import Callable, Iterable

import numpy as np
from case import MIB, Case, Make, one
from dicom_files import dataset, packed, series
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from sound_files import head

from app.errors import InputError, LimitError, StudyError, UnreadableFileError, UnsupportedFileError, VoxelError
from app.imaging import ScanFile

NAME = "IM1"
PIXELS = head((40, 36)).astype(np.uint16)


def altered(syntax: uid.UID | None = None, **attributes: object) -> bytes:
    """A sound slice with attributes set last; None takes one away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is written against the standard here
        return packed(dataset(PIXELS, **attributes), syntax)


def _with(*elements: bytes) -> bytes:
    """A sound slice in implicit little endian, with these elements before its pixels."""
    data = altered(uid.ImplicitVRLittleEndian)
    at = data.index(struct.pack("<HHI", 0x7FE0, 0x10, PIXELS.nbytes))
    return data[:at] + b"".join(elements) + data[at:]


def _nested(depth: int) -> bytes:
    """Sequences of undefined length, each in the one item of the one around it."""
    begins = struct.pack("<HHI", 0x0029, 0x1010, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    ends = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return _with(begins * depth, ends * depth)


def _known_nested(depth: int) -> bytes:
    """The same with a sequence that is used."""
    item = Dataset()
    for _ in range(depth):
        outer = Dataset()
        outer.SharedFunctionalGroupsSequence = Sequence([item])
        item = outer
    return altered(SharedFunctionalGroupsSequence=Sequence([item]))


def deflated(size: int) -> bytes:
    """A file whose dataset inflates to so many bytes more."""
    data = altered(uid.DeflatedExplicitVRLittleEndian)
    start = 144 + struct.unpack_from("<I", data, 140)[0]  # the meta group says how long it is
    inside = zlib.decompress(data[start:], -15)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = [packer.compress(inside), *(packer.compress(bytes(MIB)) for _ in range(size // MIB)), packer.flush()]
    return data[:start] + b"".join(bomb)


def content(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    """A file of this content."""
    return Case(f"dicom {name}", one(NAME, data), error, (NAME, *words) if error else ())


def several(name: str, files: Make, error: type[InputError] | None, *words: str) -> Case:
    return Case(f"dicom {name}", files, error, words)


_MISSING = [
    content(f"without {keyword}", lambda keyword=keyword: altered(**{keyword: None}), error)
    for keyword, error in (
        ("Rows", UnreadableFileError),
        ("Columns", UnreadableFileError),
        ("BitsAllocated", UnreadableFileError),
        ("PixelData", UnreadableFileError),
        ("ImagePositionPatient", UnsupportedFileError),
        ("ImageOrientationPatient", UnsupportedFileError),
        ("PixelSpacing", UnsupportedFileError),
        ("PhotometricInterpretation", UnsupportedFileError),
        ("SamplesPerPixel", None),
        ("BitsStored", None),
        ("SeriesInstanceUID", None),
        ("StudyInstanceUID", None),
        ("SeriesDescription", None),
        ("PatientID", None),
    )
]
_LIES = [
    content(f"{keyword} {value}", lambda keyword=keyword, value=value: altered(**{keyword: value}), error)
    for keyword, value, error in (
        ("Rows", 0, UnreadableFileError),
        ("Rows", 41, UnreadableFileError),
        ("Rows", 32767, LimitError),
        ("Columns", 65535, LimitError),
        ("NumberOfFrames", 2**31 - 1, LimitError),
        ("NumberOfFrames", -1, UnreadableFileError),
        ("NumberOfFrames", 10**12, LimitError),
        ("NumberOfFrames", 2, UnreadableFileError),
        ("BitsAllocated", 7, UnreadableFileError),
        ("BitsAllocated", 0, UnreadableFileError),
        ("BitsAllocated", 64, UnreadableFileError),
        ("BitsAllocated", 65528, UnreadableFileError),
        ("BitsStored", 0, None),
        ("BitsStored", 99, UnreadableFileError),
        ("PixelRepresentation", 9, UnreadableFileError),
        ("SamplesPerPixel", 0, None),
        ("SamplesPerPixel", 65535, LimitError),
        ("PhotometricInterpretation", "PALETTE COLOR", UnsupportedFileError),
        ("PixelSpacing", [0, 0], UnreadableFileError),
        ("PixelSpacing", [-1, 1], UnreadableFileError),
        ("PixelSpacing", [1e9, 1], UnreadableFileError),
        ("ImagePositionPatient", [1e300, 0, 0], UnreadableFileError),
        ("ImagePositionPatient", [0, 0], UnreadableFileError),
        ("ImageOrientationPatient", [0] * 6, UnreadableFileError),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0], UnreadableFileError),
        ("ImageOrientationPatient", [1, 0, 0], UnreadableFileError),
        ("RescaleSlope", "0", None),
    )
]
_BOMBS = [
    content("deflated to 128 MiB", lambda: deflated(128 * MIB), LimitError, "inflates", "Export"),
    content("sequences 1,000 deep", lambda: _nested(1000), UnreadableFileError, "Copy"),
    content("sequences 100,000 deep", lambda: _nested(100_000), UnreadableFileError, "Copy"),
    content("known sequences 100 deep", lambda: _known_nested(100), None),
    content("an item without end", lambda: _with(struct.pack("<HHI", 0x29, 0x1010, 2**32 - 1)), UnreadableFileError),
    content("an element of 4 GiB", lambda: _with(struct.pack("<HHI", 0x29, 0x1010, 2**32 - 2)), UnreadableFileError),
    content("a million elements", lambda: _with(struct.pack("<HHI", 0x29, 0x1010, 0) * 1_000_000), None),
    content("an identifier of 5,000 characters", lambda: altered(SeriesInstanceUID="1." * 2500), None),
    content("a description of 5,000 characters", lambda: altered(SeriesDescription="FLAIR " * 800), None),
    content("a description of markup", lambda: altered(SeriesDescription="<img src=x> FLAIR [a](http://b)"), None),
    content("a patient of 5,000 lines", lambda: altered(PatientName="x\n" * 5000), None),
    content("a character set that is none", lambda: altered(SpecificCharacterSet="ISO_IR 999"), None),
]


def _two(**attributes: object) -> Iterable[ScanFile]:
    """Two slices, of which the second has other attributes."""
    volume = head((4, 40, 36)).astype(np.uint16)[1:3]
    first, _ = series(volume, SeriesInstanceUID="1.2.3")
    other = dataset(volume[1], **({"SeriesInstanceUID": "1.2.3", "ImagePositionPatient": [0, 0, 5]} | attributes))
    return first, ScanFile("other", packed(other))


_SEVERAL = [
    several("RescaleSlope 1e300", one(NAME, lambda: altered(RescaleSlope="1e300")), VoxelError, "AX FLAIR", "infinite"),
    several("two patients", lambda: _two(PatientID="ID-4712"), StudyError, "patient", "Give"),
    several("a slice that is damaged", lambda: [*_two(), ScanFile("IM9", altered()[:500])], UnreadableFileError, "IM9"),
    several("slices of two sizes", lambda: _two(Rows=20, Columns=72), None),
    several("one slice twice", lambda: [*_two(), ScanFile("again", list(_two())[1].data)], None),
    several(
        "slices turned against each other",
        lambda: _two(ImageOrientationPatient=[0, 1, 0, 0, 0, -1]),
        None,
    ),
    several("slices a hundred metres apart", lambda: _two(ImagePositionPatient=[0, 0, 99_999]), None),
]
_STARTS = [
    content("preamble alone", lambda: bytes(128) + b"DICM", UnreadableFileError, "Copy"),
    content("preamble and zeros", lambda: bytes(128) + b"DICM" + bytes(9999), UnreadableFileError, "Copy"),
    content(
        "preamble and noise", lambda: bytes(128) + b"DICM" + np.random.default_rng(2).bytes(99), UnreadableFileError
    ),
    content("meta group alone", lambda: altered()[:300], UnreadableFileError, "Copy"),
    several("of one value", one(NAME, lambda: packed(_flat())), VoxelError, "AX FLAIR", "everywhere"),
    content("in colour", lambda: packed(_colour()), UnsupportedFileError, "Give"),
]


def _flat() -> Dataset:
    return dataset(np.full((40, 36), 7, np.uint16))


def _colour() -> Dataset:
    made = dataset(np.zeros((40, 36), np.uint8), SamplesPerPixel=3, PlanarConfiguration=0)
    made.PhotometricInterpretation = "RGB"
    made.PixelData = bytes(40 * 36 * 3)
    return made


CASES = [*_MISSING, *_LIES, *_BOMBS, *_SEVERAL, *_STARTS]
