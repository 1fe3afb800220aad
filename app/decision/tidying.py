"""Taking away what is due: deleted rows after 30 days, and files that nothing names."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.decision.keeping import sweep
from app.records.database import Records
from app.records.deletions import KEPT_DAYS, purge
from app.records.moving_in import remove_left_behind
from app.records.who import Actor, Role

_APP = Actor("gliolens", Role.ADMIN)


@dataclass(frozen=True)
class Tidied:
    """What was removed for good."""

    rows: int
    files: int


def tidy(records: Records, actor: Actor = _APP) -> Tidied:
    """Purge what was deleted more than `KEPT_DAYS` ago, then sweep the files.

    Done when the app starts, and by `python -m app records purge`. Raises RecordsError.
    """
    with records.writing(actor) as session:
        rows = purge(session, before=datetime.now(UTC) - timedelta(days=KEPT_DAYS))
    remove_left_behind(records)
    return Tidied(rows, sweep(records))
