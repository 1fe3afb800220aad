"""What the axes of an NRRD file are, and where they lie in the patient."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import UnsupportedFileError
from app.imaging.volume_header import affine_from_lps, axes_of, damaged, last_piece, sound_affine

_TO_LPS = {
    "left-posterior-superior": (1, 1, 1),
    "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1),
    "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1),
    "las": (1, -1, 1),
}
_MM = {"mm": 1.0, "millimeter": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001, "µm": 0.001, "": 1.0}
"""Millimetres in what `space units` or `units` gives."""
_DOMAIN = ("domain", "space", "none", "???")
"""Kinds of axes along which samples lie in space, or may do."""
_COLOURS = {"rgb-color": 3, "3-color": 3, "rgba-color": 4, "4-color": 4}
_FRAMES = ("list", "vector", "covariant-vector", "2-vector", "3-vector", "4-vector", "point", "time", "scalar", "stub")


@dataclass(frozen=True)
class Axes:
    """The axes of a file, without those of one sample that are not of space."""

    sizes: tuple[int, ...]
    frame_axis: int | None
    colour: bool
    space: tuple[int, ...]
    """The three axes of space, by their place in the header."""


def axes_in_file(name: str, fields: dict[str, Any], sizes: tuple[int, ...]) -> Axes:
    """Tell axes of space from the one of frames or colours.

    An axis without a direction, or of a kind that is not of space, is that of the frames; where neither says so, the
    last.
    Raises UnreadableFileError when header fields contradict each other, UnsupportedFileError when there are not three
    axes of space, or samples are neither numbers nor colours.
    """
    kinds = [str(kind).lower() for kind in fields.get("kinds", ["none"] * len(sizes))]
    directions = fields.get("space directions")
    if len(kinds) != len(sizes) or (directions is not None and len(directions) != len(sizes)):
        raise damaged(name, "NRRD", "kinds or directions are not given for each of its axes")
    if directions is not None:
        space = tuple(axis for axis, step in enumerate(directions) if not np.isnan(step).all())
    else:
        space = tuple(axis for axis, kind in enumerate(kinds) if kind in _DOMAIN)[:3]
    if len(space) != 3:
        raise UnsupportedFileError(
            f"{name} has {len(space)} axes of space among {len(sizes)}. Give a 3-D scan, or volumes along a 4th axis."
        )
    kept, frame_axis = axes_of(name, sizes, space)
    if frame_axis is None:
        return Axes(kept, None, False, space)
    kind, count = next((kinds[axis], n) for axis, n in enumerate(sizes) if axis not in space and n > 1)
    colour = _COLOURS.get(kind) == count
    if not colour and kind not in (*_FRAMES, *_DOMAIN):
        raise UnsupportedFileError(f"{name} holds a {kind[:40]} at each voxel. Export the scan as grey values.")
    return Axes(kept, frame_axis, colour, space)


def affine_of(name: str, fields: dict[str, Any], axes: Axes) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """`(4, 4)`, file voxel to RAS mm, and what has to be told about it.

    Raises UnreadableFileError when it is not sound, UnsupportedFileError when the file gives no size of the voxels.
    """
    directions, origin = fields.get("space directions"), fields.get("space origin")
    units = fields.get("space units" if directions is not None else "units") or []
    mm = {_MM.get(str(unit).lower(), 1.0) for unit in units} or {1.0}
    scale = mm.pop() if len(mm) == 1 else 1.0
    signs = _TO_LPS.get(str(fields.get("space", "")).lower())
    if directions is not None:
        steps = np.array([directions[axis] for axis in axes.space], np.float64).T
    elif (spacings := fields.get("spacings")) is not None and len(spacings) > max(axes.space):
        steps = np.diag([abs(spacings[axis]) for axis in axes.space]).astype(np.float64)
        signs = None
    else:
        raise UnsupportedFileError(f"{name} does not say how large its voxels are. Save it with its voxel size.")
    first = np.zeros(3) if origin is None or directions is None else np.asarray(origin, np.float64)
    if steps.shape != (3, 3) or first.shape != (3,):
        raise UnsupportedFileError(f"{name} has directions or an origin not in 3 dimensions. Save it with its place.")
    turned = np.diag(signs or (1, 1, 1)).astype(np.float64) * scale
    with np.errstate(all="ignore"):
        affine = affine_from_lps(turned @ steps, turned @ first)
    return sound_affine(name, "NRRD", affine), () if signs else (_unplaced(name),)


def _unplaced(name: str) -> str:
    return (
        f"{last_piece(name)} does not say how it lies in the patient: its axes are taken to run to the left, to the "
        "back and to the head."
    )
