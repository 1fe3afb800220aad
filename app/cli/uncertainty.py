"""`python -m app uncertainty`: what further looks at a study are worth, measured on the validation patients."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app import NOTICE
from app.cli import silent_stderr
from app.cli.evaluate import sequences
from app.cli.train import add_data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.study import Study


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "uncertainty",
        help="measure what several looks at a study tell of the network's errors",
        description="Look at every validation patient of a checkpoint several times, and write beside it whether the "
        "looks' spread tells where it errs, and which interval holds the true volume. It can be interrupted. "
        f"{NOTICE}",
    )
    add_data(parser)
    parser.add_argument("--checkpoint", type=Path, metavar="DIR", help="the network (default: the shipped one)")
    parser.add_argument(
        "--work", type=Path, required=True, metavar="DIR", help="folder for what was measured of each patient"
    )
    parser.add_argument(
        "--sequences",
        type=sequences,
        action="append",
        metavar="LIST",
        help="measure with these alone, such as flair,t1ce; may be given several times (default: all that a data set "
        "has, and FLAIR alone)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and write the record; raises AppError for a checkpoint or data that cannot be used."""
    from app.model.checkpoint import FOLDER
    from app.model.segmenter import Segmenter
    from app.model.uncertainty_record import UncertaintyRecord, save_uncertainty
    from app.study import Sequence
    from app.training.measure_uncertainty import measure_groups, validation_cases
    from app.training.pipeline import load_cases

    folder = args.checkpoint or FOLDER
    with silent_stderr():
        segmenter = Segmenter(folder)
    card = segmenter.card
    cases = validation_cases(card, [case.case for case in load_cases(args.data).values()])

    def look_at(study: "Study") -> "list[NDArray[np.uint8]]":
        plain = segmenter.segment(study).levels
        *_, last = segmenter.stream_looks(study)
        return [plain, *last.looks]

    subsets = args.sequences or [(), (Sequence.FLAIR,)]
    groups = measure_groups(cases, subsets, look_at, card.threshold, args.work / card.sha256[:12])
    path = save_uncertainty(UncertaintyRecord(card.sha256, card.threshold, groups), folder)
    for group in groups:
        print(f"{group.dataset}, {'+'.join(group.sequences)}: {len(group.patients)} patients")
    print(f"{path}\n\n{NOTICE}")
    return 0
