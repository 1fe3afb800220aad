"""Where to look for the lesions of a match, on both scans."""

import numpy as np

from app.decision.follow_up import FollowUp
from app.decision.lesion_matching import Match
from app.decision.measurements import Lesion
from app.imaging.grid import Grid
from app.imaging.rigid import Rigid

Voxel = tuple[float, float, float]
"""(z, y, x), whole numbers at the centres of voxels."""


def places_of(found: FollowUp, match: Match, grids: tuple[Grid, Grid], rigid: Rigid) -> tuple[Voxel, Voxel]:
    """In the slice where the largest lesion of the match is widest, on the baseline and on the later scan.

    Where a scan has no lesion of the match, it is the place where the other scan has one.

    Args:
        found: with this match.
        match: any.
        grids: of the baseline and of the later scan, by their own files.
        rigid: from later to baseline.
    """
    to_later = np.linalg.inv(grids[1].to_mm) @ np.linalg.inv(rigid.to_fixed) @ grids[0].to_mm
    before = _widest(found.baseline.lesions[match.baseline[0] - 1]) if match.baseline else None
    after = _widest(found.later.lesions[match.later[0] - 1]) if match.later else None
    if before is None and after is None:
        raise ValueError("A match has at least one lesion.")
    if before is None:
        before = _three(np.linalg.inv(to_later) @ [*(after or ()), 1.0])
    if after is None:
        after = _three(to_later @ [*before, 1.0])
    return before, after


def _widest(lesion: Lesion) -> Voxel:
    line = lesion.longest
    if line is None:
        return float(lesion.largest_slice), lesion.centroid[1], lesion.centroid[2]
    return float(line.slice), (line.start[0] + line.end[0]) / 2, (line.start[1] + line.end[1]) / 2


def _three(point: np.ndarray) -> Voxel:
    z, y, x = point[:3].tolist()
    return z, y, x
