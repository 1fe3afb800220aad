"""`python -m app guarantee`: the record of calibration patients beside a checkpoint, and what it promises."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.model.calibration_patients import CalibrationPatients
    from app.model.checkpoint import Card
    from app.study import Sequence
    from app.training.calibration_patients import HeldBack
    from app.training.prepared import PreparedCase

ALPHAS = (0.05, 0.10)
"""The bounds that are reported."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "guarantee",
        help="record what held-back patients gave, on which the recall guarantee rests",
        description="Segment the patients whom a checkpoint's network, or the networks of its cross-validation, never "
        "saw, count what each threshold finds in each, and write the record beside the checkpoint. Without --data, "
        "report on the record that is there. Started again with the same --cache, it goes on where it was.",
    )
    parser.add_argument("--data", type=Path, nargs="+", metavar="DIR", help="sets written by `python -m app prepare`")
    parser.add_argument("--checkpoint", type=Path, metavar="DIR", help="the network (default: the shipped one)")
    parser.add_argument(
        "--fold",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="folders of finished folds, each with its network and split, whose patients are held back too",
    )
    parser.add_argument(
        "--sequences",
        type=_sequences,
        action="append",
        default=[],
        metavar="LIST",
        help="a subset such as flair,t1ce; may be given several times (default: all of a set, and FLAIR alone)",
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the logits here (required with --data)")
    parser.add_argument("--figure", type=Path, metavar="FILE", help="draw the coverage as a PNG or SVG")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure, write, report; returns 0.

    Raises InputError for options that do not go together, CheckpointError, and DatasetError for unusable data.
    """
    from app.exports.coverage_table import coverage_text
    from app.model.calibration_patients import load_patients, save_patients
    from app.model.checkpoint import FOLDER, load_card

    folder = args.checkpoint or FOLDER
    card = load_card(folder)
    if args.data:
        if args.cache is None:
            raise InputError("Say with --cache where the logits may be kept; a volume takes about 7 MB.")
        patients = _measure(args, folder, card)
        print(f"{save_patients(folder, patients)} written", file=sys.stderr)
    else:
        found = load_patients(folder, card)
        if found is None:
            raise InputError(f"{folder} has no record of calibration patients yet; make one with --data.")
        patients = found
    print(coverage_text(patients, ALPHAS))
    if args.figure:
        _draw(args.figure, patients)
    return 0


def _measure(args: argparse.Namespace, folder: Path, card: "Card") -> "CalibrationPatients":
    from app.training.calibration_patients import countable, gather, measure_network
    from app.training.pipeline import load_cases

    cases = load_cases(args.data)
    known = {case.key: case for case in countable(cases.values())}
    given = (
        each
        for held in _networks(args, folder, card, known)
        for each in measure_network(held, tuple(args.sequences), card)
    )
    return gather(given, card)


def _networks(
    args: argparse.Namespace, folder: Path, card: "Card", cases: "dict[str, PreparedCase]"
) -> "Iterator[HeldBack]":
    """The shipped network, then each fold's, each with those of its held-back cases that are here."""
    from app.model.calibration_patients import SHIPPED
    from app.model.checkpoint import NETWORK, read_network
    from app.training.calibration_patients import held_back
    from app.training.split import SPLIT, read_split

    yield held_back(SHIPPED, read_network(folder, card), card, card.validation, cases, args.cache)
    for fold in args.fold:
        split = read_split(fold / SPLIT, [case.case for case in cases.values()])
        keys = [case.key for case in split.validation]
        try:
            data = (fold / NETWORK).read_bytes()
        except OSError as error:
            raise InputError(f"{fold} holds no finished network: {error.strerror}.") from error
        yield held_back(fold.name, data, card, keys, cases, args.cache)


def _draw(path: Path, patients: "CalibrationPatients") -> None:
    """Draw the groups with all sequences of their set, and those with FLAIR alone."""
    import plotly.io

    from app.exports.coverage_plot import coverage_figure
    from app.study import Sequence

    fullest = {
        group.dataset: max(len(g.sequences) for g in patients.groups if g.dataset == group.dataset)
        for group in patients.groups
    }
    drawn = [g for g in patients.groups if len(g.sequences) == fullest[g.dataset] or g.sequences == (Sequence.FLAIR,)]
    try:
        plotly.io.write_image(coverage_figure(drawn, ALPHAS), path, scale=2)
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(
            f"{path} cannot be drawn: it ends in .png or .svg, and needs kaleido (pip install -r "
            "requirements-train.txt) and Chrome or Chromium."
        ) from error


def _sequences(text: str) -> "tuple[Sequence, ...]":
    from app.study import Sequence

    known = {sequence.lower(): sequence for sequence in Sequence}
    names = [name.strip().lower() for name in text.split(",")]
    if not set(names) <= set(known):
        raise argparse.ArgumentTypeError(f"{text} is not a list of {', '.join(Sequence)}")
    return tuple(sequence for sequence in Sequence if sequence.lower() in names)
