"""The header of a DICOM file, up to its pixels, which stay undecoded.

What a header claims is held against the limits before memory is taken for it. A deflated file is inflated here and
within them, as the library inflates without any.
"""

import zlib
from dataclasses import dataclass
from io import BytesIO
from math import prod

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from app.errors import LimitError, UnreadableFileError
from app.imaging.dicom_errors import ERRORS, guarded
from app.imaging.files import ScanFile
from app.imaging.limits import MIB, Limits, check_grid, check_unpacked

UNDEFINED = 0xFFFFFFFF
"""The length of pixel data that come in pieces: compressed."""
_PIXELS = {0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData", 0x7FE00010: "PixelData"}
_DECISIVE = (
    *("SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns", "BitsAllocated"),
    *("BitsStored", "PixelRepresentation", "RescaleIntercept", "RescaleSlope", "PixelSpacing"),
    *("ImagePositionPatient", "ImageOrientationPatient", "DiffusionBValue", "EchoTime", "TemporalPositionIdentifier"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths", "SeriesInstanceUID", "StudyInstanceUID", "PatientID"),
)
"""Attributes whose loss would show a scan wrongly."""
_USEFUL = (
    *("SpecificCharacterSet", "SOPClassUID", "Modality", "StudyDescription", "SeriesDescription", "PatientName"),
    *("ProtocolName", "SeriesNumber", "AcquisitionNumber", "InstanceNumber", "ImageType", "ContrastBolusAgent"),
    *("ContrastBolusAgentSequence", "ScanningSequence", "MRAcquisitionType", "AcquisitionContrast"),
    *("SliceThickness", "RepetitionTime", "InversionTime"),
)
"""Attributes that may as well be missing."""
REPEATED = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyInstanceUID", "StudyID", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName"),
    *("StudyDescription", "SeriesInstanceUID", "SeriesNumber", "SeriesDate", "SeriesTime", "Modality"),
    *("FrameOfReferenceUID", "PositionReferenceIndicator", "SliceThickness", "BurnedInAnnotation"),
)
"""Attributes that an object made from the scan repeats, and whether there is text in its pixels."""
_IMAGE = "Image Storage"
"""What the names of classes of images end in (PS3.6 annex A)."""


def _tags(keywords: tuple[str, ...]) -> list[BaseTag | int]:
    return [BaseTag(tag) for keyword in keywords if (tag := tag_for_keyword(keyword)) is not None]


_MUST_BE_SOUND = frozenset(_tags(_DECISIVE))
_KEPT = _tags((*_DECISIVE, *_USEFUL, *REPEATED, "SOPInstanceUID"))
"""All that is kept of a header."""


@dataclass(frozen=True)
class PixelData:
    """Where the pixels of a file are."""

    keyword: str
    vr: str | None
    start: int
    """Bytes before the first one."""
    length: int
    """As the file has it; `UNDEFINED` where they are compressed."""


@dataclass(frozen=True, eq=False)
class DicomFile:
    """A file of which the header was read."""

    name: str
    data: bytes
    """Its content, inflated where it was deflated."""
    dataset: Dataset
    """The elements that are used here, without the pixels."""
    syntax: UID
    kind: UID
    """The class of object (SOP class)."""
    pixels: PixelData | None
    """None for objects that are no images."""

    @property
    def rows(self) -> int:
        return int(self.dataset.Rows)

    @property
    def columns(self) -> int:
        return int(self.dataset.Columns)

    @property
    def frames(self) -> int:
        return int(self.dataset.get("NumberOfFrames") or 1)

    @property
    def samples(self) -> int:
        return int(self.dataset.get("SamplesPerPixel") or 1)

    @property
    def bits(self) -> int:
        """Of one sample: 1, or a multiple of 8."""
        return int(self.dataset.BitsAllocated)


def open_header(file: ScanFile, limits: Limits) -> DicomFile:
    """Read the header of a file.

    Raises UnreadableFileError when it is damaged, and LimitError when it claims too much or inflates to too much.
    """
    with guarded(file.name):
        stream = BytesIO(file.data)
        read_preamble(stream, force=True)
        meta = read_dataset(stream, False, True, stop_when=_after_meta)
        syntax = UID(str(meta.get("TransferSyntaxUID") or _guessed_syntax(file.data[stream.tell() :][:6])))
        data = file.data
        if syntax == DeflatedExplicitVRLittleEndian:
            data = _inflated(file, stream.tell(), limits)
            stream = BytesIO(data)
        dataset, pixels = _read(stream, syntax)
        kind = UID(str(dataset.get("SOPClassUID") or meta.get("MediaStorageSOPClassUID") or ""))
        opened = DicomFile(file.name, data, dataset, syntax, kind, pixels)
        if pixels is not None:
            _check(opened, pixels, limits)
        elif kind.name.endswith(_IMAGE) or (kind.name == kind and "SeriesInstanceUID" not in dataset):
            raise _cut_off(file.name)
    return opened


def _after_meta(tag: BaseTag, vr: str | None, length: int) -> bool:
    return tag.group != 0x0002


def _guessed_syntax(start: bytes) -> UID:
    """The encoding of a dataset that starts so and has no file meta information."""
    if not start[4:6].isalpha():
        return ImplicitVRLittleEndian
    return ExplicitVRBigEndian if start.startswith(b"\0") else ExplicitVRLittleEndian


def _read(stream: BytesIO, syntax: UID) -> tuple[Dataset, PixelData | None]:
    found: list[PixelData] = []

    def at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
        if tag in _PIXELS:
            found.append(PixelData(_PIXELS[tag], vr, stream.tell(), length))
        return bool(found)

    implicit, big = syntax == ImplicitVRLittleEndian, syntax == ExplicitVRBigEndian
    dataset = read_dataset(stream, implicit, not big, stop_when=at_pixels, specific_tags=_KEPT)
    _convert(dataset)
    return dataset, found[0] if found else None


def _convert(dataset: Dataset) -> None:
    """Convert all values, which the library does on their first use; what is damaged and not decisive goes missing."""
    for tag in list(dataset.keys()):
        try:
            dataset[tag]
        except ERRORS:
            if tag in _MUST_BE_SOUND:
                raise
            del dataset[tag]


def _inflated(file: ScanFile, start: int, limits: Limits) -> bytes:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    data = inflate.decompress(memoryview(file.data)[start:], limits.unpacked_bytes + 1)
    if len(data) > limits.unpacked_bytes:
        raise LimitError(
            f"{file.name} inflates to more than {limits.unpacked_bytes // MIB:,} MiB, and is read no further. "
            "Export it without compression, or cropped."
        )
    if not inflate.eof:
        raise EOFError("The deflated dataset is cut off.")
    return data


def _check(image: DicomFile, pixels: PixelData, limits: Limits) -> None:
    """Hold what a header claims of its pixels against the limits, and against the bytes that are there."""
    size = (image.columns, image.rows)
    if min(*size, image.frames, image.samples) < 1 or image.bits not in (1, 8, 16, 32, 64):
        raise ValueError("The header describes an image that cannot be.")
    check_grid(image.name, size, limits)
    claimed = -(-prod(size) * image.frames * image.samples * image.bits // 8)
    check_unpacked(image.name, claimed, limits)
    if pixels.length != UNDEFINED and min(len(image.data) - pixels.start, pixels.length) < claimed:
        raise _cut_off(image.name)


def _cut_off(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} ends before all the pixels that its header promises: it was cut off. Copy or download it again."
    )
