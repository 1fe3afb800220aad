"""Where the voxels of an axial slice land on a square picture: the head in its middle, in true proportions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.decision.palette import Rgb
from app.decision.reading import Reading
from app.decision.window import head_floor, window_of
from app.evaluation.box import bounding_box
from app.exports.strokes import Points
from app.study import Sequence

_Scalar = TypeVar("_Scalar", bound=np.generic)

MARGIN = 0.045
"""Share of the picture on each side that is left for letters."""
_AROUND = 2
"""Voxels around the head that are shown too."""
_UNIT = 1000
"""Side of a picture in pixels for which widths and letters are given."""


@dataclass(frozen=True)
class Frame:
    """A part of every slice of a study, and how large it is drawn."""

    size: int
    """Pixels of a side of the picture."""
    top: int
    left: int
    """Row and column of the first voxel that is shown."""
    rows: int
    columns: int
    row_pixels: float
    column_pixels: float
    """Pixels from voxel to voxel along a column and along a row of them."""
    window: tuple[float, float]
    """Intensities drawn black and white."""
    pixels_per_mm: float | None
    """None where the spacing is not known."""
    unit: float
    """What a pixel is of a picture of the usual size, for the widths of lines and the sizes of letters."""

    @property
    def corner(self) -> tuple[int, int]:
        """x and y of the part's first pixel."""
        return round((self.size - self.columns * self.column_pixels) / 2), round(
            (self.size - self.rows * self.row_pixels) / 2
        )

    def pixels(self, points: NDArray[np.float64]) -> Points:
        """Where points `(n, 2)`, row and column with whole numbers at the centres of voxels, land."""
        scale = np.array([self.column_pixels, self.row_pixels])
        landed: Points = (points[:, ::-1] + 0.5 - (self.left, self.top)) * scale + self.corner
        return landed

    def picture(self, plane: NDArray[np.float32]) -> Image.Image:
        """The intensities `(y, x)` of a slice in grey, RGB."""
        low, high = self.window
        grey = np.clip((self._cut(plane) - low) * (255 / max(high - low, 1e-20)), 0, 255).astype(np.uint8)
        picture = Image.new("L", (self.size, self.size))
        picture.paste(Image.fromarray(grey).resize(self._extent, Image.Resampling.BICUBIC), self.corner)
        return picture.convert("RGB")

    def fill(self, picture: Image.Image, parts: Iterable[tuple[NDArray[np.bool_], Rgb]], alpha: float) -> None:
        """Colour masks `(y, x)`, none of which overlap, in place."""
        layer = np.zeros((self.rows, self.columns, 4), np.uint8)
        for mask, colour in parts:
            layer[self._cut(mask)] = (*colour, round(255 * alpha))
        colours = Image.fromarray(layer).resize(self._extent, Image.Resampling.BILINEAR)
        picture.paste(colours, self.corner, colours)

    def enlarged(self, plane: NDArray[_Scalar], shape: tuple[int, ...]) -> NDArray[_Scalar]:
        """The voxels `(y, x)` of a slice in a picture of that many rows and columns, 0 around them."""
        columns, rows = self._extent
        row = (np.arange(rows) * self.rows // rows)[:, np.newaxis]
        column = np.arange(columns) * self.columns // columns
        large = np.zeros(shape, plane.dtype)
        left, top = self.corner
        large[top : top + rows, left : left + columns] = self._cut(plane)[row, column]
        return large

    def outlines(self, values: NDArray[np.generic], at: float) -> list[Points]:
        """The lines around the voxels `(y, x)` above a value, half way between the centres of those that differ from
        it by as much."""
        from skimage.measure import find_contours  # takes a while to load, and only this needs it

        padded = np.pad(values.astype(np.float64), 1, constant_values=min(0.0, np.floor(at)))
        return [self.pixels(line - 1) for line in find_contours(padded, at)]

    @property
    def _extent(self) -> tuple[int, int]:
        return max(round(self.columns * self.column_pixels), 1), max(round(self.rows * self.row_pixels), 1)

    def _cut(self, plane: NDArray[_Scalar]) -> NDArray[_Scalar]:
        return plane[self.top : self.top + self.rows, self.left : self.left + self.columns]


def frame_of(reading: Reading, sequence: Sequence, size: int, letters: float = 1.0) -> Frame:
    """The frame that shows the head, and all of the mask and the reference, in every slice of a study.

    `letters`: how many times as large as usual letters are, and lines as wide.
    """
    study = reading.study
    image = study.images[sequence]
    floor = head_floor(image)
    shown: NDArray[np.bool_] = np.any(image > floor, axis=0)
    shown |= np.any(reading.result.mask(reading.threshold), axis=0)
    if study.reference is not None:
        shown |= np.any(study.reference != 0, axis=0)
    rows, columns = bounding_box(shown, _AROUND) if shown.any() else (slice(0, n) for n in study.shape[1:])
    height, width = len(range(*rows.indices(study.shape[1]))), len(range(*columns.indices(study.shape[2])))
    _, row_mm, column_mm = study.spacing or (1.0, 1.0, 1.0)
    scale = size * (1 - 2 * MARGIN) / max(height * row_mm, width * column_mm)
    return Frame(
        size=size,
        top=rows.start,
        left=columns.start,
        rows=height,
        columns=width,
        row_pixels=scale * row_mm,
        column_pixels=scale * column_mm,
        window=window_of(image, floor),
        pixels_per_mm=None if study.spacing is None else scale,
        unit=size / _UNIT * letters,
    )
