"""`python -m app doctor`: whether this installation can do its work."""

import argparse
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.cli import silent_stderr

if TYPE_CHECKING:
    from app.checks.finding import Finding

_WIDTH = 12
"""Of the column with the names of the checks."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "doctor",
        help="check the installation",
        description="Check versions, settings, checkpoint, samples, decoders, memory, disk, database and a "
        "segmentation. A line for each; the status is 1 when one fails. Nothing is changed.",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON on standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every finding as it comes; returns 1 when a check has failed, else 0."""
    from app.checks.run import run_checks

    found = {}
    with silent_stderr():  # the last check loads TensorFlow
        for name, finding in run_checks(os.environ):
            found[name] = finding
            if not args.json:
                _print(name, finding)
    healthy = all(finding.ok for finding in found.values())
    if args.json:
        checks = [{"name": name, **asdict(finding)} for name, finding in found.items()]
        print(json.dumps({"ok": healthy, "checks": checks}))
    return 0 if healthy else 1


def _print(name: str, finding: "Finding") -> None:
    print(f"{'ok' if finding.ok else 'FAILED':6}  {name:{_WIDTH}}  {finding.said}", flush=True)
    if finding.advice:
        print(f"{'':{_WIDTH + 8}}  {finding.advice}", flush=True)
