"""The lesions of a study, one by one."""

from dataclasses import dataclass

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
    """"left", "right" or "crossing" the middle of the head, the patient's; None where the file does not say where left
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
    """Voxels from which on a component is measured."""
    lesions: tuple[Lesion, ...]
    left_out: int
    """Components that are smaller."""
    left_out_voxels: int

    @property
    def voxels(self) -> int:
        """Of all lesions that are measured."""
        return sum(lesion.voxels for lesion in self.lesions)
