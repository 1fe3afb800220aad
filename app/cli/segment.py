"""`python -m app segment`: files of one study in, a tumour mask, a probability and other exports out."""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import NOTICE
from app.cli import one_line, silent_stderr, threshold
from app.errors import InputError

if TYPE_CHECKING:
    from app.decision.reading import Reading
    from app.imaging import Role, ScanFile
    from app.study import Study

_BAR = 30


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "segment",
        help="outline the tumour in one study",
        description=f"Write the tumour mask and probability of one study on the grid of its own files. {NOTICE}",
    )
    add_study_arguments(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write to; made when missing")
    parser.add_argument(
        "--export",
        type=formats,
        default=(),
        metavar="LIST",
        help="what else to write, such as dicom-seg,gif: any of dicom-seg, png, gif, csv, curve-csv, json, stl. What a "
        "study cannot have is named with the reason, the rest is written, and the exit status is 2",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON on standard output")
    parser.set_defaults(run=run)


def formats(text: str) -> tuple[str, ...]:
    """The argument type of a list of formats, such as gif,json."""
    from app.exports.formats import FORMATS

    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",")))
    if unknown := [name for name in names if name not in FORMATS]:
        raise argparse.ArgumentTypeError(f"{one_line(unknown[0])!r} is no export: give some of {', '.join(FORMATS)}")
    return names


def run(args: argparse.Namespace) -> int:
    """Segment, write the files, print the summary; returns 0, or 2 when a format that was asked for was left out.

    Raises InputError for files that cannot be used or a folder that cannot be written to, CheckpointError when the
    network cannot be used.
    """
    from app.decision.summary import summary
    from app.exports.formats import ALWAYS

    started = time.perf_counter()
    _make_folder(args.out)
    reading = segmented(read_named(args.files, args.reference), args.threshold)
    written, left_out = write_formats(reading, args.out, (*ALWAYS, *args.export))
    result = summary(reading) | {
        "files": [path.name for path in written],
        "left_out": left_out,
        "seconds": round(time.perf_counter() - started, 2),
    }
    print(json.dumps(result, allow_nan=False) if args.json else _for_people(result, written))
    for name, reason in left_out.items():
        print(f"gliolens: {name} was not written. {one_line(reason)}", file=sys.stderr)
    return 2 if left_out else 0


def add_study_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files of a study, its reference and the threshold: `files`, `reference` and `threshold`."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="the files of one study, or its BraTS case folder"
    )
    parser.add_argument(
        "--reference", type=Path, metavar="SEG", help="mask to score against, in place of one among FILE"
    )
    parser.add_argument(
        "--threshold", type=threshold, metavar="T", help="0 to 1 in steps of 0.005 (default: the network's own)"
    )


def read_named(paths: list[Path], reference: Path | None) -> "Study":
    """The study in some files or folders, with the mask in `reference` in place of any among them.

    Raises InputError for files that cannot be used.
    """
    from app.imaging import read_files, read_study

    files = read_files(paths)
    if reference is None:
        return read_study(files)
    return _read_with_reference(files, read_files([reference]))


def segmented(study: "Study", chosen: float | None, alpha: float | None = None) -> "Reading":
    """Segment a study, with progress on a terminal, and read it as the page does at first.

    `chosen`: the threshold; None for the network's own. `alpha`: the bound of the guarantee; None for the page's own.
    Raises CheckpointError when the network cannot be used.
    """
    from app.decision.reading import DEFAULT_ALPHA, read
    from app.model.calibration_patients import load_patients
    from app.model.checkpoint import FOLDER
    from app.model.segmenter import Segmenter

    with silent_stderr():
        segmenter = Segmenter()
    patients = load_patients(FOLDER, segmenter.card)
    progress = _show_progress if sys.stderr.isatty() else None
    result = segmenter.segment(study, progress=progress, classes=True)
    alpha = DEFAULT_ALPHA if alpha is None else alpha
    return read(study, result, segmenter.card, patients, threshold=chosen, alpha=alpha)


def write_formats(reading: "Reading", folder: Path, names: tuple[str, ...]) -> tuple[list[Path], dict[str, str]]:
    """Write a reading in some formats; gives the files, and why others were left out, by format.

    Raises InputError when the folder cannot be written to.
    """
    from app.exports import save
    from app.exports.formats import contents

    files, left_out = contents(reading, names)
    return [save(folder, name, content) for name, content in files.items()], left_out


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}. Choose another folder with --out.") from error


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
