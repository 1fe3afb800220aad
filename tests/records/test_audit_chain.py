"""The arithmetic of the chain, on entries that are made by hand."""

import hashlib
import json
from dataclasses import replace

import pytest

from app.records.audit_chain import START, Entry, check, digest_of


def chain(*subjects):
    """A sound log, an entry a subject."""
    entries, previous = [], START
    for number, subject in enumerate(subjects, 1):
        moment = f"2026-03-01T08:00:0{number}.000000+00:00"
        entry = Entry(number, moment, "Äda", "admin", "view", subject, '{"n":1}', previous, "")
        entries.append(replace(entry, digest=digest_of(entry)))
        previous = entries[-1].digest
    return entries


def again(entries):
    """The same columns with all digests computed anew."""
    done, previous = [], START
    for entry in entries:
        linked = replace(entry, previous=previous)
        done.append(replace(linked, digest=digest_of(linked)))
        previous = done[-1].digest
    return done


LOG = chain("a", "b", "c")
HEADS = [(entry.number, entry.digest) for entry in LOG]


def test_a_digest_is_what_the_docstring_says():
    text = (
        '[1,"2026-03-01T08:00:01.000000+00:00","\\u00c4da","admin","view","a","{\\"n\\":1}",'
        '"0000000000000000000000000000000000000000000000000000000000000000"]'
    )
    assert LOG[0].digest == hashlib.sha256(text.encode()).hexdigest()
    *columns, digest = vars(LOG[1]).values()
    assert digest == hashlib.sha256(json.dumps(columns, separators=(",", ":")).encode()).hexdigest()


@pytest.mark.parametrize("anchors", [[], HEADS, HEADS[:1], [(0, START)]])
def test_a_sound_log(anchors):
    verdict = check(LOG, anchors)
    assert verdict.sound and (verdict.count, verdict.head) == (3, LOG[2].digest)


def test_an_empty_log():
    assert check([], []).sound
    assert (check([], []).count, check([], []).head) == (0, START)
    verdict = check([], [(1, LOG[0].digest)])
    assert verdict.broken == 1 and "entry 1 is missing at its end" in verdict.why


@pytest.mark.parametrize("column", ["at", "who", "role", "act", "subject", "detail", "previous", "digest"])
def test_a_changed_column(column):
    altered = replace(LOG[1], **{column: getattr(LOG[1], column)[:-1] + "?"})
    verdict = check([LOG[0], altered, LOG[2]], [])
    assert (verdict.broken, verdict.count, verdict.head) == (2, 1, LOG[0].digest)
    assert "was changed" in verdict.why


def test_a_column_that_is_no_text():
    verdict = check([LOG[0], replace(LOG[1], subject=b"b"), LOG[2]], [])
    assert verdict.broken == 2


def test_a_removed_entry():
    verdict = check([LOG[0], LOG[2]], [])
    assert verdict.broken == 2 and verdict.why == "it is missing; the next that is there is entry 3"


def test_a_removed_entry_whose_number_was_closed_up():
    verdict = check([LOG[0], replace(LOG[2], number=2)], [])
    assert verdict.broken == 2
    closed = replace(LOG[2], number=2)
    verdict = check([LOG[0], replace(closed, digest=digest_of(closed))], [])
    assert verdict.broken == 2 and "does not follow" in verdict.why


def test_an_inserted_entry():
    strange = replace(LOG[1], number=0)
    assert check([strange, *LOG], []).broken == 1
    assert check([LOG[0], LOG[0], *LOG[1:]], []).broken == 2
    between = again([LOG[0], replace(LOG[1], subject="x")])[1]
    verdict = check([LOG[0], between, *(replace(entry, number=entry.number + 1) for entry in LOG[1:])], [])
    assert verdict.broken == 3


def test_another_order():
    swapped = [LOG[0], replace(LOG[2], number=2), replace(LOG[1], number=3)]
    assert check(swapped, []).broken == 2
    assert check([LOG[1], LOG[0], LOG[2]], []).broken == 1


def test_the_last_entry_is_missed_with_an_anchor_alone():
    assert check(LOG[:2], []).sound
    verdict = check(LOG[:2], HEADS[2:])
    assert (verdict.broken, verdict.count) == (3, 2)
    assert verdict.why == "the log once had 3 entries; entry 3 is missing at its end"
    assert "entries 2 to 3 are missing" in check(LOG[:1], HEADS).why


def test_a_chain_that_was_computed_anew_is_found_with_an_anchor_alone():
    forged = again([LOG[0], replace(LOG[1], subject="x"), LOG[2]])
    assert check(forged, []).sound
    for anchor, broken in ((HEADS[0], None), (HEADS[1], 2), (HEADS[2], 3)):
        assert check(forged, [anchor]).broken == broken


def test_two_digests_of_one_entry_cannot_both_fit():
    assert check(LOG, [*HEADS, (2, "f" * 64)]).broken == 2
