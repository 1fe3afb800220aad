import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.records.audit import Wanted, entries, how_many, note, people, verify
from app.records.audit_chain import START
from app.records.audit_heads import heads_file, read_heads
from app.records.who import Act
from tests.records_fixtures import ADMIN, READER

INSERTED = "INSERT INTO audit SELECT {}, at, who, role, act, subject, detail, previous, 'x' FROM audit WHERE number = 2"


def noted(records, *subjects, actor=ADMIN, act=Act.VIEW):
    for subject in subjects:
        with records.writing(actor) as session:
            note(session, act, subject)


def heads(records):
    return list(read_heads(heads_file(records.folder, records.kind)))


def verdict(records, *anchors):
    with records.reading() as session:
        return verify(session, anchors)


@pytest.fixture
def tamper(records):
    """Change the table as somebody can who rules the database: without its triggers."""

    def changed(*statements):
        with records.writing(ADMIN) as session:
            if records.kind == "postgresql":
                session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
            else:
                for name in ("audit_is_not_changed", "audit_is_not_deleted", "audit_goes_on"):
                    session.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            for statement in statements:
                session.execute(text(statement))

    return changed


class TestNote:
    def test_all_that_an_entry_says(self, records):
        before = datetime.now(UTC)
        with records.writing(READER) as session:
            note(session, Act.EXPORT, "study 7", format="pdf", count=2)
        with records.reading() as session:
            (entry,) = entries(session)
        assert (entry.number, entry.who, entry.role, entry.act, entry.subject) == (
            1,
            "Rea",
            "reader",
            "export",
            "study 7",
        )
        assert entry.detail == '{"count":2,"format":"pdf"}' and entry.previous == START
        assert before <= datetime.fromisoformat(entry.at) <= datetime.now(UTC)
        assert len(entry.at) == 32 and entry.at.endswith("+00:00")

    def test_several_in_one_transaction(self, records):
        with records.writing(ADMIN) as session:
            note(session, Act.ADD, "patient 1")
            note(session, Act.SAVE, "segmentation 1")
        noted(records, "patient 1")
        found = verdict(records)
        assert found.sound and found.count == 3
        assert [number for number, _ in heads(records)] == [2, 3]

    def test_what_is_rolled_back_was_not_noted(self, records):
        with pytest.raises(KeyError), records.writing(ADMIN) as session:
            note(session, Act.SAVE, "segmentation 1")
            raise KeyError
        assert verdict(records).count == 0 and heads(records) == []

    def test_many_at_once_make_one_chain(self, records):
        def work(name):
            noted(records, *[f"{name} {count}" for count in range(10)])

        threads = [threading.Thread(target=work, args=(f"patient {name}",)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = verdict(records, *heads(records))
        assert found.sound and found.count == 40 and len(heads(records)) == 40


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit SET who = 'x'",
            "DELETE FROM audit WHERE number = 2",
            INSERTED.format(9),
            INSERTED.format(0),
        ],
    )
    def test_the_database_refuses(self, records, statement):
        noted(records, "a", "b")
        with pytest.raises(DBAPIError, match="the audit log"), records.writing(ADMIN) as session:
            session.execute(text(statement))
        assert verdict(records, *heads(records)).count == 2

    def test_nor_can_an_entry_be_replaced_or_all_be_removed(self, records):
        noted(records, "a", "b")
        replacing = "INSERT OR REPLACE INTO audit SELECT number, at, 'x', role, act, subject, detail, previous, digest "
        statement = {"sqlite": replacing + "FROM audit", "postgresql": "TRUNCATE audit"}[records.kind]
        with pytest.raises(DBAPIError, match="the audit log"), records.writing(ADMIN) as session:
            session.execute(text(statement))
        assert verdict(records, *heads(records)).count == 2


class TestVerify:
    @pytest.mark.parametrize(
        ("statement", "broken"),
        [
            ("UPDATE audit SET who = 'Mallory' WHERE number = 2", 2),
            ("UPDATE audit SET detail = '{ }' WHERE number = 3", 3),
            ("DELETE FROM audit WHERE number = 1", 1),
            ("DELETE FROM audit WHERE number = 2", 2),
            ("UPDATE audit SET number = number + 10 WHERE number > 1", 2),
            (
                INSERTED.format(0),
                1,
            ),
        ],
    )
    def test_finds_the_first_entry_that_does_not_fit(self, records, tamper, statement, broken):
        noted(records, "a", "b", "c")
        tamper(statement)
        assert verdict(records).broken == broken

    def test_finds_two_that_were_exchanged(self, records, tamper):
        noted(records, "a", "b", "c")
        tamper(
            "UPDATE audit SET number = 9 WHERE number = 2",
            "UPDATE audit SET number = 2 WHERE number = 3",
            "UPDATE audit SET number = 3 WHERE number = 9",
        )
        assert verdict(records).broken == 2

    def test_finds_a_missing_end_with_the_file_beside(self, records, tamper):
        noted(records, "a", "b", "c")
        tamper("DELETE FROM audit WHERE number = 3")
        assert verdict(records).sound
        assert verdict(records, *heads(records)).broken == 3

    def test_goes_on_finding_it_when_others_have_come_since(self, records, tamper):
        noted(records, "a", "b", "c")
        tamper("DELETE FROM audit WHERE number = 3")
        noted(records, "d", "e")
        assert verdict(records).sound
        assert verdict(records, *heads(records)).broken == 3


class TestHeadsFile:
    def test_what_is_no_whole_line_is_passed_over(self, records):
        noted(records, "a")
        path = heads_file(records.folder, records.kind)
        with path.open("a") as file:
            file.write("2:abc")  # the power went
        noted(records, "b")
        assert [number for number, _ in heads(records)] == [1, 2]
        assert verdict(records, *heads(records)).sound
        assert path.stat().st_mode & 0o777 == 0o600

    def test_that_it_cannot_be_written_loses_no_entry(self, records):
        heads_file(records.folder, records.kind).mkdir()
        noted(records, "a")
        assert verdict(records).count == 1


class TestEntries:
    @pytest.fixture
    def filled(self, records):
        noted(records, "patient 1", "study 2", "patient 1")
        noted(records, "patient 1", actor=READER, act=Act.EXPORT)
        return records

    @pytest.mark.parametrize(
        ("wanted", "numbers"),
        [
            (Wanted(), [4, 3, 2, 1]),
            (Wanted(subject="patient 1"), [4, 3, 1]),
            (Wanted(who="Rea"), [4]),
            (Wanted(act=Act.VIEW), [3, 2, 1]),
            (Wanted(subject="patient 1", who="Ada", act=Act.VIEW), [3, 1]),
            (Wanted(since=datetime.now(UTC) + timedelta(days=1)), []),
        ],
    )
    def test_those_that_are_wanted(self, filled, wanted, numbers):
        with filled.reading() as session:
            assert [entry.number for entry in entries(session, wanted)] == numbers
            assert how_many(session, wanted) == len(numbers)

    def test_some_of_them(self, filled):
        with filled.reading() as session:
            assert [entry.number for entry in entries(session, limit=2)] == [4, 3]
            assert [entry.number for entry in entries(session, offset=1, limit=2)] == [3, 2]
            assert [entry.number for entry in entries(session, before=3)] == [2, 1]
            since = datetime.fromisoformat(entries(session)[1].at).astimezone(tz=None)
            assert [entry.number for entry in entries(session, Wanted(since=since))] == [4, 3]

    def test_people(self, filled):
        with filled.reading() as session:
            assert people(session) == ["Ada", "Rea"]
            assert json.loads(entries(session)[0].detail) == {}
