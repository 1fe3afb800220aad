"""The lesions of a study, one by one."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.decision.side import Middle
from app.evaluation.components import Component, find_components
from app.evaluation.diameters import AxialDiameters, Line, axial_diameters
from app.imaging.orientation import to_lps_mm
from app.study import CLASS_LABELS, Probability, Study

Point = tuple[float, float]
"""Row and column (y, x) in voxels, whole numbers at the centres of voxels."""


@dataclass(frozen=True)
class Diameter:
    """A line across a lesion, within one axial slice."""

    slice: int
    """Counted from 0."""
    start: Point
    end: Point
    mm: float


@dataclass(frozen=True)
class Lesion:
    """One 26-connected component of the mask."""

    number: int
    """From 1, the largest first."""
    voxels: int
    ml: float | None
    """None where the spacing is not known, as everything in mm."""
    share: float
    """Of all lesions that are measured, 0 to 1."""
    box: tuple[tuple[int, int, int], tuple[int, int, int]]
    """(z, y, x) of its first voxel and just past its last."""
    centroid: tuple[float, float, float]
    """(z, y, x) in voxels."""
    centroid_mm: tuple[float, float, float] | None
    """mm towards left, back and head in the coordinates of the file."""
    side: str | None
    """ "left", "right" or "crossing" the middle of the head, the patient's; None where the file does not say where left
    is."""
    largest_slice: int
    """The slice with most of it, counted from 0."""
    longest: Diameter | None
    """The longest axial diameter; None where the spacing is not known."""
    perpendicular: Diameter | None
    """The longest line at right angles to it in the same slice."""
    classes: dict[int, int] | None
    """BraTS label to voxels; None where classes are not known."""

    @property
    def slices(self) -> tuple[int, int]:
        """First and last slice, counted from 0."""
        return self.box[0][0], self.box[1][0] - 1

    @property
    def bidimensional_mm2(self) -> float | None:
        """The product of both diameters (RANO: Wen et al., J Clin Oncol 28(11), 2010); None without them."""
        return None if self.longest is None or self.perpendicular is None else self.longest.mm * self.perpendicular.mm


@dataclass(frozen=True)
class Measurements:
    """The lesions of a mask."""

    threshold: float
    smallest: int
    """Voxels from which on a component is measured; more than was asked for where there would be too many."""
    lesions: tuple[Lesion, ...]
    left_out: int
    """Components that are smaller."""
    left_out_voxels: int

    @property
    def voxels(self) -> int:
        """Of all lesions that are measured."""
        return sum(lesion.voxels for lesion in self.lesions)


SMALLEST_ML = 0.1
"""From which volume on a component is measured, if nothing else is said."""
SMALLEST_VOXELS, SMALLEST_PIXELS = 100, 20
"""The same where the spacing is not known: in a stack of pictures and in a single one."""
MOST = 200
"""Lesions that are measured; one takes about a millisecond."""


def default_smallest(study: Study) -> int:
    """Voxels from which on a component is measured, if nothing else is said; a number where ml is unknown."""
    if study.voxel_ml is not None:
        return voxels_of(SMALLEST_ML, study.voxel_ml)
    return SMALLEST_VOXELS if study.shape[0] > 1 else SMALLEST_PIXELS


def voxels_of(ml: float, voxel_ml: float) -> int:
    """The fewest voxels that fill a volume, at least 1."""
    return max(1, math.ceil(round(ml / voxel_ml, 6)))


def measure(study: Study, result: Probability, threshold: float, smallest: int) -> Measurements:
    """Measure the lesions of a study at a threshold.

    Args:
        study: what was segmented.
        result: its probability.
        threshold: 0 to 1, a multiple of 0.005.
        smallest: voxels from which on a component of the mask is measured. Where these are more than `MOST`, it goes
            up until they are not.

    Raises:
        ValueError: a threshold outside [0, 1].
    """
    found = find_components(result.mask(threshold), smallest, MOST)
    everything = sum(component.voxels for component in found.kept)
    space = _Space.of(study) if found.kept else _Space()
    lesions = tuple(
        _lesion(number, component, component.voxels / everything, result, space)
        for number, component in enumerate(found.kept, 1)
    )
    return Measurements(threshold, found.smallest, lesions, found.left_out, found.left_out_voxels)


@dataclass(frozen=True, eq=False)
class _Space:
    """What a study knows of the space that it lies in."""

    spacing: tuple[float, float, float] | None = None
    voxel_ml: float | None = None
    to_mm: NDArray[np.float64] | None = None
    middle: Middle | None = None

    @classmethod
    def of(cls, study: Study) -> Self:
        to_mm = to_lps_mm(study.source) if study.spacing is not None else None
        return cls(study.spacing, study.voxel_ml, to_mm, Middle(study) if study.source.affine is not None else None)


def _lesion(number: int, component: Component, share: float, result: Probability, space: _Space) -> Lesion:
    box, mask = component.box, component.mask
    z, y, x = (side.start for side in box)
    of_slice = np.count_nonzero(mask, axis=(1, 2))
    centroid = _centroid(component)
    lines = None if space.spacing is None else axial_diameters(mask, space.spacing)
    return Lesion(
        number=number,
        voxels=component.voxels,
        ml=None if space.voxel_ml is None else component.voxels * space.voxel_ml,
        share=share,
        box=((z, y, x), (box[0].stop, box[1].stop, box[2].stop)),
        centroid=centroid,
        centroid_mm=None if space.to_mm is None else _three(space.to_mm @ (*centroid, 1.0)),
        side=None if space.middle is None else space.middle.side(component),
        largest_slice=z + int(of_slice.argmax()),
        longest=None if lines is None else _diameter(lines, lines.longest, (z, y, x)),
        perpendicular=None if lines is None else _diameter(lines, lines.perpendicular, (z, y, x)),
        classes=None if result.classes is None else _classes(result.classes[box][mask]),
    )


def _centroid(component: Component) -> tuple[float, float, float]:
    """The mean position (z, y, x) of the voxels, from their counts along each axis."""
    means = []
    for axis, side in enumerate(component.box):
        others = tuple(other for other in range(3) if other != axis)
        counts = np.count_nonzero(component.mask, axis=others)
        means.append(side.start + float(counts @ np.arange(len(counts))) / component.voxels)
    return _three(np.array(means))


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    a, b, c = values.tolist()
    return a, b, c


def _diameter(lines: AxialDiameters, line: Line, corner: tuple[int, int, int]) -> Diameter:
    (y0, x0), (y1, x1), (z, y, x) = line.start, line.end, corner
    return Diameter(z + lines.slice, (y + y0, x + x0), (y + y1, x + x1), line.mm)


def _classes(labels: NDArray[np.uint8]) -> dict[int, int]:
    counts = np.bincount(labels, minlength=max(CLASS_LABELS) + 1)
    return {label: int(counts[label]) for label in CLASS_LABELS}
