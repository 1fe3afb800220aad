"""`python -m app train`: from prepared sets to a checkpoint."""

import argparse
from pathlib import Path

from app.durable import write_whole


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "train",
        help="train a network and write its checkpoint",
        description="Train a network on prepared sets, hold back validation patients, calibrate and measure on them, "
        "and write the checkpoint with its card and split. Started again with the same --run, it goes on from the last "
        "saved state; Ctrl-C saves it.",
    )
    add_data(parser)
    parser.add_argument("--run", dest="run_folder", type=Path, required=True, help="folder for saved state and logs")
    parser.add_argument("--out", type=Path, help="folder for the checkpoint (default: checkpoint in the run's folder)")
    parser.add_argument("--config", type=Path, help="TOML file with what differs from the default recipe")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--split", type=Path, help="JSON file with case keys under training and validation")
    which.add_argument("--fold", type=int, default=0, help="which of the recipe's folds to hold back (default: 0)")
    which.add_argument("--cross-validate", action="store_true", help="train once a fold, and pool the scores")
    parser.set_defaults(run=run)


def add_data(parser: argparse.ArgumentParser) -> None:
    """The option that names the prepared sets."""
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="sets written by `python -m app prepare`, or a folder that holds some",
    )


def run(args: argparse.Namespace) -> int:
    """Train and release; raises AppError for data that cannot be used."""
    from app.exports.card_table import SCORES, card_table
    from app.training.pipeline import cross_validate, load_cases, train
    from app.training.recipe import load_recipe
    from app.training.split import read_split, split_by_patient

    recipe, cases = load_recipe(args.config), load_cases(args.data)
    if args.cross_validate:
        for number, card in enumerate(cross_validate(cases, recipe, args.run_folder)):
            print(f"fold {number}: {card.threshold_reason}")
        return 0
    found = [case.case for case in cases.values()]
    if args.split is None:
        split = split_by_patient(found, recipe.folds, args.fold, recipe.seed)
    else:
        split = read_split(args.split, found)
    out = args.out or args.run_folder / "checkpoint"
    card = train(cases, split, recipe, args.run_folder, out)
    write_whole(out / SCORES, card_table(card).encode())
    print(f"checkpoint {card.sha256} in {out}; default threshold {card.threshold:.3f}. {card.threshold_reason}")
    return 0
