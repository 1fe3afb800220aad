"""The longest diameter of a lesion in an axial slice, and the longest line at right angles to it in the same slice.

Both as in the RANO criteria (Wen et al., J Clin Oncol 28(11), 2010), on the outline of what hangs together in one slice
(8 neighbours): two islands of a lesion that meet in another slice only are measured one by one. Both lines end on the
outline. Between their ends they may leave the lesion, as a reader's callipers do, where it is hollow or bent; the
second then lies beside the first in a crescent, and crosses it otherwise.

The outline runs 0.35 of a voxel outside the centres of the outermost voxels. A line from centre to centre is too short,
and one that ends half way to the next centre, where voxels touch, too long, as the longest of all lines finds those
voxels that reach out furthest. Mean errors of the longest and the second line over 3,000 discs, ellipses and rectangles
of 6 to 60 mm at random angles, in voxels of 1 mm: -0.61 and -0.74 mm at the centres, +0.30 and +0.21 mm at 0.5 of a
voxel, +0.02 and -0.09 mm at 0.35.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull
from skimage.measure import find_contours

OUTSIDE = 0.35
"""How far beyond the centres of the outermost voxels the outline runs, in voxels."""
EQUAL_MM = 1e-6
"""Lines are of one length when they differ by less."""
_IN_PLANE = ndimage.generate_binary_structure(3, 3) & (np.arange(3) == 1)[:, np.newaxis, np.newaxis]
_FEW = 16
"""Points up to which taking all pairs is quicker than finding the hull first."""


@dataclass(frozen=True)
class Line:
    """A line in an axial slice."""

    start: tuple[float, float]
    """(y, x) in voxels, whole numbers at the centres of voxels."""
    end: tuple[float, float]
    mm: float


@dataclass(frozen=True)
class AxialDiameters:
    """Both diameters of a lesion."""

    slice: int
    """Along z, counted from 0."""
    longest: Line
    perpendicular: Line


def axial_diameters(mask: NDArray[np.bool_], spacing: tuple[float, float, float]) -> AxialDiameters:
    """Measure one lesion in the slice where its diameter is longest; of equal ones where most of the lesion is.

    Args:
        mask: `(z, y, x)`, with at least one True voxel.
        spacing: voxel size in mm along (z, y, x).

    Raises:
        ValueError: the mask is empty.
    """
    pieces, _ = ndimage.label(mask, _IN_PLANE)
    boxes = ndimage.find_objects(pieces)
    if not boxes:
        raise ValueError("A diameter is that of something. Received: an empty mask")
    mm = np.array(spacing[1:])
    bounds = [float(np.hypot(*((_size(box) + 2 * OUTSIDE) * mm))) for box in boxes]
    best: tuple[float, int, int, Line] | None = None
    for index in np.argsort(-np.array(bounds), kind="stable"):
        if best is not None and bounds[index] < best[0] - EQUAL_MM:
            break  # no line is longer than its box is across
        box = boxes[index]
        piece = pieces[box][0] == index + 1
        line, area = _longest(piece, mm), int(np.count_nonzero(piece))
        if best is None or line.mm > best[0] + EQUAL_MM or (line.mm > best[0] - EQUAL_MM and area > best[1]):
            best = line.mm, area, int(index), line
    if best is None:
        raise ValueError("A diameter is that of something. Received: an empty mask")
    box, line = boxes[best[2]], best[3]
    across = _perpendicular(pieces[box][0] == best[2] + 1, line, mm)
    corner = box[1].start, box[2].start
    return AxialDiameters(box[0].start, _moved(line, corner), _moved(across, corner))


def _size(box: tuple[slice, ...]) -> NDArray[np.float64]:
    """`(2,)`: from the first to the last centre along (y, x), in voxels."""
    return np.array([side.stop - side.start - 1.0 for side in box[1:]])


def _longest(piece: NDArray[np.bool_], mm: NDArray[np.float64]) -> Line:
    """The longest line between two points of the outline of a `(y, x)` mask that touches all sides of its array."""
    points = _outermost(piece)
    if len(points) > _FEW:
        points = points[np.sort(ConvexHull(points).vertices)]
    distances = np.linalg.norm((points[:, np.newaxis] - points) * mm, axis=2)
    first, second = np.unravel_index(int(distances.argmax()), distances.shape)
    return _line(points[first], points[second], mm)


def _outermost(piece: NDArray[np.bool_]) -> NDArray[np.float64]:
    """`(n, 2)`: the ends of every row and column, which hold all corners of the outline's hull."""
    ends = []
    for along, size in enumerate(piece.shape):
        lines = np.flatnonzero(piece.any(axis=along))
        first = piece.argmax(axis=along)[lines]
        last = size - 1 - np.flip(piece, axis=along).argmax(axis=along)[lines]
        ends += [(at, lines) if along == 0 else (lines, at) for at in (first - OUTSIDE, last + OUTSIDE)]
    return np.concatenate([np.stack(end, axis=1) for end in ends])


def _perpendicular(piece: NDArray[np.bool_], longest: Line, mm: NDArray[np.float64]) -> Line:
    """The longest line exactly at right angles between two points of the outline; of equal ones the most central.

    The width of a polygon changes linearly between its corners, so the widest place is at the height of a corner.
    """
    contours = find_contours(np.pad(piece, 1).astype(np.float64), 1 - OUTSIDE, fully_connected="high")
    start = np.array(longest.start) * mm
    along = (np.array(longest.end) * mm - start) / longest.mm
    axes = np.stack((along, (-along[1], along[0])))
    turned = [((contour - 1) * mm - start) @ axes.T for contour in contours]
    at, low, high = _widths(np.concatenate([contour[:-1] for contour in turned]),
                            np.concatenate([contour[1:] for contour in turned]))  # fmt: skip
    width = high - low
    widest = np.flatnonzero(width >= width.max() - EQUAL_MM)
    chosen = widest[np.abs(at[widest] - longest.mm / 2).argmin()]
    ends = (start + np.array([at[chosen], across]) @ axes for across in (low[chosen], high[chosen]))
    first, second = (end / mm for end in ends)
    return _line(first, second, mm)


def _widths(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """How far closed polygons reach across a line, at the height of each of their corners.

    Args:
        first, second: `(n, 2)`, the ends of their edges: mm along the line, mm across.

    Returns:
        at, low, high: `(m,)`, mm along the line, ascending, and the lowest and the highest there across it.
    """
    at = np.unique(first[:, 0])
    left, right = np.minimum(first[:, 0], second[:, 0]), np.maximum(first[:, 0], second[:, 0])
    begin = np.searchsorted(at, left)
    counts = np.searchsorted(at, right, side="right") - begin
    edge = np.repeat(np.arange(len(first)), counts)
    place = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts) + begin[edge]
    run = second[edge, 0] - first[edge, 0]
    part = np.divide(at[place] - first[edge, 0], run, out=np.zeros(len(edge)), where=run != 0)
    across = first[edge, 1] + part.clip(0, 1) * (second[edge, 1] - first[edge, 1])
    low, high = np.full(len(at), np.inf), np.full(len(at), -np.inf)
    np.minimum.at(low, place, across)
    np.maximum.at(high, place, across)
    return at, low, high


def _line(start: NDArray[np.float64], end: NDArray[np.float64], mm: NDArray[np.float64]) -> Line:
    return Line(
        (float(start[0]), float(start[1])), (float(end[0]), float(end[1])), float(np.hypot(*((end - start) * mm)))
    )


def _moved(line: Line, by: tuple[int, int]) -> Line:
    (y0, x0), (y1, x1) = line.start, line.end
    return Line((y0 + by[0], x0 + by[1]), (y1 + by[0], x1 + by[1]), line.mm)
