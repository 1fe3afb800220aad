"""`python -m app audit`: whether the audit log is whole, and what it tells."""

import argparse
import os
import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import one_line
from app.durable import write_whole
from app.errors import InputError
from app.records.who import Act

if TYPE_CHECKING:
    from app.records.audit_chain import Entry
    from app.records.audit_heads import Anchor

_ANCHOR = re.compile(r"(0|[1-9]\d{0,18}):([0-9a-f]{64})")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("audit", help="check or list the audit log of the records")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_verify(actions)
    _add_list(actions)


def _add_verify(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser(
        "verify",
        help="check that no entry was changed, removed, inserted or moved",
        description="Check every entry against its digest and the entry before it, and against the digests that are "
        "kept beside the database. Prints how many entries fit and the last one's number and digest, to be written "
        "down elsewhere and given back later; the status is 1 when an entry does not fit.",
    )
    parser.add_argument(
        "--anchor",
        type=_anchor,
        action="append",
        default=[],
        metavar="NUMBER:DIGEST",
        help="what an earlier check printed; may be given several times. Finds a log that was written anew as a whole",
    )
    parser.set_defaults(run=verify)


def _add_list(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser("list", help="list entries, the newest first")
    parser.add_argument("--subject", help='such as "patient 3f…", in full')
    parser.add_argument("--who", help="of this person alone")
    parser.add_argument("--act", type=Act, choices=list(Act), metavar="ACT", help=", ".join(Act))
    parser.add_argument(
        "--since", type=_moment, metavar="TIME", help="ISO 8601, such as 2026-03-01; UTC without a zone"
    )
    parser.add_argument("--limit", type=_positive, help="how many (default: 100, with --csv all)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a table instead")
    parser.set_defaults(run=show)


def verify(args: argparse.Namespace) -> int:
    """Check the log; returns 1 when an entry does not fit. Raises RecordsError when it cannot be read."""
    from app.records.audit import verify
    from app.records.audit_heads import heads_file, read_heads
    from app.records.database import open_records

    with closing(open_records(os.environ)) as records, records.reading() as session:
        beside = heads_file(records.folder, records.kind)
        verdict = verify(session, [*read_heads(beside), *args.anchor])
    if not verdict.sound:
        print(f"entry {verdict.broken} does not fit: {verdict.why}")
    print(f"{verdict.count} entries fit; the last is {verdict.count}:{verdict.head}")
    if not beside.exists():
        print(f"There are no digests in {beside}: an end that was cut off is found with --anchor alone.")
    return 0 if verdict.sound else 1


def show(args: argparse.Namespace) -> int:
    """List entries. Raises RecordsError when the log cannot be read, InputError when FILE cannot be written."""
    from app.exports.audit_table import audit_csv
    from app.records.audit import Wanted, entries
    from app.records.database import open_records

    limit = args.limit or (None if args.csv else 100)
    with closing(open_records(os.environ)) as records, records.reading() as session:
        found = entries(session, Wanted(args.subject, args.who, args.act, args.since), limit=limit)
    if not args.csv:
        for entry in found:
            print(_line(entry))
        return 0
    try:
        write_whole(args.csv, audit_csv(found))
    except OSError as error:
        raise InputError(f"{args.csv} cannot be written: {error.strerror}. Choose another folder.") from error
    print(f"{args.csv}: {len(found)} entries")
    return 0


def _line(entry: "Entry") -> str:
    detail = "" if entry.detail == "{}" else f"  {entry.detail}"
    act = f"{entry.act:8}  {entry.subject}{detail}"
    return one_line(f"{entry.number}  {entry.at[:19]}Z  {entry.who} ({entry.role})  {act}")


def _anchor(text: str) -> "Anchor":
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is no anchor: give the NUMBER:DIGEST that a check printed")
    return int(found[1]), found[2]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no time: give it as 2026-03-01 or 2026-03-01T08:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number
