"""The audit log within the page "Patients"."""

import pytest
from streamlit.testing.v1 import AppTest

from app.pages import audit_log, audited
from app.records.audit import entries, note
from app.records.audit_heads import heads_file
from app.records.who import Act, Actor, Role
from tests.records_fixtures import ADMIN, READER

on_sqlite = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)


@pytest.fixture
def page(records, monkeypatch):
    """The log of 60 entries, seen by an admin."""
    monkeypatch.setattr(audit_log, "records", lambda: records)
    monkeypatch.setattr(audited, "records", lambda: records)
    with records.writing(ADMIN) as session:
        for number in range(1, 60):
            note(session, Act.VIEW, f"patient {number}")
    with records.writing(READER) as session:
        note(session, Act.EXPORT, "patient 7", format="pdf")

    def draw():
        from app.pages import audit_log

        audit_log.draw()

    return AppTest.from_function(draw, default_timeout=60)


def numbers(app):
    return list(app.dataframe[0].value["No."]) if app.dataframe else []


@on_sqlite
def test_the_newest_first_some_at_a_time(page):
    app = page.run()
    assert not app.exception
    assert numbers(app) == list(range(60, 10, -1))
    row = app.dataframe[0].value.iloc[0]
    assert (row["Who"], row["Role"], row["Act"], row["Subject"]) == ("Rea", "reader", "export", "patient 7")
    assert row["Detail"] == "format pdf" and app.dataframe[0].value.iloc[1]["Detail"] == ""
    app.session_state["audit-page"] = 2
    assert numbers(app.run()) == list(range(10, 0, -1))


@pytest.mark.parametrize(
    ("detail", "words"), [('{"a":1,"b":["x"]}', "a 1 · b ['x']"), ("{}", ""), ("[1]", "[1]"), ("changed", "changed")]
)
def test_a_detail_in_words(detail, words):
    assert audit_log._in_words(detail) == words


@on_sqlite
def test_filters_begin_on_the_first_page(page):
    app = page.run()
    app.session_state["audit-page"] = 2
    app.run()
    app.text_input(key="audit-subject").set_value(" patient 7 ").run()
    assert numbers(app) == [60, 7]
    app.selectbox(key="audit-who").set_value("Rea").run()
    assert numbers(app) == [60]
    app.selectbox(key="audit-act").set_value("view").run()
    assert numbers(app) == [] and not app.exception
    assert "Nothing in the log is like that." in [text.value for text in app.markdown]


@on_sqlite
def test_the_verdict(page, records):
    app = page.run()
    app.button(key="audit-check").click().run()
    with records.reading() as session:
        head = entries(session, limit=1)[0].digest
    assert app.success[0].value.startswith("All 60 entries fit.") and f"60:{head}" in app.success[0].value
    with heads_file(records.folder, records.kind).open("a") as file:
        file.write(f"61:{'a' * 64}\n")
    app.button(key="audit-check").click().run()
    assert "Entry 61 does not fit" in app.error[0].value and len(app.success) == 0


@on_sqlite
def test_a_table_is_itself_in_the_log(page, records):
    app = page.run()
    assert not app.exception
    audit_log._note_export()
    with records.reading() as session:
        assert entries(session, limit=1)[0].detail == '{"format":"csv","what":"audit log"}'
    assert audit_log._table(audit_log.Wanted(who="Rea")).count(b"\r\n") == 2


@on_sqlite
def test_it_is_for_admins(page, monkeypatch):
    monkeypatch.setattr(audit_log, "actor", lambda: Actor("Viv", Role.REVIEWER))
    app = page.run()
    assert "is for admins" in app.error[0].value and numbers(app) == [] and len(app.button) == 0
