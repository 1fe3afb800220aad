"""Pictures as studies: a single one, or a stack of slices in the order of the numbers that end their names."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.errors import StudyError
from app.imaging.files import ScanFile
from app.imaging.limits import Limits, check_pictures, size_text
from app.imaging.naming import REFERENCE, Name, Role
from app.imaging.parts import Part
from app.imaging.picture_file import PictureFile, decode, open_picture
from app.imaging.planes import Plane, mask_plane, planes_of
from app.study import Source


@dataclass(frozen=True, eq=False)
class PictureStack:
    """Pictures of one size, decoded; a `Container`."""

    file: str
    """Name of the first slice."""
    label: str
    name: Name
    case: str
    source: Source
    slices: tuple[int, ...]
    planes: tuple[Plane, ...]
    spacing: None = None
    notes: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        if len(self.planes) == 1:
            return (Part(self.file, 0, self.label, self.name.role),)
        return tuple(
            Part(self.file, index, f"{self.label} · {plane.note}", plane.role)
            for index, plane in enumerate(self.planes)
        )

    def read(self, indices: Collection[int]) -> dict[int, NDArray[np.float32]]:
        return {index: np.ascontiguousarray(self.planes[index].pixels, np.float32) for index in indices}


def open_pictures(files: Iterable[ScanFile], limits: Limits) -> list[PictureStack]:
    """Open pictures, and put those of one series together to a stack.

    Raises UnreadableFileError, UnsupportedFileError, LimitError, and StudyError when the slices of a series have two
    sizes or a number twice.
    """
    series: dict[tuple[str, Role | None, str], list[PictureFile]] = defaultdict(list)
    pictures = [open_picture(file, limits) for file in files]
    check_pictures(sum(picture.pages * picture.rows * picture.columns for picture in pictures), limits)
    for picture in pictures:
        name = picture.name
        alone = name.slice is None or picture.pages > 1
        series[(name.series.lower(), name.role, picture.file.name if alone else "")].append(picture)
    return [_stack(sorted(slices, key=_number)) for slices in series.values()]


def _stack(pictures: list[PictureFile]) -> PictureStack:
    first, last = pictures[0], pictures[-1]
    _check_series(pictures)
    shape = (len(pictures) * first.pages, first.rows, first.columns)
    pixels = _joined(pictures)
    name = first.name
    label = first.file.name if first is last else f"{first.file.name} … {last.file.name}"
    return PictureStack(
        file=first.file.name,
        label=label,
        name=name,
        case=name.case if first is last else name.series,
        source=Source("picture", shape if shape[0] > 1 else shape[1:]),
        slices=() if name.slice is None else tuple(_number(picture) for picture in pictures),
        planes=(Plane(mask_plane(pixels), None, ""),) if name.role == REFERENCE else planes_of(label, pixels),
    )


def _check_series(pictures: list[PictureFile]) -> None:
    first = pictures[0]
    for before, picture in pairwise(pictures):
        if _number(before) == _number(picture):
            raise StudyError(f"{before.file.name} and {picture.file.name} have one slice number. Keep one of them.")
        if (picture.rows, picture.columns) != (first.rows, first.columns):
            raise StudyError(
                f"{first.file.name} has {size_text((first.rows, first.columns))} pixels and {picture.file.name} "
                f"{size_text((picture.rows, picture.columns))}. The slices of one scan are of one size."
            )


def _joined(pictures: list[PictureFile]) -> NDArray[np.generic]:
    """All slices in one array; grey ones among colour ones get three equal planes."""
    decoded = [decode(picture) for picture in pictures]
    for picture, pixels in zip(pictures, decoded, strict=True):
        if pixels.dtype != decoded[0].dtype:
            raise StudyError(
                f"{pictures[0].file.name} and {picture.file.name} store grey values of different depth "
                f"({decoded[0].dtype} and {pixels.dtype}). Save the slices of one scan alike."
            )
    if any(pixels.ndim == 4 for pixels in decoded):
        decoded = [pixels if pixels.ndim == 4 else np.stack([pixels] * 3, axis=-1) for pixels in decoded]
    return np.concatenate(decoded)


def _number(picture: PictureFile) -> int:
    return picture.name.slice or 0
