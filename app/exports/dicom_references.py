"""How a DICOM object that was made from a scan names the scan's own images, and where these lie."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.study import DicomPlane, DicomSource, Source

if TYPE_CHECKING:
    from pydicom import Dataset

_TO_LPS = np.diag([-1.0, -1.0, 1.0])
_EXPECTED = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate", "StudyTime"),
    *("AccessionNumber", "ReferringPhysicianName", "PositionReferenceIndicator"),
)
"""Attributes that have to be there, if only empty."""
_SEXES = ("M", "F", "O", "")


class PlaneGrid:
    """The grid of a DICOM scan in the terms of PS3.3 section C.7.6.2, from the affine of its source."""

    def __init__(self, affine: NDArray[np.float64]) -> None:
        columns = _TO_LPS @ affine[:3]
        self._corner, self._step = columns[:, 3], columns[:, 2]
        along_row, along_column = columns[:, 0], columns[:, 1]
        row, column = float(np.linalg.norm(along_row)), float(np.linalg.norm(along_column))
        self.pixel_spacing = column, row
        """mm from row to row, and from column to column."""
        self.orientation = tuple(np.concatenate([along_row / row, along_column / column]).tolist())
        """In which the column index grows, and the row index."""
        self.normal: NDArray[np.float64] = np.cross(along_row / row, along_column / column)
        self.distance = abs(float(self._step @ self.normal))
        """mm from slice to slice, at right angles."""

    def position(self, place: int) -> tuple[float, float, float]:
        """The middle of the first pixel of a slice, in mm towards left, back and head."""
        x, y, z = (self._corner + place * self._step).tolist()
        return x, y, z


def uid_from(*words: str) -> str:
    """An identifier under 2.25 (PS3.5 annex B.2) that depends on the words alone."""
    return f"2.25.{int.from_bytes(hashlib.sha256('|'.join(words).encode()).digest()[:16], 'big')}"


def lacking(dicom: DicomSource) -> bool:
    """Whether the scan lacks identifiers without which nothing can refer to it."""
    from pydicom import config
    from pydicom.uid import UID

    header = sound_header(dicom)
    found = [header.get("StudyInstanceUID"), header.get("SeriesInstanceUID")]
    found += [uid for plane in dicom.planes if plane is not None for uid in (plane.sop_class, plane.instance)]
    return not all(uid and UID(uid, validation_mode=config.IGNORE).is_valid for uid in found)


def sound_header(dicom: DicomSource) -> "Dataset":
    """The scan's header without the attributes that break their own rules: they cannot be written again."""
    from pydicom import DataElement, Dataset, config

    sound = Dataset()
    with config.disable_value_validation():
        for tag, entry in json.loads(dicom.header).items():
            try:
                element = next(iter(Dataset.from_json({tag: entry})))
                sound.add(DataElement(element.tag, element.VR, element.value, validation_mode=config.RAISE))
            except (ValueError, TypeError, StopIteration):
                continue
    return sound


def stand_in(dicom: DicomSource, source: Source, grid: PlaneGrid) -> "Dataset":
    """A header as one image of the scan has it, to make an object from. The scan is not `lacking`.

    Where it does not say which frame of reference it is in, one is made up from the identifier of its series.
    """
    from pydicom.uid import MRImageStorage

    image = sound_header(dicom)
    for keyword in _EXPECTED:
        if image.get(keyword) is None:
            setattr(image, keyword, "")
    if image.PatientSex not in _SEXES:
        image.PatientSex = ""
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID, image.SOPInstanceUID = MRImageStorage, uid_from("stand-in")
    image.Modality = "MR"
    if not image.get("FrameOfReferenceUID"):
        image.FrameOfReferenceUID = uid_from("frame of reference", image.SeriesInstanceUID)
    image.Columns, image.Rows = source.shape[:2]
    image.ImagePositionPatient, image.ImageOrientationPatient = list(grid.position(0)), list(grid.orientation)
    image.PixelSpacing = list(grid.pixel_spacing)
    if not image.get("SliceThickness"):
        image.SliceThickness = grid.distance
    return image


def refer_to(made: "Dataset", dicom: DicomSource, grid: PlaneGrid) -> None:
    """Name the scan's images in a multi-frame object: all of them, and for each frame the one that it lies on.

    A frame where the scan lacks a slice names none.
    """
    known = {(plane.sop_class, plane.instance): None for plane in dicom.planes if plane is not None}
    images = [_reference(sop_class, instance) for sop_class, instance in known]
    made.SourceImageSequence = images
    made.ReferencedSeriesSequence[0].ReferencedInstanceSequence = images
    heights = np.array(
        [
            np.dot(grid.position(place) if plane is None else plane.position, grid.normal)
            for place, plane in enumerate(dicom.planes)
        ]
    )
    for frame in made.PerFrameFunctionalGroupsSequence:
        height = np.dot([float(mm) for mm in frame.PlanePositionSequence[0].ImagePositionPatient], grid.normal)
        plane = dicom.planes[int(np.abs(heights - height).argmin())]
        frame.pop("DerivationImageSequence", None)
        if plane is not None:
            frame.DerivationImageSequence = [_derivation(plane)]


def _derivation(plane: DicomPlane) -> "Dataset":
    from pydicom import Dataset
    from pydicom.sr.codedict import codes

    image = _reference(plane.sop_class, plane.instance)
    if plane.frame is not None:
        image.ReferencedFrameNumber = plane.frame
    image.SpatialLocationsPreserved = "YES"
    image.PurposeOfReferenceCodeSequence = [_coded(codes.DCM.SourceImageForImageProcessingOperation)]
    derivation = Dataset()
    derivation.DerivationCodeSequence = [_coded(codes.DCM.Segmentation)]
    derivation.SourceImageSequence = [image]
    return derivation


def _reference(sop_class: str, instance: str) -> "Dataset":
    from pydicom import Dataset

    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = sop_class, instance
    return reference


def _coded(code: Any) -> "Dataset":
    from pydicom import Dataset

    coded = Dataset()
    coded.CodeValue, coded.CodingSchemeDesignator, coded.CodeMeaning = code.value, code.scheme_designator, code.meaning
    return coded
