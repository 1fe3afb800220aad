"""The arithmetic of the audit log: how an entry gets its digest, and which entry is the first that does not fit.

The digest of an entry is the SHA-256 of a JSON array, in ASCII and without spaces, of all columns before it: the number
as a number, the others as strings. `previous` is the digest of the entry before, and 64 zeros in the first. So anybody
who can read the table can check it, oldest entry first:

    import hashlib, json

    number, previous = 0, "0" * 64
    for *columns, digest in rows:  # number, at, who, role, act, subject, detail, previous, digest
        number += 1
        text = json.dumps(columns, separators=(",", ":"))  # ASCII: other characters as \\uXXXX
        assert columns[0] == number and columns[-1] == previous
        assert hashlib.sha256(text.encode()).hexdigest() == digest
        previous = digest
    print(number, previous)
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

START = "0" * 64
"""`previous` of the first entry."""
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class Entry:
    """One line of the log, its columns in the order in which they are hashed."""

    number: int
    at: str
    """ISO 8601 in UTC, with microseconds."""
    who: str
    role: str
    act: str
    subject: str
    detail: str
    """A JSON object in canonical form."""
    previous: str
    digest: str


@dataclass(frozen=True)
class Verdict:
    """What was found in the log."""

    count: int
    """Entries that fit, from the first on."""
    head: str
    """The digest of the last of them; `START` where there is none."""
    broken: int | None = None
    """The number of the first entry that does not fit."""
    why: str = ""

    @property
    def sound(self) -> bool:
        """Whether all entries fit."""
        return self.broken is None


def canonical(value: object) -> str:
    """JSON in ASCII, without spaces, keys in order."""
    return _ENCODER.encode(value)


def digest_of(entry: Entry) -> str:
    """The digest that the entry should have."""
    *columns, _ = vars(entry).values()
    return hashlib.sha256(canonical(columns).encode()).hexdigest()


def check(entries: Iterable[Entry], anchors: Iterable[tuple[int, str]]) -> Verdict:
    """Hold every entry, oldest first, against the one before it and against what is known from elsewhere.

    `anchors`: numbers of entries, and the digests that they had.
    """
    known: dict[int, set[str]] = defaultdict(set)
    for number, digest in anchors:
        known[number].add(digest)
    count, head = 0, START
    for entry in entries:
        why = _misfit(entry, count + 1, head) or _denied(entry, known.get(entry.number, set()))
        if why:
            return Verdict(count, head, count + 1, why)
        count, head = entry.number, entry.digest
    last = max(known, default=0)
    if last > count:
        gone = f"entry {last} is" if last == count + 1 else f"entries {count + 1} to {last} are"
        return Verdict(count, head, count + 1, f"the log once had {last} entries; {gone} missing at its end")
    return Verdict(count, head)


def _misfit(entry: Entry, number: int, previous: str) -> str:
    if entry.number > number:
        return f"it is missing; the next that is there is entry {entry.number}"
    if entry.number < number:
        return f"entry {entry.number} stands in its place, and does not belong to the log"
    _, *texts = vars(entry).values()
    if not all(isinstance(text, str) for text in texts) or digest_of(entry) != entry.digest:
        return "what it says was changed: its digest is that of something else"
    if entry.previous != previous:
        return "it does not follow the entry before it: one of the two was exchanged, inserted or written anew"
    return ""


def _denied(entry: Entry, known: set[str]) -> str:
    if known <= {entry.digest}:
        return ""
    return "its digest was another one: it, or one before it, was written anew together with all that follow"
