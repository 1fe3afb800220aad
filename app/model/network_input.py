"""From a study to what the network reads, and back onto the study's grid.

Every axial slice becomes a plane of 240 x 240 pixels of 1 mm for each of the four sequences; a missing sequence is a
plane of zeros. Where the spacing is unknown, the longer side of the picture is taken to be 240 mm. A slice's
neighbours follow as further planes, of zeros where there are none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.model.intensity import CLIP, Intensity, measure_intensity
from app.study import Sequence, Study

SIZE = 240
"""Rows and columns of the network's input."""
PIXEL_MM = 1.0
"""Size of its pixels."""
SMALLEST_HEAD = 64.0
"""Area of foreground in mm² from which a slice is taken to hold some of the head."""
MARGIN = 8
"""Pixels around the head that are shown to the network at least, as far as the plane has them."""
STRIDE = 16
"""Rows and columns of what is shown are multiples of this: the network may halve them four times."""
RECENT = 48
"""Normalised slices that are kept, for those whose neighbours they are."""
LARGEST_FIELD = 2048
"""Rows or columns of a scaled slice at most: a header that claims metres takes no memory."""
NEIGHBOUR_MM = 3.0
"""About how far away a slice's neighbours lie; where the spacing is unknown, or wider, they are the adjacent ones."""
VERSION = 2
"""Counts changes to this file that change what the network sees; a checkpoint's card names it."""


@dataclass(frozen=True)
class Geometry:
    """How a study's slices lie in the network's planes."""

    slice_shape: tuple[int, int]
    """(y, x) on the study's grid."""
    scaled_shape: tuple[int, int]
    """(rows, columns) after scaling to the network's pixels."""
    offset: tuple[int, int]
    """Where the network's plane begins in the scaled slice, (row, column); negative where the plane is larger."""

    def to_plane(self, image: NDArray[np.float32], fill: float) -> NDArray[np.float32]:
        """A `(y, x)` slice as a `(240, 240)` plane, `fill` beyond its edge."""
        scaled = _resize(image, self.scaled_shape)
        plane = np.full((SIZE, SIZE), fill, np.float32)
        inner, outer = self._overlap()
        plane[inner] = scaled[outer]
        return plane

    def from_plane(self, plane: NDArray[Any]) -> NDArray[Any]:
        """A `(240, 240)` plane as a `(y, x)` slice, 0 beyond its edge: float32 interpolated, uint8 from the nearest."""
        scaled = np.zeros(self.scaled_shape, plane.dtype)
        inner, outer = self._overlap()
        scaled[outer] = plane[inner]
        return _resize(scaled, self.slice_shape)

    def _overlap(self) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """The part that plane and scaled slice share, as indices of each."""
        inner, outer = [], []
        for offset, size in zip(self.offset, self.scaled_shape, strict=True):
            start, stop = max(0, offset), min(size, offset + SIZE)
            outer.append(slice(start, stop))
            inner.append(slice(start - offset, stop - offset))
        return (inner[0], inner[1]), (outer[0], outer[1])


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """A study as the network reads it, made slice by slice when asked."""

    study: Study
    intensities: dict[Sequence, Intensity]
    geometry: Geometry
    head: NDArray[np.bool_]
    """`(z, y, x)` on the study's grid: what is brighter than the background in some sequence."""
    head_slices: NDArray[np.intp]
    """Indices of the slices that hold some of the head, ascending."""
    window: tuple[slice, slice]
    """Rows and columns of the 240 x 240 plane that hold the head; the rest is background throughout."""

    def planes(self, indices: NDArray[np.intp], neighbours: int = 0) -> NDArray[np.float32]:
        """The chosen slices, normalised, within the window.

        Args:
            indices: `(n,)`.
            neighbours: slices on each side that are shown too.

        Returns:
            `(n, rows, columns, 4 * (1 + 2 * neighbours))` float32: channels in the order of `Sequence` for the slice
            itself, then for each of `neighbour_offsets`.
        """
        offsets = [0, *neighbour_offsets(self.study.spacing[0] if self.study.spacing else None, neighbours)]
        wanted = np.asarray(indices)[:, np.newaxis] + offsets
        known = np.isin(wanted, self.head_slices)
        rows, columns = (part.stop - part.start for part in self.window)
        planes = np.zeros((len(wanted), rows, columns, len(offsets) * len(Sequence)), np.float32)
        for row, place in np.argwhere(known):
            first = place * len(Sequence)
            planes[row, ..., first : first + len(Sequence)] = self._plane(int(wanted[row, place]))[self.window]
        return planes

    def on_grid(self, inside: NDArray[Any]) -> NDArray[Any]:
        """What the network said within the window, `(rows, columns)`, as a `(y, x)` slice; see `from_plane`."""
        plane = np.zeros((SIZE, SIZE), inside.dtype)
        plane[self.window] = inside
        return self.geometry.from_plane(plane)

    @cached_property
    def _plane(self) -> Callable[[int], NDArray[np.float32]]:
        """`(240, 240, 4)`: a slice without neighbours. Not a method, for the memory would keep its own owner alive."""
        return lru_cache(RECENT)(partial(_whole_plane, self.study, self.intensities, self.geometry))


def _whole_plane(
    study: Study, intensities: dict[Sequence, Intensity], geometry: Geometry, index: int
) -> NDArray[np.float32]:
    plane = np.zeros((SIZE, SIZE, len(Sequence)), np.float32)
    for channel, sequence in enumerate(Sequence):
        if sequence in study.images:
            intensity = intensities[sequence]
            fill = max(CLIP[0], (intensity.black - intensity.mean) / intensity.deviation)
            plane[..., channel] = geometry.to_plane(intensity.normalise(study.images[sequence][index]), fill)
    return plane


def prepare(study: Study) -> NetworkInput:
    """Measure a study; the planes themselves are made when they are asked for."""
    intensities = {s: measure_intensity(volume) for s, volume in study.images.items()}
    head = np.zeros(study.shape, bool)
    for sequence, volume in study.images.items():
        head |= volume > intensities[sequence].threshold
    rows, columns = _pixel_mm(study)
    smallest = min(SMALLEST_HEAD / (rows * columns), head[0].size / 4)
    slices = np.flatnonzero(np.count_nonzero(head, axis=(1, 2)) >= smallest)
    silhouette = np.logical_or.reduce(head[slices], axis=0)
    geometry = _geometry(study, silhouette)
    return NetworkInput(study, intensities, geometry, head, slices, _window(geometry, silhouette))


def neighbour_offsets(slice_mm: float | None, neighbours: int) -> list[int]:
    """How many slices away the neighbours are, below before above, nearest first: [-3, 3] at 1 mm and one neighbour."""
    gap = max(1, round(NEIGHBOUR_MM / slice_mm)) if slice_mm else 1
    return [sign * gap * n for n in range(1, neighbours + 1) for sign in (-1, 1)]


def label_planes(reference: NDArray[np.uint8], geometry: Geometry, indices: NDArray[np.intp]) -> NDArray[np.uint8]:
    """`(n, 240, 240)` uint8: the reference labels of the chosen slices, 0 beyond the edge.

    A pixel is tumour where at least half of it is, and has the label that fills most of it.
    """
    planes = np.zeros((len(indices), SIZE, SIZE), np.uint8)
    for row, index in enumerate(indices):
        labels = np.unique(reference[index][reference[index] > 0])
        if labels.size:
            shares = [geometry.to_plane((reference[index] == label).astype(np.float32), 0.0) for label in labels]
            planes[row] = np.where(np.sum(shares, axis=0) >= 0.5, labels[np.argmax(shares, axis=0)], 0)
    return planes


def _geometry(study: Study, silhouette: NDArray[np.bool_]) -> Geometry:
    """Fit the slices into the plane: 1 mm pixels, or larger ones where the head, or an absurd field, would not fit."""
    shape, mm = silhouette.shape, _pixel_mm(study)
    spans = [_span(np.logical_or.reduce(silhouette, axis=1 - axis)) for axis in (0, 1)]
    field = max(n * size for n, size in zip(shape, mm, strict=True))
    pixel = max(
        PIXEL_MM,
        field / LARGEST_FIELD,
        *((stop - start) * size / SIZE for (start, stop), size in zip(spans, mm, strict=True)),
    )
    scaled = tuple(max(1, round(n * size / pixel)) for n, size in zip(shape, mm, strict=True))
    offset = []
    for n, n_scaled, (start, stop) in zip(shape, scaled, spans, strict=True):
        centre = (start + stop) / 2 * n_scaled / n
        spare = n_scaled - SIZE
        offset.append(spare // 2 if spare <= 0 else int(np.clip(round(centre - SIZE / 2), 0, spare)))
    return Geometry((shape[0], shape[1]), (scaled[0], scaled[1]), (offset[0], offset[1]))


def _pixel_mm(study: Study) -> tuple[float, float]:
    """Rows and columns of a slice's pixel; where the spacing is unknown, the longer side is taken to be 240 mm."""
    if study.spacing:
        return study.spacing[1:]
    return (SIZE * PIXEL_MM / max(study.shape[1:]),) * 2


def _window(geometry: Geometry, silhouette: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The part of the plane that holds the head and a margin, in multiples of `STRIDE` and within the plane."""
    parts = []
    for axis in (0, 1):
        scale = geometry.scaled_shape[axis] / geometry.slice_shape[axis]
        first, last = _span(np.logical_or.reduce(silhouette, axis=1 - axis))
        start, stop = (bound * scale - geometry.offset[axis] for bound in (first, last))
        size = min(SIZE, int(np.ceil((stop - start + 2 * MARGIN) / STRIDE)) * STRIDE)
        begin = int(np.clip(round((start + stop - size) / 2), 0, SIZE - size))
        parts.append(slice(begin, begin + size))
    return parts[0], parts[1]


def _span(profile: NDArray[np.bool_]) -> tuple[int, int]:
    """First and one past the last True; the whole range where there is none."""
    found = np.flatnonzero(profile)
    return (int(found[0]), int(found[-1]) + 1) if found.size else (0, len(profile))


def _resize(image: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """float32: bilinear, with a wider kernel when shrinking, so that nothing is skipped. uint8, for labels: nearest."""
    if image.shape == shape:
        return image
    resampling = Image.Resampling.NEAREST if image.dtype == np.uint8 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(image).resize(shape[::-1], resampling))
