"""Where the slices of a volume lie: their order, the distance between them, and the affine of their grid.

Positions and directions are those of PS3.3 section C.7.6.2; the thickness that a header gives has no say where there
are two positions, as slices may overlap or leave space between them.
"""

from collections.abc import Sequence as ListOf
from dataclasses import dataclass

import numpy as np
from nibabel.orientations import io_orientation, ornt_transform
from numpy.typing import NDArray

from app.errors import StudyError
from app.imaging.dicom_slices import Slice
from app.imaging.orientation import CANONICAL

_UNEVEN = 0.05
"""Share of the distance between slices by which one may lie beside its place."""
_ROUNDING = 0.05
"""mm by which one may lie beside its place, whatever the distance, as positions are written in decimals."""
_MISSING = 0.25
"""Share of the places that may be empty."""
_TILT = 0.5
"""Degrees from which on a tilt is told."""
_STEEP = 45.0
"""Degrees from which on slices are no longer one above the other."""
_TO_RAS = np.diag([-1.0, -1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices on one grid."""

    slices: tuple[Slice, ...]
    """In ascending order along their normal."""
    places: tuple[int, ...]
    """The index of each slice along the third axis, from 0; a missing one leaves its place empty."""
    affine: NDArray[np.float64]
    """`(4, 4)`: from a voxel (column, row, slice, 1) to RAS mm. Where the slices are tilted against the direction in
    which they are stacked, the third axis is not at right angles to the others."""
    spacing: tuple[float, float, float] | None
    """mm along (z, y, x), from slice to slice at right angles, so that volumes are right; None where there is one slice
    without a thickness."""
    distance: float
    """mm from slice to slice at right angles; 1 where it is not known."""
    notes: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along columns, rows and slices."""
        image = self.slices[0].image
        return image.columns, image.rows, self.places[-1] + 1


def stack(slices: ListOf[Slice], label: str) -> Stack:
    """Put parallel slices, each at a position of its own, on a grid. `label` names them in errors and notes.

    Raises StudyError when they are not evenly spaced in a straight line, or more than a quarter of them is missing.
    """
    along = tuple(sorted(slices, key=lambda each: float(each.position @ slices[0].normal)))
    if len(along) == 1:
        return _single(along[0], label)
    positions = np.array([each.position for each in along])
    places = _places(positions @ along[0].normal, label)
    step = (positions[-1] - positions[0]) / places[-1]
    distance = float(step @ along[0].normal)
    beside = np.linalg.norm(positions - positions[0] - np.outer(places, step), axis=1).max()
    if beside > max(_UNEVEN * distance, _ROUNDING):
        raise StudyError(
            f"{label}: its slices are not evenly spaced in a straight line; one lies {beside:.2g} mm beside its place. "
            "They make no volume: send the original series."
        )
    tilt = float(np.degrees(np.arccos(min(distance / float(np.linalg.norm(step)), 1.0))))
    if tilt > _STEEP:
        raise StudyError(f"{label}: its slices lie side by side, not one above the other. They make no volume.")
    return _stack(along, places.tolist(), step, distance, _notes(label, places, distance, tilt))


def _places(distances: NDArray[np.float64], label: str) -> NDArray[np.intp]:
    """The place of each slice, from ascending distances along the normal: the closest two are neighbours."""
    gaps = np.diff(distances)
    places = np.concatenate([[0], np.rint(gaps / gaps.min()).cumsum()]).astype(np.intp)
    missing = places[-1] + 1 - len(places)
    if missing > _MISSING * (places[-1] + 1):
        raise StudyError(
            f"{label}: its slices lie {gaps.min():.3g} to {gaps.max():.3g} mm apart, so more than a quarter of them is "
            "missing, or they make no volume. Send all slices of the original series."
        )
    return places


def _notes(label: str, places: NDArray[np.intp], distance: float, tilt: float) -> tuple[str, ...]:
    notes = []
    if missing := int(places[-1]) + 1 - len(places):
        empty = sorted(set(range(int(places[-1]) + 1)) - set(places.tolist()))
        at = ", ".join(f"{place * distance:.0f}" for place in empty[:5]) + (" …" if missing > 5 else "")
        slices, are, was = ("slice", "is", "it was") if missing == 1 else ("slices", "are", "they were")
        notes.append(
            f"{label}: {missing} {slices} of {places[-1] + 1} {are} missing ({at} mm from the first); {was} left black."
        )
    if tilt > _TILT:
        notes.append(
            f"{label}: its slices are tilted by {tilt:.1f}° against the direction in which they are stacked. They are "
            "shown upright; exports keep the tilt, and volumes in ml allow for it."
        )
    return tuple(notes)


def _single(only: Slice, label: str) -> Stack:
    thickness = only.attributes.number("SliceThickness") or 0
    known = bool(0 < thickness < 1000)
    notes = () if known else (f"{label}: its only slice has no thickness, so that nothing is given in ml.",)
    distance = thickness if known else 1.0
    single = _stack((only,), [0], distance * only.normal, distance, notes)
    return single if known else Stack(single.slices, single.places, single.affine, None, distance, notes)


def _stack(
    slices: tuple[Slice, ...], places: list[int], step: NDArray[np.float64], distance: float, notes: tuple[str, ...]
) -> Stack:
    first = slices[0]
    affine = np.eye(4)
    affine[:3, :2] = _TO_RAS @ (first.axes * np.array(first.spacing)[:, np.newaxis]).T
    affine[:3, 2] = _TO_RAS @ step
    affine[:3, 3] = _TO_RAS @ first.position
    affine.setflags(write=False)
    axes = np.argsort(ornt_transform(io_orientation(affine), CANONICAL)[:, 0])
    z, y, x = np.array([*first.spacing, distance])[axes].tolist()
    return Stack(slices, tuple(places), affine, (z, y, x), distance, notes)
