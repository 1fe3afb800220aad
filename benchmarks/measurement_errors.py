"""How far measurements of spheres and ellipsoids are from the truth, by radius and size of voxel, as a table.

A voxel is of the shape when its centre lies in it; the shapes' centres lie anywhere between voxels, and ellipsoids are
turned at random about the axis of the head. Shapes that may fall between two slices are left out. What a stack of thick
slices misses of a small sphere's equator counts as an error of the diameters too.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app.decision.measurements import measure  # noqa: E402
from app.exports.evaluation_table import Table  # noqa: E402
from app.study import LEVELS, Probability, Sequence, Source, Study  # noqa: E402
from benchmarks.result import Better, Result, add_json, machine_facts, save  # noqa: E402

RADII = (3.0, 5.0, 10.0, 15.0, 20.0, 30.0)
"""mm, the longest of an ellipsoid."""
SPACINGS = ((1.0, 1.0, 1.0), (5.0, 1.0, 1.0), (0.9, 0.9, 0.5))
"""mm along (z, y, x)."""
SHAPES = {"sphere": (1.0, 1.0, 1.0), "ellipsoid": (0.5, 0.7, 1.0)}
"""Half axes as parts of the radius: along z, and in the plane."""
TRIES = 12


@dataclass(frozen=True)
class Errors:
    """Measured less true, a row for each try: volume as a share of the true one, the others in mm."""

    volume: np.ndarray
    longest: np.ndarray
    perpendicular: np.ndarray
    centroid: np.ndarray
    """How far it is away, never below 0."""


def errors(shape: str, radius: float, spacing: tuple[float, float, float], tries: int = TRIES, seed: int = 0) -> Errors:
    """Measure a shape at several places between voxels, turned differently each time."""
    rng = np.random.default_rng((seed, round(10 * radius), *(round(10 * mm) for mm in spacing)))
    axes = radius * np.array(SHAPES[shape])
    true = 4 / 3 * np.pi * axes.prod() / 1000
    rows = []
    for _ in range(tries):
        mask, centre = solid(axes, spacing, rng.uniform(0, np.pi), rng.uniform(-0.5, 0.5, 3))
        lesion = largest(mask, spacing)
        away = np.linalg.norm((np.array(lesion.centroid) - centre) * spacing)
        rows.append(
            (lesion.ml / true - 1, lesion.longest.mm - 2 * axes[2], lesion.perpendicular.mm - 2 * axes[1], away)
        )
    return Errors(*np.array(rows).T)


def solid(
    axes: np.ndarray, spacing: tuple[float, float, float], angle: float, offset: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """`(z, y, x)` mask of an ellipsoid in a box that is larger, and its centre in voxels.

    Args:
        axes: half axes in mm: along z, then two in the plane, the second along x before the turn.
        spacing: mm along (z, y, x).
        angle: of the turn about z, in radians.
        offset: of the centre from that of a voxel, in voxels.
    """
    furthest = axes[0], axes[1:].max(), axes[1:].max()
    reach = [int(np.ceil(radius / mm)) + 2 for radius, mm in zip(furthest, spacing, strict=True)]
    centre = np.array(reach) + offset
    z, y, x = ((np.arange(2 * n + 1) - at) * mm for n, at, mm in zip(reach, centre, spacing, strict=True))
    z, y, x = np.meshgrid(z, y, x, indexing="ij", sparse=True)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return (z / axes[0]) ** 2 + (v / axes[1]) ** 2 + (u / axes[2]) ** 2 <= 1, centre


def largest(mask: np.ndarray, spacing: tuple[float, float, float]):
    """The largest lesion of a mask, as `measure` has it."""
    study = Study("shape", {Sequence.FLAIR: mask.astype(np.float32)}, Source("volume", mask.shape), spacing)
    result = Probability(np.where(mask, LEVELS, 0).astype(np.uint8), study.sha256, "0" * 64)
    return measure(study, result, 0.5, 1).lesions[0]


def table() -> Table:
    """Mean error, and the largest behind it, for every shape, voxel and radius."""
    header = ("shape", "voxel, mm", "radius, mm", "volume, %", "longest, mm", "perpendicular, mm", "centroid, mm")
    rows = []
    for shape in SHAPES:
        for spacing in SPACINGS:
            voxel = " × ".join(f"{mm:g}" for mm in reversed(spacing))
            for radius in RADII:
                if 2 * radius * SHAPES[shape][0] < spacing[0]:
                    continue
                found = errors(shape, radius, spacing)
                texts = (_text(100 * found.volume, 1), _text(found.longest), _text(found.perpendicular))
                rows.append((shape, voxel, f"{radius:g}", *texts, f"{found.centroid.mean():.2f}"))
    return Table(f"Measured less true: mean (furthest) of {TRIES}", header, rows)


def _text(values: np.ndarray, digits: int = 2) -> str:
    return f"{values.mean():+.{digits}f} ({values[np.abs(values).argmax()]:+.{digits}f})"


def result() -> Result:
    """The measured as a multiple of the true, on average over every radius; 1 would be right, so neither way is."""
    ratios = {}
    for shape, axes in SHAPES.items():
        for spacing in SPACINGS:
            radii = [radius for radius in RADII if 2 * radius * axes[0] >= spacing[0]]
            found = [errors(shape, radius, spacing) for radius in radii]
            name = f"{shape}, voxel {' x '.join(f'{mm:g}' for mm in reversed(spacing))} mm"
            ratios[f"{name}: volume / true"] = 1 + float(np.mean([each.volume.mean() for each in found]))
            ratios[f"{name}: longest / true"] = float(
                np.mean([1 + each.longest.mean() / (2 * radius) for each, radius in zip(found, radii, strict=True)])
            )
    return Result("measurement_errors", ratios, {}, machine_facts(), dict.fromkeys(ratios, Better.NEITHER))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_json(parser)
    args = parser.parse_args()
    print(table().markdown())
    if args.json:
        save(result(), args.json)


if __name__ == "__main__":
    main()
