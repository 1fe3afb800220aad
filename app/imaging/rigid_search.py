"""The search for the motion that lays one scan over another, by SimpleITK: six numbers, the same ones each time.

Mutual information (D. Mattes et al., IEEE TMI 22 (2003) 120-128), from coarse to fine, at a fixed choice of places in
and around the head and in one thread, so that the answer depends neither on chance nor on how busy the machine is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from app.imaging.head import middle_of
from app.imaging.pyramid import Scan

MARGIN_MM = 6.0
"""What lies so far around the head is compared too: the outline of the head tells most of where it is."""
BINS = 32
SEED = 1


@dataclass(frozen=True)
class Stage:
    """One pass of the search."""

    voxel_mm: float
    """Edge of the voxels that are compared, about; longer ones stay as they are."""
    places: int
    """At how many places they are compared, about."""
    first_mm: float
    """Length of the first step, and"""
    last_mm: float
    """that below which the search has come to rest."""
    steps: int
    """At most."""


COARSE = Stage(voxel_mm=6, places=8_000, first_mm=4, last_mm=0.1, steps=100)
FINER = (
    Stage(voxel_mm=3, places=25_000, first_mm=1, last_mm=0.01, steps=100),
    Stage(voxel_mm=2, places=100_000, first_mm=0.25, last_mm=0.001, steps=100),
)


@dataclass(frozen=True, eq=False)
class Found:
    """Where the search ended."""

    motion: NDArray[np.float64]
    """`(4, 4)`: from mm of the scan whose places were compared to mm of the other one."""
    information: float
    """Mattes mutual information there, in nats."""
    begun: int
    """0 where it began with the middles of the heads laid over each other, 1 with the scanners' coordinates."""
    settled: bool
    """Whether it came to rest before the steps ran out."""


def search(scans: Sequence[Scan], heads: Sequence[NDArray[np.bool_]]) -> Found:
    """Find the motion from one scan to another. Begins in two places, and goes on from the better one.

    Args:
        scans: two; the places that are compared are voxels of the first.
        heads: `(z, y, x)` of each, on the grid of `Scan.coarser(COARSE.voxel_mm)`, with at least one True voxel.
    """
    coarse = [scan.coarser(COARSE.voxel_mm) for scan in scans]
    here, there = (middle_of(head, scan.grid) for head, scan in zip(heads, coarse, strict=True))
    near = _around(heads[0], coarse[0])
    tries = [_pass(COARSE, coarse, near, _shifted(here, by)) for by in (there - here, np.zeros(3))]
    begun = int(tries[1].information > tries[0].information)
    last = tries[begun]
    for stage in FINER:
        last = _pass(stage, [scan.coarser(stage.voxel_mm) for scan in scans], near, last.motion)
    return Found(_matrix(last.motion), last.information, begun, last.settled)


@dataclass(frozen=True, eq=False)
class _Passed:
    """Where one pass ended."""

    motion: SimpleITK.Euler3DTransform
    information: float
    settled: bool


def _around(head: NDArray[np.bool_], scan: Scan) -> SimpleITK.Image:
    """The head and what is near it."""
    near = ndimage.distance_transform_edt(~head, sampling=scan.grid.spacing) <= MARGIN_MM
    return Scan(near.astype(np.float32), scan.grid).image()


def _shifted(middle: NDArray[np.float64], by: NDArray[np.float64]) -> SimpleITK.Euler3DTransform:
    """A motion that turns about the middle of the head, and has only shifted it so far."""
    motion = SimpleITK.Euler3DTransform()
    motion.SetCenter(middle.tolist())
    motion.SetTranslation(by.tolist())
    return motion


def _pass(stage: Stage, scans: Sequence[Scan], near: SimpleITK.Image, start: SimpleITK.Euler3DTransform) -> _Passed:
    fixed, moving = (scan.image() for scan in scans)
    mask = SimpleITK.Resample(
        near, fixed, SimpleITK.Transform(), SimpleITK.sitkNearestNeighbor, 0.0, SimpleITK.sitkUInt8
    )
    inside = int(np.count_nonzero(SimpleITK.GetArrayViewFromImage(mask)))
    method = SimpleITK.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetNumberOfWorkUnits(1)  # or else sums are put together in whatever order their parts are ready
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetMetricFixedMask(mask)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(min(1.0, stage.places / max(inside, 1)), SEED)
    method.SetInterpolator(SimpleITK.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(stage.first_mm, stage.last_mm, stage.steps, 0.5, 1e-8)
    method.SetOptimizerScalesFromPhysicalShift()
    motion = SimpleITK.Euler3DTransform(start)
    method.SetInitialTransform(motion, True)
    try:
        method.Execute(fixed, moving)
    except RuntimeError:  # ITK's, where too few places lie in both scans
        return _Passed(start, -np.inf, settled=False)
    return _Passed(motion, -method.GetMetricValue(), method.GetOptimizerIteration() < stage.steps)


def _matrix(motion: SimpleITK.Euler3DTransform) -> NDArray[np.float64]:
    turn = np.array(motion.GetMatrix()).reshape(3, 3)
    centre, shift = np.array(motion.GetCenter()), np.array(motion.GetTranslation())
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = shift + centre - turn @ centre
    return matrix
