"""The checkpoint, the samples, and what the one finds in the smallest of the others."""

import json
import time
from pathlib import Path

from app.checks.finding import Finding
from app.model.calibration_patients import load_patients
from app.model.checkpoint import FOLDER, NETWORK, load_card, read_network

SAMPLES = Path(__file__).parents[2] / "sample_scans"
SMALLEST = SAMPLES / "slice_png" / "slice_png_flair.png"
TUMOUR = (0.015, 0.06)
"""Share of that picture's pixels in which a network that works sees tumour, at least and at most."""


def checkpoint(folder: Path = FOLDER) -> Finding:
    """Whether the card can be read and the network is the one that it describes; raises CheckpointError."""
    card = load_card(folder)
    size = len(read_network(folder, card))
    return Finding(True, f"{NETWORK} ({size / 2**20:.1f} MiB) is the one on its card: {card.sha256}")


def guarantee(folder: Path = FOLDER) -> Finding:
    """Whether the record that the recall guarantee rests on can be read and is the checkpoint's.

    There need not be one. Raises CheckpointError.
    """
    patients = load_patients(folder, load_card(folder))
    if patients is None:
        return Finding(True, "no record of calibration patients: no recall is guaranteed")
    return Finding(True, f"calibration patients in {len(patients.groups)} groups of {', '.join(patients.datasets)}")


def samples(folder: Path = SAMPLES) -> Finding:
    """Whether every sample that the app offers can be read; raises InputError."""
    from app.imaging import read_files, read_study

    try:
        entries = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
        studies = [read_study(read_files([folder / name for name in entry["files"]])) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Finding(False, f"{folder / 'samples.json'} cannot be read: {error}", "Restore the folder with git.")
    return Finding(True, f"{len(studies)} samples can be read")


def segmentation(folder: Path = FOLDER, picture: Path = SMALLEST) -> Finding:
    """Whether the network finds the tumour of the smallest sample; raises AppError."""
    from app.imaging import read_files, read_study
    from app.model.segmenter import Segmenter

    started = time.monotonic()
    segmenter = Segmenter(folder)
    study = read_study(read_files([picture]))
    share = float(segmenter.segment(study).mask(segmenter.card.threshold).mean())
    said = f"tumour in {share:.1%} of {picture.name}, {time.monotonic() - started:.0f} s with loading the network"
    if TUMOUR[0] <= share <= TUMOUR[1]:
        return Finding(True, said)
    wanted = " to ".join(f"{bound:.1%}" for bound in TUMOUR)
    return Finding(False, said, f"{wanted} are right: install the requirements again, and restore the checkpoint.")
