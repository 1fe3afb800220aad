"""`python -m app report`: files of one study in, a report of one or two pages out, as PDF or HTML."""

import argparse
import math
from pathlib import Path

from app import NOTICE
from app.cli.segment import add_study_arguments, read_named, segmented
from app.errors import InputError

PDF, HTML = ".pdf", ".html"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "report",
        help="report on one study, as PDF or HTML",
        description="Segment one study and write a report of one or two pages: measurements, key slices, the volume at "
        f"every threshold, the recall guarantee, and where each number is from. {NOTICE}",
    )
    add_study_arguments(parser)
    parser.add_argument(
        "--alpha",
        type=alpha,
        metavar="A",
        help="bound of the recall guarantee, the share of tumour missed on average: 0.01 to 0.2 in steps of 0.01 "
        "(default: 0.05)",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help=f"file to write, {PDF} or {HTML}")
    parser.set_defaults(run=run)


def alpha(text: str) -> float:
    """The argument type of a bound: a multiple of 0.01 from 0.01 to 0.20."""
    try:
        percent = float(text) * 100
    except ValueError:
        percent = math.nan
    if not (1 - 1e-6 <= percent <= 20 + 1e-6 and math.isclose(percent, round(percent), abs_tol=1e-6)):
        raise argparse.ArgumentTypeError(f"{text} is not a bound: give 0.01 to 0.2 in steps of 0.01, such as 0.05")
    return round(percent) / 100


def run(args: argparse.Namespace) -> int:
    """Segment, write the report, name it; returns 0.

    Raises InputError for files that cannot be used, and for an --out that cannot be written to or is neither PDF nor
    HTML, CheckpointError when the network cannot be used.
    """
    ending = args.out.suffix.lower()
    if ending not in (PDF, HTML):
        raise InputError(f"{args.out} is neither {PDF} nor {HTML}. Give --out a name that ends in one of them.")
    if not args.out.parent.is_dir():
        raise InputError(f"There is no folder {args.out.parent}. Make it, or choose another with --out.")
    reading = segmented(read_named(args.files, args.reference), args.threshold, args.alpha)

    from app.exports import save
    from app.exports.report import report_html, report_pdf

    content = report_pdf(reading) if ending == PDF else report_html(reading)
    print(f"Written: {save(args.out.parent, args.out.name, content)}\n{NOTICE}")
    return 0
