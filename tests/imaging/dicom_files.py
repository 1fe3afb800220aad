"""DICOM files for the tests of this folder, made in memory."""

import warnings
from collections.abc import Iterable
from io import BytesIO

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydicom import Dataset, FileDataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid

from app.imaging import ScanFile

AXIAL = (1, 0, 0, 0, 1, 0)
SAGITTAL = (0, 1, 0, 0, 0, -1)
CORONAL = (1, 0, 0, 0, 0, -1)
STUDY = generate_uid(entropy_srcs=["study"])


def turned(orientation: Iterable[float], degrees: float, axis: tuple[float, float, float]) -> tuple[float, ...]:
    """Directions turned about an axis (Rodrigues)."""
    angle, unit = np.radians(degrees), np.array(axis) / np.linalg.norm(axis)
    rows = np.array(list(orientation)).reshape(2, 3)
    turned = rows * np.cos(angle) + np.cross(unit, rows) * np.sin(angle)
    return tuple((turned + np.outer(rows @ unit, unit) * (1 - np.cos(angle))).ravel())


def dataset(pixels: ArrayLike, **attributes: object) -> FileDataset:
    """A slice `(rows, columns)` of an MR series, 1 mm, with attributes set last; None takes one away."""
    stored = np.asarray(pixels)
    made = FileDataset("", {}, preamble=bytes(128), file_meta=FileMetaDataset())
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = MRImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = STUDY, generate_uid(entropy_srcs=["series"])
    made.PatientName, made.PatientID, made.PatientBirthDate = "Doe^Jane", "ID-4711", "19700101"
    made.Modality, made.SeriesNumber, made.SeriesDescription = "MR", 4, "AX FLAIR"
    made.ImageType, made.InstanceNumber = ["ORIGINAL", "PRIMARY", "M"], 1
    made.Rows, made.Columns = stored.shape[-2:]
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated = made.BitsStored = stored.dtype.itemsize * 8
    made.HighBit, made.PixelRepresentation = made.BitsStored - 1, int(stored.dtype.kind == "i")
    made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, 0], list(AXIAL)
    made.PixelSpacing, made.SliceThickness = [1, 1], 5
    made.PixelData = stored.tobytes() + bytes(stored.nbytes % 2)
    made["PixelData"].VR = "OW" if stored.dtype.itemsize > 1 else "OB"
    for keyword, value in attributes.items():
        if value is None:
            del made[keyword]
        else:
            setattr(made, keyword, value)
    return made


def packed(made: FileDataset, syntax: UID | None = None, **options: object) -> bytes:
    """The bytes of a file, in another transfer syntax where one is given."""
    if syntax is not None and syntax.is_encapsulated:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made.compress(syntax, generate_instance_uid=False, **options)
    elif syntax is not None:
        if not syntax.is_little_endian:
            made.PixelData = np.frombuffer(made.PixelData, f"<u{made.BitsAllocated // 8}").byteswap().tobytes()
        made.file_meta.TransferSyntaxUID = syntax
    stream = BytesIO()
    dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def file(made: FileDataset, name: str = "IM1", syntax: UID | None = None) -> ScanFile:
    return ScanFile(name, packed(made, syntax))


def series(volume: NDArray[np.generic], step: Iterable[float] = (0, 0, 5), **attributes: object) -> list[ScanFile]:
    """A classic series from `(slices, rows, columns)`: the first slice at 0, each further one a step away."""
    uid = attributes.pop("SeriesInstanceUID", None) or generate_uid()
    away = np.array(list(step), float)
    start = np.array(attributes.pop("ImagePositionPatient", (0, 0, 0)), float)
    name = attributes.get("SeriesDescription", "IM")
    return [
        file(
            dataset(
                plane,
                SeriesInstanceUID=uid,
                ImagePositionPatient=[f"{value:.6g}" for value in start + number * away],
                InstanceNumber=number + 1,
                **attributes,
            ),
            f"{name}{number + 1}",
        )
        for number, plane in enumerate(volume)
    ]


def enhanced(
    volume: NDArray[np.generic], frames: Iterable[dict[str, dict[str, object]]], **attributes: object
) -> FileDataset:
    """An enhanced MR object from `(frames, rows, columns)`: functional groups of each frame by sequence, and shared
    ones as `shared`; the orientation and size of pixels are shared unless given."""
    shared = {
        "PlaneOrientationSequence": {"ImageOrientationPatient": list(AXIAL)},
        "PixelMeasuresSequence": {"PixelSpacing": [1, 1], "SliceThickness": 5},
        **attributes.pop("shared", {}),  # type: ignore[dict-item]
    }
    made = dataset(
        volume,
        SOPClassUID=EnhancedMRImageStorage,
        NumberOfFrames=len(volume),
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
        SliceThickness=None,
        **attributes,
    )
    made.SharedFunctionalGroupsSequence = [_groups(shared)]
    made.PerFrameFunctionalGroupsSequence = [_groups(frame) for frame in frames]
    return made


def at(z: float, **groups: dict[str, object]) -> dict[str, dict[str, object]]:
    """The functional groups of a frame at a height in mm."""
    return {"PlanePositionSequence": {"ImagePositionPatient": [0, 0, z]}, **groups}


def _groups(sequences: dict[str, dict[str, object]]) -> Dataset:
    made = Dataset()
    for keyword, attributes in sequences.items():
        item = Dataset()
        for name, value in attributes.items():
            setattr(item, name, value)
        setattr(made, keyword, [item])
    return made
