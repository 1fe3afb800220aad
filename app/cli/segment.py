"""`python -m app segment`: files of one study in, a tumour mask and a probability out."""

import argparse
import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import NOTICE
from app.cli import one_line, silent_stderr, threshold
from app.errors import InputError

if TYPE_CHECKING:
    from app.imaging import Role, ScanFile
    from app.study import Probability, Study

_BAR = 30


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "segment",
        help="outline the tumour in one study",
        description=f"Write the tumour mask and probability of one study on the grid of its own files. {NOTICE}",
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="the files of one study, or its BraTS case folder"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write to; made when missing")
    parser.add_argument(
        "--reference", type=Path, metavar="SEG", help="mask to score against, in place of one among FILE"
    )
    parser.add_argument(
        "--threshold", type=threshold, metavar="T", help="0 to 1 in steps of 0.005 (default: the network's own)"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON on standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Segment, write both files, print the summary; returns 0.

    Raises InputError for files that cannot be used or a folder that cannot be written to, CheckpointError when the
    network cannot be used.
    """
    started = time.perf_counter()
    _make_folder(args.out)
    study = _read(args.files, args.reference)

    from app.exports import export_mask, export_probability, save

    with silent_stderr():
        from app.model.segmenter import Segmenter
    segmenter = Segmenter()
    threshold = segmenter.card.threshold if args.threshold is None else args.threshold
    probability = segmenter.segment(study, progress=_show_progress if sys.stderr.isatty() else None)
    written = [
        save(args.out, *export)
        for export in (export_mask(probability, study, threshold), export_probability(probability, study))
    ]
    result = summary(study, probability, threshold) | {
        "seconds": round(time.perf_counter() - started, 2),
        "checkpoint": probability.checkpoint_sha256,
    }
    print(json.dumps(result, allow_nan=False) if args.json else _for_people(result, written))
    return 0


def summary(study: "Study", probability: "Probability", threshold: float) -> dict[str, Any]:
    """What was found at a threshold: volume in ml (None without spacing), scores (None where undefined), notes."""
    from app.evaluation.threshold_curve import ThresholdCurve

    tumour_ml = None
    if study.voxel_ml is not None:
        tumour_ml = int(probability.mask(threshold).sum()) * study.voxel_ml
    precision = recall = dice = None
    if study.reference is not None:
        scores = ThresholdCurve.from_levels(probability.levels, study.reference != 0).at(threshold)
        precision, recall, dice = (
            None if math.isnan(score) else score for score in (scores.precision, scores.recall, scores.dice)
        )
    return {
        "study": study.name,
        "sequences": [str(sequence) for sequence in study.sequences],
        "threshold": threshold,
        "tumour_ml": tumour_ml,
        "precision": precision,
        "recall": recall,
        "dice": dice,
        "notes": list(study.notes),
    }


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}. Choose another folder with --out.") from error


def _read(paths: list[Path], reference: Path | None) -> "Study":
    from app.imaging import read_files, read_study

    files = read_files(paths)
    if reference is None:
        return read_study(files)
    return _read_with_reference(files, read_files([reference]))


def _read_with_reference(files: "list[ScanFile]", masks: "list[ScanFile]") -> "Study":
    """The masks take the place of any among the files; they may be called anything, even what a scan is called."""
    from app.imaging import REFERENCE, inspect, read_study

    scans = [file for file in files if file not in masks]
    names = {file.name for file in scans}
    if any(file.name in names for file in masks) or any(part.role != REFERENCE for part in inspect(masks)):
        masks = [replace(file, name=f"mask {file.name}") for file in masks]
    roles: dict[tuple[str, int], Role | None] = {(part.file, part.index): REFERENCE for part in inspect(masks)}
    for part in inspect(scans):
        if part.role is not None:
            roles[part.file, part.index] = None if part.role == REFERENCE else part.role
    return read_study([*scans, *masks], roles)


def _show_progress(done: float) -> None:
    filled = round(done * _BAR)
    end = "\n" if done >= 1 else ""
    print(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done:4.0%}", end=end, file=sys.stderr, flush=True)


def _for_people(result: dict[str, Any], written: list[Path]) -> str:
    volume = "no volume: the files have no spacing" if result["tumour_ml"] is None else f"{result['tumour_ml']:.1f} ml"
    lines = [
        f"{result['study']}: {', '.join(result['sequences'])}",
        f"Tumour at threshold {result['threshold']:.3f}: {volume}",
    ]
    scores = [f"{name} {result[name]:.3f}" for name in ("precision", "recall", "dice") if result[name] is not None]
    if scores:
        lines.append(f"Against the reference: {', '.join(scores)}")
    lines += map(one_line, result["notes"])
    lines += [f"Written in {result['seconds']} s:", *(f"  {path}" for path in written), NOTICE]
    return "\n".join(lines)
