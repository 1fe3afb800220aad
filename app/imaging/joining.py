"""Containers that make one study: on which grid, and which of them have to be brought to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from app.errors import StudyError
from app.imaging.grid import describe, distance, grid_of, share_inside
from app.imaging.naming import REFERENCE, Role
from app.imaging.parts import Container, Part
from app.study import Sequence

TARGETS = (Sequence.FLAIR, Sequence.T1CE, Sequence.T2, Sequence.T1)
"""The first of these that a study has gives it its grid: tumours are marked on FLAIR, else where they enhance."""
MIN_SHARE = 0.5
"""Share of the target's box that a volume covers at least."""
_COVERED = 0.99
"""Share of the target's box from which on a volume is said to cover it."""


@dataclass(frozen=True, eq=False)
class Joined:
    """How containers come together."""

    target: Container
    """Its grid is that of the study."""
    resampled: frozenset[Role]
    """What has to be brought to that grid."""
    notes: tuple[str, ...]
    """What has to be told about it, a sentence each."""


def join(chosen: Mapping[Role, tuple[Container, Part]]) -> Joined:
    """Find the grid of a study from the part of each role, at least one of them an image.

    Raises StudyError when pictures come with volumes, pictures differ in size or slices, volumes cover less than half
    of the target, or the reference lies on the grid of none of the images.
    """
    sequence = next(sequence for sequence in TARGETS if sequence in chosen)
    target = chosen[sequence][0]
    images = [container for role, (container, _) in chosen.items() if role != REFERENCE]
    resampled, notes = set(), []
    for role, (container, _) in chosen.items():
        if role == REFERENCE:
            _check_fits_some(container, images)
        if container is target or not check_can_join(target, container):
            continue
        resampled.add(role)
        notes.append(_note(role, container, sequence, target))
    return Joined(target, frozenset(resampled), tuple(notes))


def check_can_join(target: Container, other: Container) -> bool:
    """Check that two containers can be parts of one study, and tell whether `other` has to be resampled for it.

    Raises StudyError, with both files, when they cannot.
    """
    names = f"{_name(target)} and {_name(other)}"
    if target.source.kind != other.source.kind:
        raise StudyError(f"{names} do not belong together: one is a volume, the other a picture. Give one kind.")
    first, second = grid_of(target.source), grid_of(other.source)
    if first is None or second is None:
        _check_pictures(target, other)
        return False
    apart = distance(first, second)
    if apart and (share := share_inside(first, second)) < MIN_SHARE:
        middles = float(((first.middle - second.middle) ** 2).sum() ** 0.5)
        raise StudyError(
            f"{names} do not show the same place: {_name(other)} covers {share:.0%} of {_name(target)}, and their "
            f"middles lie {middles:.3g} mm apart. Co-register them, or open them one by one."
        )
    return apart > 0


def _check_pictures(target: Container, other: Container) -> None:
    names = f"{_name(target)} and {_name(other)}"
    numbered = target.slices and other.slices and (_same_series(target, other) or len(target.slices) > 1)
    if numbered and target.slices != other.slices:
        only = sorted(set(target.slices) ^ set(other.slices))
        few = ", ".join(map(str, only[:5])) + (" …" if len(only) > 5 else "")
        raise StudyError(
            f"{names} are not of the same slices: only one of the two has slice {few}. Give both, or neither."
        )
    if target.source.shape != other.source.shape:
        raise StudyError(
            f"{names} are not on one grid: {describe(target.source)} and {describe(other.source)}. "
            "Bring them to one size, or open them one by one."
        )


def _same_series(first: Container, other: Container) -> bool:
    return first.name.series.lower() == other.name.series.lower()


def _check_fits_some(mask: Container, images: list[Container]) -> None:
    own, grids = grid_of(mask.source), [grid for image in images if (grid := grid_of(image.source))]
    if own is None or not grids or (apart := min(distance(own, grid) for grid in grids)) == 0:
        return
    where = f"; they lie up to {apart:.3g} mm apart" if isfinite(apart) else ""
    raise StudyError(
        f"{_name(mask)} does not fit any of the scans: the mask has {describe(mask.source)}, and {_name(images[0])} "
        f"{describe(images[0].source)}{where}. Give the mask on the grid of a scan, or leave it out."
    )


def _note(role: Role, container: Container, sequence: Sequence, target: Container) -> str:
    before = describe(container.source)
    if role == REFERENCE:
        return (
            f"The reference mask was resampled (nearest neighbour) from {before} to the grid of {sequence.value}: "
            "scores are of the resampled mask."
        )
    first, other = grid_of(target.source), grid_of(container.source)
    share = share_inside(first, other) if first and other else 1.0
    missing = "" if share >= _COVERED else f", of which it covers {share:.0%}; the rest of it is background"
    return f"{role.value} was resampled from {before} to the grid of {sequence.value}{missing}."


def _name(container: Container) -> str:
    return container.parts[0].label
