"""Slices in space: what every image of a scan comes down to, whether a file of its own or a frame among many."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID, RTDoseStorage, SegmentationStorage

from app.imaging.dicom_enhanced import Attributes, frames_of
from app.imaging.dicom_errors import guarded
from app.imaging.dicom_header import DicomFile

_SKEW = 0.02
"""How far from right angles and from length 1 the directions of rows and columns may be."""
_SMALLEST, _LARGEST = 1e-3, 1e3
"""Bounds on the size of a pixel in mm."""
_FARTHEST = 1e5
"""Bound on a position in mm, far outside any scanner."""
_GREY = ("MONOCHROME1", "MONOCHROME2")
_NO_SCANS = (SegmentationStorage, UID("1.2.840.10008.5.1.4.1.1.66.7"), RTDoseStorage)
"""Objects that may have pixels in a place which are not those of a scan; the second are label maps."""


@dataclass(frozen=True, eq=False)
class Slice:
    """One plane of a scan: where it lies and how it was made, without its pixels."""

    image: DicomFile
    frame: int
    """From 0, which frame of the file it is."""
    attributes: Attributes
    position: NDArray[np.float64]
    """`(3,)`: the middle of the first pixel, in mm towards left, back and head."""
    axes: NDArray[np.float64]
    """`(2, 3)`: unit vectors, in which the column index grows and in which the row index grows."""
    spacing: tuple[float, float]
    """mm from column to column, and from row to row."""
    slope: float
    intercept: float
    kind: tuple[str, ...]
    """Type of image, echo time, b-value, temporal position and stack: slices of one volume agree in all."""
    order: tuple[float, float, int]
    """Numbers of acquisition, instance and frame: of slices at one position, which was first."""
    series: str
    """Identifier of the series."""
    examination: str
    """Identifier of the examination (study) that the series belongs to."""
    patient: str
    """The patient's number, to tell two patients apart; shown nowhere."""

    @property
    def normal(self) -> NDArray[np.float64]:
        """`(3,)`: the unit vector at right angles to the plane."""
        normal: NDArray[np.float64] = np.cross(*self.axes)
        return normal / float(np.linalg.norm(normal))


def slices_of(image: DicomFile) -> list[Slice]:
    """The slices that a file holds; none where it is in colour, or does not say where in space it lies.

    Raises UnreadableFileError when its header contradicts itself.
    """
    with guarded(image.name):
        dataset = image.dataset
        if image.pixels is None or image.kind in _NO_SCANS:
            return []
        grey = image.samples == 1 and image.bits > 1 and str(dataset.get("PhotometricInterpretation")) in _GREY
        if not grey or (image.frames > 1 and "PerFrameFunctionalGroupsSequence" not in dataset):
            return []
        found = (_slice(image, frame, attributes) for frame, attributes in enumerate(frames_of(image)))
        return [each for each in found if each is not None]


def _slice(image: DicomFile, frame: int, attributes: Attributes) -> Slice | None:
    position = np.array(attributes.numbers("ImagePositionPatient"))
    orientation = np.array(attributes.numbers("ImageOrientationPatient"))
    spacing = attributes.numbers("PixelSpacing")
    if not (position.size and orientation.size and spacing):
        return None
    axes = orientation.reshape(2, 3)
    row_spacing, column_spacing = spacing
    if not (
        position.shape == (3,)
        and np.abs(position).max() < _FARTHEST
        and np.abs(axes @ axes.T - np.eye(2)).max() < _SKEW
        and all(_SMALLEST < side < _LARGEST for side in spacing)
    ):
        raise ValueError("The header gives the slice a place that cannot be.")
    slope, intercept = attributes.number("RescaleSlope"), attributes.number("RescaleIntercept")
    return Slice(
        image=image,
        frame=frame,
        attributes=attributes,
        position=position,
        axes=axes / np.linalg.norm(axes, axis=1, keepdims=True),
        spacing=(column_spacing, row_spacing),
        slope=slope if slope and np.isfinite(slope) else 1.0,
        intercept=intercept if intercept and np.isfinite(intercept) else 0.0,
        kind=_kind(attributes),
        order=(attributes.number("FrameAcquisitionNumber") or 0, attributes.number("InstanceNumber") or 0, frame),
        series=attributes.text("SeriesInstanceUID"),
        examination=attributes.text("StudyInstanceUID"),
        patient=attributes.text("PatientID").strip(),
    )


def _kind(attributes: Attributes) -> tuple[str, ...]:
    echo, b_value = attributes.number("EffectiveEchoTime"), attributes.number("DiffusionBValue")
    return (
        attributes.text("FrameType"),
        "" if echo is None else f"{echo:.4g}",
        "" if b_value is None else f"{b_value:.4g}",
        attributes.text("TemporalPositionIndex"),
        attributes.text("StackID"),
    )
