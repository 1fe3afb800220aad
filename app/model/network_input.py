"""From a study to what the network reads, and back onto the study's grid.

Every axial slice becomes a plane of 240 x 240 pixels of 1 mm for each of the four sequences; a missing sequence is a
plane of zeros. Where the spacing is unknown, the longer side of the picture is taken to be 240 mm.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.model.intensity import CLIP, Intensity, measure_intensity
from app.study import Sequence, Study

SIZE = 240
"""Rows and columns of the network's input."""
PIXEL_MM = 1.0
"""Size of its pixels."""
SMALLEST_HEAD = 64
"""Pixels of foreground, on the study's grid, from which a slice is taken to hold some of the head."""
LARGEST_FIELD = 2048
"""Rows or columns of a scaled slice at most: a header that claims metres takes no memory."""
VERSION = 1
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

    def from_plane(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """A `(240, 240)` plane of probabilities as a `(y, x)` slice, 0 beyond its edge."""
        scaled = np.zeros(self.scaled_shape, np.float32)
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
    head_slices: NDArray[np.intp]
    """Indices of the slices that hold some of the head, ascending."""

    def planes(self, indices: NDArray[np.intp]) -> NDArray[np.float32]:
        """`(n, 240, 240, 4)` float32: the chosen slices, normalised; channels in the order of `Sequence`."""
        planes = np.zeros((len(indices), SIZE, SIZE, len(Sequence)), np.float32)
        for channel, sequence in enumerate(Sequence):
            if sequence not in self.study.images:
                continue
            intensity, volume = self.intensities[sequence], self.study.images[sequence]
            fill = max(CLIP[0], (intensity.black - intensity.mean) / intensity.deviation)
            for row, index in enumerate(indices):
                planes[row, ..., channel] = self.geometry.to_plane(intensity.normalise(volume[index]), fill)
        return planes


def prepare(study: Study) -> NetworkInput:
    """Measure a study; the planes themselves are made when they are asked for."""
    intensities = {s: measure_intensity(volume) for s, volume in study.images.items()}
    head = np.zeros(study.shape, bool)
    for sequence, volume in study.images.items():
        head |= volume > intensities[sequence].threshold
    slices = np.flatnonzero(np.count_nonzero(head, axis=(1, 2)) >= min(SMALLEST_HEAD, head[0].size // 4))
    return NetworkInput(study, intensities, _geometry(study, np.logical_or.reduce(head[slices], axis=0)), slices)


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
    shape = silhouette.shape
    mm = study.spacing[1:] if study.spacing else (SIZE * PIXEL_MM / max(shape),) * 2
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


def _span(profile: NDArray[np.bool_]) -> tuple[int, int]:
    """First and one past the last True; the whole range where there is none."""
    found = np.flatnonzero(profile)
    return (int(found[0]), int(found[-1]) + 1) if found.size else (0, len(profile))


def _resize(image: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Bilinear, with a wider kernel when shrinking, so that nothing is skipped."""
    if image.shape == shape:
        return image
    return np.asarray(Image.fromarray(image).resize(shape[::-1], Image.Resampling.BILINEAR))
