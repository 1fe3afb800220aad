"""By how much a volume differs when nothing has changed: real scans moved by the computer, and segmented again.

    python benchmarks/repeatability.py FOLDER [--scans 12] [--save] [--json DIR]

Every second BraTS case of a folder is turned by up to 10 degrees and moved by up to 10 mm as a whole, gets 2 % of noise
and a slanted sensitivity of the coil, and is segmented as it was and as it is then. A second scan on the same day would
differ by more. `--save` writes the record beside the shipped checkpoint, which the page shows.
"""

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from app.decision.repeatability import RECORD  # noqa: E402
from app.durable import write_whole  # noqa: E402
from app.imaging import read_files, read_study  # noqa: E402
from app.imaging.grid import Grid, grid_of  # noqa: E402
from app.imaging.resample import resample  # noqa: E402
from app.model.checkpoint import FOLDER  # noqa: E402
from app.model.segmenter import Segmenter  # noqa: E402
from app.study import Study  # noqa: E402
from benchmarks.result import Better, Result, add_json, machine_facts, save  # noqa: E402

DEGREES, MM, NOISE, SLANT = 10.0, 10.0, 0.02, 0.1
"""The furthest turn and shift; noise as a share of the 99th percentile; the slant, over half the scan, in logs."""


def moved(study: Study, rng: np.random.Generator) -> Study:
    """The head moved within the scanner, scanned again on the same grid."""
    grid = grid_of(study.source)
    motion = _motion(rng, grid.middle)
    there = Grid(grid.shape, motion @ grid.to_mm)
    axes = np.meshgrid(*[np.linspace(-1, 1, n, dtype=np.float32) for n in grid.shape], indexing="ij")
    images = {}
    for sequence, volume in study.images.items():
        again = resample(volume, there, grid)
        outside = again <= again.min()
        bright = np.percentile(again[~outside], 99)
        again *= np.exp(SLANT * np.tensordot(rng.normal(size=3).astype(np.float32), np.stack(axes), 1))
        again += NOISE * bright * rng.standard_normal(again.shape, dtype=np.float32)
        again[outside] = 0
        images[sequence] = again.astype(np.float32)
    return replace(study, images=images, reference=None)


def _motion(rng: np.random.Generator, middle: NDArray[np.float64]) -> NDArray[np.float64]:
    axis, way = (direction / np.linalg.norm(direction) for direction in rng.normal(size=(2, 3)))
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_rotvec(axis * np.deg2rad(rng.uniform(0, DEGREES))).as_matrix()
    motion[:3, 3] = middle - motion[:3, :3] @ middle + way * rng.uniform(0, MM)
    return motion


def main() -> None:
    """Measure, print a line for each scan, and save the record where that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of BraTS cases")
    parser.add_argument("--scans", type=int, default=12)
    parser.add_argument("--save", action="store_true", help="write the record beside the shipped checkpoint")
    add_json(parser)
    args = parser.parse_args()
    segmenter = Segmenter()
    card = segmenter.card
    ml: dict[str, tuple[float, float]] = {}
    cases = sorted(path for path in args.folder.iterdir() if path.is_dir())[1::2]
    for number, case in enumerate(cases[: args.scans]):
        study = read_study(read_files([case]))
        pair = (study, moved(study, np.random.default_rng(500 + number)))
        still, again = (_ml(segmenter, scan, card.threshold) for scan in pair)
        ml[case.name] = (round(still, 3), round(again, 3))
        print(f"{case.name}: {still:.2f} ml, moved {again:.2f} ml ({100 * (again / still - 1):+.1f} %)", flush=True)
    changes = [abs(again / still - 1) for still, again in ml.values()]
    print(f"median {100 * median(changes):.1f} %, at most {100 * max(changes):.1f} %")
    if args.save:
        record = {"checkpoint": card.sha256, "threshold": card.threshold, "ml": ml}
        write_whole(FOLDER / RECORD, f"{json.dumps(record, indent=1)}\n".encode())
    if args.json:
        save(result(list(ml.values())), args.json)


def result(ml: list[tuple[float, float]]) -> Result:
    """Moved as a multiple of still; 1 would be right, so neither way is better."""
    ratio = median(again / still for still, again in ml)
    changes = [100 * abs(again / still - 1) for still, again in ml]
    return Result(
        "repeatability",
        {"moved / still, ml": ratio},
        {"change, %": median(changes)},
        machine_facts() | {"scans": len(ml), "largest change, %": round(max(changes), 2)},
        {"moved / still, ml": Better.NEITHER},
    )


def _ml(segmenter: Segmenter, study: Study, threshold: float) -> float:
    return float(np.count_nonzero(segmenter.segment(study).mask(threshold))) * study.voxel_ml


if __name__ == "__main__":
    main()
