"""The head of a phantom scanned again later: moved by a known motion, with a tumour that changed by a known factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from app.imaging.grid import Grid
from app.imaging.resample import resample
from app.simulate.acquisition import acquire
from app.simulate.anatomy import Grid as Box
from app.simulate.fields import Volume
from app.simulate.phantom import BOX_CORNER_MM, FILE_SHAPE_MM, Inside, Phantom, inside_of
from app.simulate.protocol import draw_protocol, draw_tissues
from app.simulate.tumour import TumourPlan
from app.study import Sequence, Source, Study

MOST_DEGREES, MOST_MM = 10.0, 10.0
"""How far a head lies from where it lay, at most, when nothing is asked for."""


@dataclass(frozen=True)
class Later:
    """What is different at the second scan; by default a second scan at once."""

    grown: tuple[float, ...] = ()
    """By which factor each tumour's volume has changed, see `inside_of`."""
    new: TumourPlan | None = None
    """A tumour that was not there."""
    turned: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Degrees about the axes to the left, back and head, as a rotation vector, about the middle of the grid."""
    moved_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """To the left, back and head."""
    spacing: float | None = None
    """Edge of the voxels in mm; None for that of the first scan."""
    joined: int = 1
    """Slices that are scanned as one thick slice."""
    seed: int = 1
    """Of the noise."""

    @classmethod
    def at_random(cls, seed: int, grown: tuple[float, ...] = ()) -> Self:
        """With a motion from a seed: an axis and a direction at random, degrees and mm up to the most."""
        rng = np.random.default_rng([seed, 5])
        turn, shift = (
            most * rng.uniform() * axis / np.linalg.norm(axis)
            for most, axis in zip((MOST_DEGREES, MOST_MM), rng.normal(size=(2, 3)), strict=True)
        )
        (a, b, c), (d, e, f) = turn.tolist(), shift.tolist()
        return cls(grown, turned=(a, b, c), moved_mm=(d, e, f), seed=seed)


@dataclass(frozen=True, eq=False)
class Visit:
    """One scan of a phantom at its place; arrays are `(z, y, x)` in LPS."""

    images: Mapping[Sequence, NDArray[np.int16]]
    labels: NDArray[np.uint8]
    """Exact for this grid: 0, 1 necrotic core, 2 oedema, 4 enhancing."""
    grid: Grid
    motion: NDArray[np.float64]
    """`(4, 4)`: from mm in the first scan to mm in this one, of whatever moved with the head."""

    @property
    def ml(self) -> float:
        """Of the whole tumour."""
        return float(np.count_nonzero(self.labels) * np.prod(self.grid.spacing)) / 1000

    @property
    def affine(self) -> NDArray[np.float64]:
        """`(4, 4)`: from a voxel (x, y, z, 1) to RAS mm, as NIfTI has it."""
        affine: NDArray[np.float64] = np.diag([-1.0, -1, 1, 1]) @ self.grid.to_mm[:, [2, 1, 0, 3]]
        return affine

    def study(self, name: str) -> Study:
        """As the app would read it."""
        images = {sequence: image.astype(np.float32) for sequence, image in self.images.items()}
        z, y, x = self.grid.spacing.tolist()
        return Study(name, images, Source("volume", self.labels.shape[::-1], self.affine), (z, y, x), self.labels)


def first_visit(phantom: Phantom) -> Visit:
    """The scan that `simulate` made, where `write_case` puts it."""
    return Visit(phantom.images, phantom.labels, _file_grid(phantom.spacing), np.eye(4))


def scan_again(seed: int, later: Later, *, healthy: bool | None = None, spacing: float = 1.0) -> Visit:
    """Scan the head of a seed again, on the same scanner.

    Args:
        seed: of the head, as for `simulate`.
        later: what is different.
        healthy, spacing: as for `simulate` at the first scan.
    """
    inside = inside_of(seed, healthy=healthy, spacing=spacing, grown=later.grown, new=later.new)
    grid = _file_grid(later.spacing or spacing)
    motion = _motion(later)
    parts, brain, labels = _moved(inside, grid, motion)
    scanner = np.random.default_rng([seed, 3])
    tissues, protocol = draw_tissues(scanner), draw_protocol(scanner)
    noise = np.random.default_rng([seed, 3, later.seed])
    box = Box(grid.shape, float(grid.spacing[0]), (0.0, 0.0, 0.0))
    images = {sequence: acquire(noise, scan, tissues, parts, brain, box) for sequence, scan in protocol.items()}
    return _joined(Visit(images, labels, grid, motion), later.joined)


def _file_grid(spacing: float) -> Grid:
    """The grid of `write_case`: 0 mm at the right, the front edge at minus the length, the lowest slice at 0."""
    z, y, x = (round(length / spacing) for length in FILE_SHAPE_MM)
    to_mm = np.array([[0, 0, 1, 0], [0, 1, 0, 1 - y], [1, 0, 0, 0], [0, 0, 0, 1 / spacing]], np.float64) * spacing
    return Grid((z, y, x), to_mm)


def _motion(later: Later) -> NDArray[np.float64]:
    middle = _file_grid(1.0).middle
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_rotvec(later.turned, degrees=True).as_matrix()
    motion[:3, 3] = middle - motion[:3, :3] @ middle + later.moved_mm
    return motion


def _moved(
    inside: Inside, grid: Grid, motion: NDArray[np.float64]
) -> tuple[dict[str, Volume], NDArray[np.bool_], NDArray[np.uint8]]:
    """Tissues, brain and labels on the scanner's grid, after the motion."""
    box_to_mm = _file_grid(inside.grid.spacing).to_mm.copy()
    corner = [round(length / inside.grid.spacing) for length in BOX_CORNER_MM]
    box_to_mm[:3, 3] = (box_to_mm @ [*corner, 1])[:3]
    box = Grid(inside.grid.shape, motion @ box_to_mm)
    parts = {name: resample(part, box, grid) for name, part in inside.parts.items()}
    brain = resample(inside.brain.astype(np.uint8), box, grid, labels=True) > 0
    return parts, brain, resample(inside.labels, box, grid, labels=True) * brain


def _joined(visit: Visit, count: int) -> Visit:
    """The scan in thick slices: means of so many; a voxel is tumour where most of it is, of its commonest label.

    Of halves the lower slice decides, so that tumours become neither larger nor smaller.
    """
    if count == 1:
        return visit
    slices = visit.grid.shape[0] // count
    blocks = {s: image[: slices * count].reshape(slices, count, *image.shape[1:]) for s, image in visit.images.items()}
    images = {s: np.rint(block.mean(axis=1)).astype(np.int16) for s, block in blocks.items()}
    labels = visit.labels[: slices * count].reshape(slices, count, *visit.labels.shape[1:])
    kinds = np.array([1, 2, 4], np.uint8)
    counts = np.stack([(labels == kind).sum(axis=1) for kind in kinds])
    twice = 2 * counts.sum(axis=0)
    most = (twice > count) | ((twice == count) & (labels[:, 0] > 0))
    tumour = np.where(most, kinds[counts.argmax(axis=0)], np.uint8(0))
    to_mm = visit.grid.to_mm @ np.diag([count, 1, 1, 1.0])
    to_mm[:3, 3] = (visit.grid.to_mm @ [(count - 1) / 2, 0, 0, 1])[:3]
    return Visit(images, tumour, Grid((slices, *visit.grid.shape[1:]), to_mm), visit.motion)
