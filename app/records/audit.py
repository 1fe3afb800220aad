"""The audit log: who did what, append-only, each entry chained to the last by its digest.

An entry is written in the transaction of what it tells, so there is no act without its entry and no entry without its
act. `app.records.audit_chain` says how the chain is made and how anybody can check it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Row, func, insert, select
from sqlalchemy.orm import Session

from app.records.audit_chain import START, Entry, Verdict, canonical, check, digest_of
from app.records.audit_heads import Anchor, keep_head
from app.records.tables import AuditEntry
from app.records.who import Act, Actor

_BATCH = 1000
"""Rows in memory while the log is checked."""
_COLUMNS = (
    AuditEntry.number,
    AuditEntry.at,
    AuditEntry.who,
    AuditEntry.role,
    AuditEntry.act,
    AuditEntry.subject,
    AuditEntry.detail,
    AuditEntry.previous,
    AuditEntry.digest,
)


def note(session: Session, act: Act, subject: str, **detail: object) -> None:
    """Append what the actor of the session does, which is one of `Records.writing`: only one is open at a time.

    `subject` is a kind and an identifier. `detail` is what JSON can hold, and never words that somebody typed, nor the
    name of a file: kinds, counts, names of fields, thresholds, digests and formats.
    """
    actor: Actor = session.info["actor"]
    last = session.execute(
        select(AuditEntry.number, AuditEntry.digest).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    number, previous = (last.number, last.digest) if last else (0, START)
    entry = Entry(
        number=number + 1,
        at=_moment_text(datetime.now(UTC)),
        who=actor.name,
        role=actor.role.value,
        act=act.value,
        subject=subject,
        detail=canonical(detail),
        previous=previous,
        digest="",
    )
    digest = digest_of(entry)
    session.execute(insert(AuditEntry).values(vars(entry) | {"digest": digest}))
    keep_head(session, entry.number, digest)


def verify(session: Session, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Check the whole log.

    `anchors`: what is known of it from elsewhere, from `audit_heads.read_heads` or written down by somebody. Without
    them a chain that was computed anew, or one whose end was cut off, is not noticed.
    """
    query = select(*_COLUMNS).order_by(AuditEntry.number).execution_options(yield_per=_BATCH)
    with session.execute(query) as rows:
        return check(map(_entry, rows), anchors)


@dataclass(frozen=True)
class Wanted:
    """Which entries: of this subject, person and act, and not older than `since`; None is any."""

    subject: str | None = None
    who: str | None = None
    act: Act | None = None
    since: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a query."""
        found: list[ColumnElement[bool]] = []
        if self.subject is not None:
            found.append(AuditEntry.subject == self.subject)
        if self.who is not None:
            found.append(AuditEntry.who == self.who)
        if self.act is not None:
            found.append(AuditEntry.act == self.act.value)
        if self.since is not None:
            found.append(AuditEntry.at >= _moment_text(self.since))
        return found


def entries(
    session: Session, wanted: Wanted = Wanted(), *, before: int | None = None, offset: int = 0, limit: int | None = 100
) -> list[Entry]:
    """The entries that are wanted, the latest first: before the number `before`, without the first `offset`."""
    query = select(*_COLUMNS).where(*wanted.conditions()).order_by(AuditEntry.number.desc())
    if before is not None:
        query = query.where(AuditEntry.number < before)
    return [_entry(row) for row in session.execute(query.offset(offset).limit(limit))]


def how_many(session: Session, wanted: Wanted = Wanted()) -> int:
    """How many entries are wanted."""
    return session.scalar(select(func.count()).select_from(AuditEntry).where(*wanted.conditions())) or 0


def people(session: Session) -> list[str]:
    """Everybody in the log, in alphabetical order."""
    return sorted(session.scalars(select(AuditEntry.who).distinct()))


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(row: Row[int, str, str, str, str, str, str, str, str]) -> Entry:
    return Entry(*row)
