"""`python -m app train`: from folders of patients to a checkpoint."""

import argparse
from pathlib import Path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "train",
        help="train a network and write its checkpoint",
        description="Train a network on folders that hold one folder a patient, each with a reference mask; hold back "
        "validation patients, calibrate on them, and write the checkpoint with its card. Started again with the same "
        "--run, it goes on from the last saved step.",
    )
    parser.add_argument("--brats", type=Path, help="BraTS case folders with FLAIR, T1, T1ce, T2 and seg as NIfTI")
    parser.add_argument("--lgg", type=Path, help="the kaggle_3m folder of the LGG set")
    parser.add_argument("--simulated", type=Path, help="case folders written by `python -m app simulate`")
    parser.add_argument(
        "--run", dest="run_folder", type=Path, required=True, help="folder for saved state, log and cache"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--config", type=Path, help="TOML file with what differs from the default recipe")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train and release; raises AppError for data that cannot be used."""
    from app.errors import DatasetError
    from app.training.cases import SOURCES, find_cases
    from app.training.pipeline import train
    from app.training.recipe import load_recipe

    folders = {source: getattr(args, source) for source in SOURCES if getattr(args, source) is not None}
    if not folders:
        raise DatasetError("There is nothing to train on; give at least one of --brats, --lgg and --simulated.")
    cases = [case for source, folder in folders.items() for case in find_cases(source, folder)]
    card = train(cases, load_recipe(args.config), args.run_folder, args.out)
    print(f"checkpoint {card.sha256} in {args.out}; default threshold {card.threshold:.3f}. {card.threshold_reason}")
    return 0
