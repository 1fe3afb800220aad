"""`python -m app calibrate`: a finished training run, calibrated and measured anew."""

import argparse
from pathlib import Path

from app.cli.train import add_data
from app.durable import write_whole


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "calibrate",
        help="calibrate and measure a trained network, and write its checkpoint",
        description="The last step of `train` by itself: fit the calibration of every subset of sequences on the run's "
        "validation patients, measure it there, and write the checkpoint with its card and split.",
    )
    add_data(parser)
    parser.add_argument("--run", dest="run_folder", type=Path, required=True, help="folder of the finished run")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Calibrate and release; raises AppError for a run that is not finished, and for data that cannot be used."""
    from app.exports.card_table import SCORES, card_table
    from app.training.pipeline import calibrate, load_cases

    cases = [case.case for case in load_cases(args.data).values()]
    card = calibrate(cases, args.run_folder, args.out)
    write_whole(args.out / SCORES, card_table(card).encode())
    print(f"checkpoint {card.sha256} in {args.out}; default threshold {card.threshold:.3f}. {card.threshold_reason}")
    return 0
