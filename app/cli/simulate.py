"""`python -m app simulate`: simulated studies with exact labels."""

import argparse
from pathlib import Path
from typing import Any

from app.errors import AppError, InputError


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "simulate",
        help="make simulated studies of brain tumours",
        description="Write phantoms with exact labels in the layout of BraTS: OUT/SIM_00042/SIM_00042_flair.nii.gz …",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write to; made when missing")
    parser.add_argument("--seed", type=_natural, default=0, metavar="N", help="seed of the first study (default: 0)")
    parser.add_argument(
        "--count", type=_natural, default=1, metavar="K", help="number of studies, one seed after another (default: 1)"
    )
    parser.add_argument("--healthy", action="store_true", help="no tumour (otherwise one head in eight has none)")
    parser.add_argument(
        "--samples", action="store_true", help="make the samples of the app and their catalogue; their seeds are fixed"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the studies and print the folder of each; returns 0.

    Raises AppError when the packages of the simulation are missing, InputError when a folder cannot be written to.
    """
    try:
        from app.simulate.phantom import simulate
        from app.simulate.samples import write_samples
        from app.simulate.write import write_case
    except ModuleNotFoundError as error:
        raise AppError(f"Simulation needs {error.name}: run pip install -r requirements-train.txt.") from error

    try:
        if args.samples:
            write_samples(args.out)
            print(args.out)
            return 0
        for seed in range(args.seed, args.seed + args.count):
            name = f"SIM_{seed:05d}"
            write_case(simulate(seed, healthy=args.healthy or None), args.out / name, name)
            print(args.out / name, flush=True)
    except OSError as error:
        raise InputError(f"{error.filename} cannot be written: {error.strerror}. Choose another folder.") from error
    return 0


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value
