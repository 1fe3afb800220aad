import csv

import pytest
from sqlalchemy import text

from app.__main__ import main
from app.records.audit import note
from app.records.audit_heads import heads_file
from app.records.who import Act
from tests.records_fixtures import ADMIN, READER


@pytest.fixture
def log(records, records_environ, monkeypatch):
    """Three entries in the records that the environment names."""
    for name, value in records_environ.items():
        monkeypatch.setenv(name, value)
    for actor, act, subject in (
        (ADMIN, Act.ADD, "patient 1"),
        (READER, Act.VIEW, "patient 1"),
        (ADMIN, Act.EXPORT, "study\x1b[2J 2"),
    ):
        with records.writing(actor) as session:
            note(session, act, subject, count=1)
    return records


def end_cut_off(records):
    with records.writing(ADMIN) as session:
        off = "ALTER TABLE audit DISABLE TRIGGER ALL"
        session.execute(text("DROP TRIGGER audit_is_not_deleted" if records.kind == "sqlite" else off))
        session.execute(text("DELETE FROM audit WHERE number = 3"))


class TestVerify:
    def test_a_sound_log(self, log, capsys):
        assert main(["audit", "verify"]) == 0
        said = capsys.readouterr().out
        assert said.startswith("3 entries fit; the last is 3:") and len(said.strip().splitlines()) == 1
        anchor = said.split()[-1]
        assert main(["audit", "verify", "--anchor", anchor]) == 0

    def test_another_anchor(self, log, capsys):
        assert main(["audit", "verify", "--anchor", f"2:{'f' * 64}"]) == 1
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith("entry 2 does not fit: its digest was another one")
        assert second.startswith("1 entries fit; the last is 1:")

    def test_an_end_that_was_cut_off(self, log, capsys):
        assert main(["audit", "verify"]) == 0
        anchor = capsys.readouterr().out.split()[-1]
        end_cut_off(log)
        assert main(["audit", "verify"]) == 1
        assert "entry 3 does not fit: the log once had 3 entries" in capsys.readouterr().out
        heads_file(log.folder, log.kind).unlink()
        assert main(["audit", "verify"]) == 0
        assert "is found with --anchor alone" in capsys.readouterr().out
        assert main(["audit", "verify", "--anchor", anchor]) == 1

    def test_what_is_no_anchor(self, capsys):
        with pytest.raises(SystemExit) as ended:
            main(["audit", "verify", "--anchor", "2:abc"])
        assert ended.value.code == 2 and "is no anchor" in capsys.readouterr().err


@pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
class TestList:
    def test_the_newest_first_and_nothing_that_a_terminal_would_do(self, log, capsys):
        assert main(["audit", "list"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == ["3", "2", "1"]
        assert "\x1b" not in lines[0]
        assert lines[1].endswith('Z Rea (reader) view patient 1 {"count":1}')

    @pytest.mark.parametrize(
        ("options", "numbers"),
        [
            (["--who", "Ada"], ["3", "1"]),
            (["--act", "view"], ["2"]),
            (["--subject", "patient 1", "--limit", "1"], ["2"]),
            (["--since", "2000-01-01"], ["3", "2", "1"]),
            (["--since", "2999-01-01T08:30+01:00"], []),
        ],
    )
    def test_filters(self, log, capsys, options, numbers):
        assert main(["audit", "list", *options]) == 0
        assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == numbers

    def test_a_table(self, log, capsys, tmp_path):
        path = tmp_path / "log.csv"
        assert main(["audit", "list", "--csv", str(path)]) == 0
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [row["number"] for row in rows] == ["3", "2", "1"]
        assert rows[1]["who"] == "Rea" and len(rows[1]["digest"]) == 64
        assert main(["audit", "list", "--csv", str(tmp_path / "nowhere" / "log.csv")]) == 2

    @pytest.mark.parametrize("options", [["--act", "look"], ["--since", "yesterday"], ["--limit", "0"]])
    def test_what_cannot_be_used(self, log, options):
        with pytest.raises(SystemExit) as ended:
            main(["audit", "list", *options])
        assert ended.value.code == 2
