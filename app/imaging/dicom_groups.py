"""Which slices make a volume together: those of one series that lie side by side and were made alike."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.imaging.dicom_header import DicomFile
from app.imaging.dicom_pixels import digests_of
from app.imaging.dicom_slices import Slice

MAX_VOLUMES = 8
"""Of one series that are offered: echoes, and the times of a short one. Diffusion and perfusion have hundreds."""
_SAME_AXES = 1e-3
"""How far the directions of two parallel slices may differ; 1 is the length of a direction."""
_SAME_SPACING = 1e-3
_SAME_PLACE = 0.01
"""mm within which two slices are at one position."""


@dataclass(frozen=True, eq=False)
class Group:
    """The slices of one volume, in the order of their positions."""

    slices: tuple[Slice, ...]
    series: str
    number: int
    """From 0: which volume of its series it is."""
    siblings: int
    """Volumes that the series holds."""
    twice: int = 0
    """Slices that were left out, as they came twice."""


def group(slices: Iterable[Slice]) -> list[Group]:
    """Put slices together to volumes, series by series, of one series no more than `MAX_VOLUMES`.

    A series is split by whatever cannot differ within a volume: the directions and number of rows and columns, the size
    of pixels, type of image, echo time, b-value, temporal position, stack. Of slices that even then lie at one
    position, those with equal pixels are one slice that came twice; others belong to volumes one after another.
    Raises UnreadableFileError when pixels that have to be compared are damaged.
    """
    series: dict[str, list[Slice]] = defaultdict(list)
    for each in slices:
        series[each.series].append(each)
    groups = []
    for name, members in series.items():
        volumes = [volume for alike in _alike(members) for volume in _apart(alike)]
        groups += [
            Group(tuple(volume), name, number, len(volumes), twice)
            for number, (volume, twice) in enumerate(volumes[:MAX_VOLUMES])
        ]
    return groups


def _alike(slices: ListOf[Slice]) -> list[list[Slice]]:
    """Slices apart that were not made alike, in the order in which the first of each kind was made."""
    kinds: dict[Hashable, list[list[Slice]]] = {}
    for each in sorted(slices, key=lambda each: each.order):
        found = kinds.setdefault((each.kind, each.image.rows, each.image.columns), [])
        if parallel := next((group for group in found if _is_parallel(group[0], each)), None):
            parallel.append(each)
        else:
            found.append([each])
    return [group for found in kinds.values() for group in found]


def _is_parallel(one: Slice, other: Slice) -> bool:
    return bool(
        np.abs(one.axes - other.axes).max() < _SAME_AXES
        and np.allclose(one.spacing, other.spacing, rtol=_SAME_SPACING, atol=0)
    )


def _apart(slices: ListOf[Slice]) -> list[tuple[list[Slice], int]]:
    """Parallel slices as volumes in which each position is taken once, with the number of those that came twice."""
    levels = _levels(slices)
    if all(len(level) == 1 for level in levels):
        return [([level[0] for level in levels], 0)]
    repeated = {each.image for level in levels if len(level) > 1 for each in level}
    digests = {image: digests_of(image) for image in repeated}
    distinct = [_distinct(level, digests) for level in levels]
    volumes = [
        [level[number] for level in distinct if number < len(level)] for number in range(max(map(len, distinct)))
    ]
    return [(volume, len(slices) - sum(map(len, distinct)) if volume is volumes[0] else 0) for volume in volumes]


def _levels(slices: ListOf[Slice]) -> list[list[Slice]]:
    """Slices by their position along the normal; those of one position in the order in which they were made."""
    normal = slices[0].normal
    along = sorted(slices, key=lambda each: float(each.position @ normal))
    levels = [[along[0]]]
    for before, each in pairwise(along):
        if (each.position - before.position) @ normal < _SAME_PLACE:
            levels[-1].append(each)
        else:
            levels.append([each])
    return [sorted(level, key=lambda each: each.order) for level in levels]


def _distinct(level: ListOf[Slice], digests: dict[DicomFile, tuple[bytes, ...]]) -> list[Slice]:
    if len(level) == 1:
        return list(level)
    first: dict[Hashable, Slice] = {}
    for each in level:
        scale = each.slope, each.intercept, tuple(np.round(each.position, 2))
        first.setdefault((digests[each.image][each.frame], scale), each)
    return list(first.values())
