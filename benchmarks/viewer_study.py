"""The studies of benchmarks/viewer.py: one scan with all its sequences, and each of its sequences alone.

The levels are made up from the reference mask, with soft edges and faint clouds outside it as a network has them:
the speed of the viewer depends on their shape, not on who made them.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.imaging import read_files, read_study
from app.study import LEVELS, Study

CHECKPOINT = "be9c" + "0" * 60
THRESHOLD = 0.3
EDGE = 2.0  # voxels over which the made-up probability falls off
CLOUD = 0.12  # how probable tumour is, at most, where there is none


@dataclass(frozen=True, eq=False)
class Case:
    """What a page shows."""

    study: Study
    levels: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    """The label (1, 2 or 4) of the nearest voxel of the reference; 0 where the level is 0."""

    @cached_property
    def first_slice(self) -> int:
        """The slice with most tumour at the default threshold."""
        return int((self.levels >= THRESHOLD * LEVELS).sum(axis=(1, 2)).argmax())


def read_cases(folder: Path) -> dict[str, Case]:
    """The study under "all", and each of its sequences under its own name. Raises SystemExit without a reference."""
    study = read_study(read_files([folder]))
    if study.reference is None:
        raise SystemExit(f"{folder} has no reference mask to make levels from.")
    levels = _make_levels(study.reference, next(iter(study.images.values())))
    nearest = ndimage.distance_transform_edt(study.reference == 0, return_distances=False, return_indices=True)
    classes = np.where(levels > 0, study.reference[tuple(nearest)], np.uint8(0))
    single = {
        name.value: replace(study, name=f"{name.value} alone", images={name: study.images[name]})
        for name in study.sequences
    }
    return {name: Case(s, levels, classes) for name, s in ({"all": study} | single).items()}


def _make_levels(reference: NDArray[np.uint8], image: NDArray[np.float32]) -> NDArray[np.uint8]:
    inside = ndimage.gaussian_filter((reference > 0).astype(np.float32), EDGE)
    noise = np.random.default_rng(4).standard_normal(reference.shape, np.float32)
    cloud = ndimage.gaussian_filter(noise, 6)
    cloud = (cloud / cloud.max() - 0.6).clip(0) / 0.4 * CLOUD
    brain = image > image.min()
    return (np.floor(np.maximum(inside, cloud).clip(0, 0.999) * LEVELS) * brain).astype(np.uint8)
