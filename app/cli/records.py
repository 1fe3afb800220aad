"""`python -m app records`: the records of patients moved, backed up, and rid of what was deleted."""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app import NOTICE

if TYPE_CHECKING:
    from app.records.moving import Manifest, Progress
    from app.records.who import Actor

_BAR = 30
_UNLOCKED = "It is not encrypted: keep it as safe as the records."


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands and their arguments."""
    parser = subparsers.add_parser(
        "records",
        help="export, import, back up or purge the records of patients",
        description="The records that GLIOLENS_DATA and GLIOLENS_DATABASE_URL name. All of it may be done while the "
        f"app runs. {NOTICE}",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    export = commands.add_parser(
        "export",
        help="write everything to a zip",
        description="Write all patients, studies, segmentations, files and the audit log to a zip with checksums. "
        f"{_UNLOCKED}",
    )
    export.add_argument("zip", type=Path, metavar="FILE.zip", help="a new file")
    export.set_defaults(run=_export)
    bring = commands.add_parser(
        "import",
        help="restore such a zip",
        description="Restore what export or backup wrote, exactly, into records that hold nothing yet; SQLite or "
        "PostgreSQL, whichever it came from. All is checked first; all of it is restored, or nothing.",
    )
    bring.add_argument("zip", type=Path, metavar="FILE.zip", help="what export or backup wrote")
    bring.set_defaults(run=_import)
    backup = commands.add_parser(
        "backup",
        help="write everything to a zip that is named by the time",
        description="Like export, into a folder and under a name with the time; the zip is checked when it is whole. "
        f"{_UNLOCKED}",
    )
    backup.add_argument("place", type=Path, metavar="FOLDER", help="folder, made when missing; or a new file .zip")
    backup.add_argument(
        "--keep", type=_natural, metavar="N", help="then remove earlier backups of these records but the latest N"
    )
    backup.set_defaults(run=_backup)
    purge = commands.add_parser(
        "purge",
        help="remove for good what was deleted",
        description="Remove for good what was deleted more than 30 days ago, and files that nothing names any more. "
        "The app does so too when a page first needs the records.",
    )
    purge.set_defaults(run=_purge)


def operator() -> "Actor":
    """Who works at the command line: an admin, as the files and the database lie open to that account."""
    from app.records.who import Actor, Role

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        name = ""
    return Actor(name or "command line", Role.ADMIN)


def _export(args: argparse.Namespace) -> int:
    from app.records.database import open_records
    from app.records.moving_out import export_records

    manifest = export_records(open_records(os.environ), operator(), args.zip, progress=_progress())
    print(f"Written and checked: {args.zip}\n{_told(manifest)}\n{_UNLOCKED}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from app.records.database import open_records
    from app.records.moving_in import import_records

    records = open_records(os.environ)
    manifest = import_records(records, operator(), args.zip, progress=_progress())
    where = records.folder if records.kind == "sqlite" else f"{records.folder} and PostgreSQL"
    print(f"Restored into {where}: {args.zip} of {manifest.made_at}\n{_told(manifest)}")
    return 0


def _backup(args: argparse.Namespace) -> int:
    from app.records.backups import back_up
    from app.records.database import open_records

    made = back_up(open_records(os.environ), operator(), args.place, keep=args.keep, progress=_progress())
    print(f"Written and checked: {made.path}\n{_told(made.manifest)}\n{_UNLOCKED}")
    for path in made.removed:
        print(f"Removed: {path}")
    return 0


def _purge(args: argparse.Namespace) -> int:
    from app.decision.tidying import tidy
    from app.records.database import open_records

    gone = tidy(open_records(os.environ), operator())
    print(f"Removed for good: {_count(gone.rows, 'row')}, {_count(gone.files, 'file')}")
    return 0


def _told(manifest: "Manifest") -> str:
    kinds = {"patients": "patient", "studies": "study", "segmentations": "segmentation", "audit": "entry of the log"}
    counts = [_count(manifest.lines(f"{name}.jsonl"), one) for name, one in kinds.items()]
    return ", ".join([*counts, _count(manifest.lines("files.jsonl"), "file")])


def _count(number: int, one: str) -> str:
    many = {"study": "studies", "entry of the log": "entries of the log"}.get(one, f"{one}s")
    return f"{number:,} {one if number == 1 else many}"


def _progress() -> "Progress | None":
    return _show_progress if sys.stderr.isatty() else None


def _show_progress(done: int, of: int) -> None:
    filled = done * _BAR // of
    end = "\n" if done == of else ""
    print(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done / of:4.0%}", end=end, file=sys.stderr, flush=True)


def _natural(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of backups: give 1 or more")
    return int(text)
