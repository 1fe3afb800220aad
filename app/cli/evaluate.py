"""`python -m app evaluate`: a network measured on a data set with references."""

import argparse
import io
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import NOTICE
from app.cli import silent_stderr, threshold
from app.errors import DatasetError, InputError
from app.training.layouts import LAYOUTS

if TYPE_CHECKING:
    from app.exports.evaluation_report import Extremes
    from app.model.segmenter import Segmenter
    from app.study import Probability, Sequence, Study
    from app.training.datasets import Case, Dataset
    from app.training.evaluate_cases import Measured


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure the network on a data set",
        description="Score the network against the references of a data set: pooled over voxels, over patients, over "
        f"lesions, and its calibration. {NOTICE}",
        epilog="\n".join(["layouts:", *(f"  {name:10} {text}" for name, text in LAYOUTS.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", choices=LAYOUTS, metavar="LAYOUT", help=f"one of {', '.join(LAYOUTS)}")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of the data set")
    parser.add_argument(
        "--sequences",
        type=sequences,
        default=(),
        metavar="LIST",
        help="give the network these alone, such as flair,t1ce; cases that lack one are left out (default: all)",
    )
    parser.add_argument(
        "--cases", type=Path, metavar="FILE", help="the cases to score: one a line, or a split.json (its validation)"
    )
    parser.add_argument(
        "--threshold", type=threshold, metavar="T", help="0 to 1 in steps of 0.005 (default: the network's own)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured here")
    parser.add_argument("--save-probabilities", type=Path, metavar="DIR", help="write CASE.npz with levels here")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write plots, overlays and a page here")
    parser.add_argument("--checkpoint", type=Path, metavar="DIR", help="the network (default: the shipped one)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Score every case, print the tables, write what was asked for; returns 0.

    Raises InputError for a list of cases that cannot be used or a folder that cannot be written to, DatasetError when
    there is no case or none could be scored, CheckpointError when the network cannot be used.
    """
    from app.evaluation.summary import summarise
    from app.exports.evaluation_report import Extremes
    from app.exports.evaluation_table import as_text
    from app.training.datasets import DATASETS
    from app.training.evaluate_cases import LeftOut, evaluate_cases

    _make_folders(args)
    dataset = DATASETS[args.dataset]
    cases, left_out = _chosen(dataset, args.folder, args.cases)
    segmenter = _segmenter(args.checkpoint)
    threshold = segmenter.card.threshold if args.threshold is None else args.threshold

    def segment(study: "Study") -> "Probability":
        return segmenter.segment(study, classes=dataset.classes_known)

    scored, extremes = [], Extremes()
    for number, result in enumerate(evaluate_cases(cases, segment, threshold, args.sequences), 1):
        print(f"[{number}/{len(cases)}] {result.case.name}: {result.said}", file=sys.stderr, flush=True)
        if isinstance(result, LeftOut):
            left_out["lacks_sequences" if result.readable else "unreadable"][result.case.name] = result.said
            continue
        scored.append(result.scored)
        if args.save_probabilities:
            _save_probability(args.save_probabilities, result)
        if args.report:
            _add_extreme(extremes, result, threshold)
    if not scored:
        raise DatasetError(f"None of the {len(cases)} cases in {args.folder} could be scored; see the reasons above.")

    summary = {
        "dataset": dataset.name,
        "title": dataset.title,
        "checkpoint": segmenter.card.sha256,
        "left_out": left_out,
        **summarise(scored, threshold),
    }
    print(f"{as_text(summary)}\n\n{NOTICE}")
    _write(args, summary, extremes)
    return 0


def _make_folders(args: argparse.Namespace) -> None:
    for folder in filter(None, (args.save_probabilities, args.report, args.json and args.json.parent)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder} cannot be made: {error.strerror}. Choose another folder.") from error


def _segmenter(checkpoint: Path | None) -> "Segmenter":
    from app.model.checkpoint import FOLDER
    from app.model.segmenter import Segmenter

    with silent_stderr():
        return Segmenter(checkpoint or FOLDER)


def _chosen(dataset: "Dataset", folder: Path, selection: Path | None) -> "tuple[list[Case], dict[str, dict[str, str]]]":
    """The cases to score, and the start of the account of those that are not: name to reason."""
    from app.training.selection import read_selection

    cases = dataset.cases(folder)
    left_out: dict[str, dict[str, str]] = {"not_in_folder": {}, "unreadable": {}, "lacks_sequences": {}}
    if selection is not None:
        wanted = read_selection(selection, dataset.name)
        present = {case.name: case for case in cases}
        left_out["not_in_folder"] = {name: f"is not in {folder}" for name in wanted if name not in present}
        cases = [present[name] for name in wanted if name in present]
        if not cases:
            raise DatasetError(f"None of the {len(wanted)} cases that {selection} names is in {folder}.")
    return cases, left_out


def _save_probability(folder: Path, measured: "Measured") -> None:
    """`CASE.npz` with `levels`: uint8, floor(probability * 200), on the data set's own slices."""
    import numpy as np

    from app.exports.save import save

    packed = io.BytesIO()
    np.savez_compressed(packed, levels=measured.case.own_slices(measured.probability.levels))
    save(folder, f"{measured.case.name}.npz", packed.getvalue())


def _add_extreme(extremes: "Extremes", measured: "Measured", threshold: float) -> None:
    """Outline the case, on FLAIR or else T1ce, T2, T1, if it is one of the best or worst."""
    from app.exports.overlay import outlined
    from app.study import Sequence

    study, reference = measured.study, measured.study.reference
    dice = measured.scored.scores.regions["whole"].confusion.dice
    if reference is not None and not math.isnan(dice):
        order = (Sequence.FLAIR, Sequence.T1CE, Sequence.T2, Sequence.T1)
        image = next(study.images[sequence] for sequence in order if sequence in study.images)
        mask = measured.probability.mask(threshold)
        extremes.add(measured.case.name, dice, lambda: outlined(image, reference != 0, mask))


def _write(args: argparse.Namespace, summary: dict[str, Any], extremes: "Extremes") -> None:
    from app.exports.evaluation_report import NO_PNG, write_report
    from app.exports.save import save

    if args.json:
        text = json.dumps(_without_nan(summary), allow_nan=False, indent=1)
        save(args.json.parent, args.json.name, f"{text}\n".encode())
    if args.report and not write_report(args.report, summary, extremes):
        print(NO_PNG, file=sys.stderr)


def sequences(text: str) -> "tuple[Sequence, ...]":
    """The argument type of a list of sequences, such as flair,t1ce; in channel order."""
    from app.study import Sequence

    known = {sequence.lower(): sequence for sequence in Sequence}
    try:
        wanted = {known[name.strip().lower()] for name in text.split(",")}
    except KeyError as error:
        raise argparse.ArgumentTypeError(f"{error.args[0]!r} is none of {','.join(known)}") from error
    return tuple(sequence for sequence in Sequence if sequence in wanted)


def _without_nan(value: Any) -> Any:
    """The same with None in place of NaN, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(entry) for entry in value]
    return None if isinstance(value, float) and math.isnan(value) else value
