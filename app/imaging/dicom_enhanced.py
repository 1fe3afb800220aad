"""One way to ask for an attribute, whether a file holds one slice or, as enhanced multi-frame objects do, many.

In an enhanced object an attribute that may change from frame to frame stands in a functional group: a sequence of one
item, either among those of the frame or among those that all frames share (PS3.3 section C.7.6.16).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from app.imaging.dicom_header import DicomFile

_GROUPS: Mapping[str, str] = {
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "SliceThickness": "PixelMeasuresSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "FrameType": "MRImageFrameTypeSequence",
    "EffectiveEchoTime": "MREchoSequence",
    "RepetitionTime": "MRTimingAndRelatedParametersSequence",
    "InversionTimes": "MRModifierSequence",
    "DiffusionBValue": "MRDiffusionSequence",
    "StackID": "FrameContentSequence",
    "TemporalPositionIndex": "FrameContentSequence",
    "FrameAcquisitionNumber": "FrameContentSequence",
}
"""Attribute of a frame to the functional group that it belongs to."""
_CLASSIC: Mapping[str, str] = {
    "FrameType": "ImageType",
    "EffectiveEchoTime": "EchoTime",
    "InversionTimes": "InversionTime",
    "TemporalPositionIndex": "TemporalPositionIdentifier",
    "FrameAcquisitionNumber": "AcquisitionNumber",
}
"""What an attribute of a frame is called where it stands in the dataset itself."""


class Attributes:
    """The attributes of one frame of a file."""

    def __init__(self, dataset: Dataset, groups: tuple[Dataset, ...] = ()) -> None:
        self._dataset = dataset
        self._groups = groups

    def get(self, keyword: str) -> Any:
        """The value of an attribute: from the frame, else from what all frames share, else from the dataset; None
        where it is missing or empty."""
        if group := _GROUPS.get(keyword):
            for groups in self._groups:
                if (sequence := groups.get(group)) and (value := sequence[0].get(keyword)) not in (None, ""):
                    return value
        value = self._dataset.get(_CLASSIC.get(keyword, keyword))
        return None if value == "" else value

    def number(self, keyword: str) -> float | None:
        """The value as a number, of several the first. Raises ValueError or TypeError when it is none."""
        values = self.numbers(keyword)
        return values[0] if values else None

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """The values as numbers, none where it is missing. Raises ValueError or TypeError when they are none."""
        value = self.get(keyword)
        if value is None:
            return ()
        return tuple(map(float, [value] if isinstance(value, int | float | str) else value))

    def text(self, keyword: str) -> str:
        """The value as text, of several with backslashes between them; empty where it is missing."""
        value = self.get(keyword)
        return "\\".join(map(str, value if isinstance(value, MultiValue) else [value])) if value is not None else ""


def frames_of(image: DicomFile) -> Iterator[Attributes]:
    """The attributes of each frame of an image.

    Raises ValueError when there are not as many as it claims.
    """
    dataset = image.dataset
    shared = tuple(dataset.get("SharedFunctionalGroupsSequence") or ())[:1]
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or ()
    if image.frames == 1 and not per_frame:
        yield Attributes(dataset, shared)
    elif len(per_frame) != image.frames:
        raise ValueError("The header describes another number of frames than there are.")
    for groups in per_frame:
        yield Attributes(dataset, (groups, *shared))
