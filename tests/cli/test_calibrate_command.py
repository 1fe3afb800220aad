from types import SimpleNamespace

import pytest

from app.__main__ import main
from app.training import pipeline


def calibrate(*arguments):
    return main(["calibrate", *map(str, arguments)])


def test_what_is_written_and_printed(tmp_path, monkeypatch, capsys):
    def stand_in(cases, run, out):
        assert (cases, run) == (["a case"], tmp_path / "run")
        out.mkdir()
        return SimpleNamespace(sha256="c0ffee", threshold=0.3, threshold_reason="Chosen by hand.")

    monkeypatch.setattr(pipeline, "load_cases", lambda folders: {"a": SimpleNamespace(case="a case")})
    monkeypatch.setattr(pipeline, "calibrate", stand_in)
    monkeypatch.setattr("app.exports.card_table.card_table", lambda card: f"scores of {card.sha256}")
    assert calibrate("--data", "sets", "--run", tmp_path / "run", "--out", tmp_path / "out") == 0
    assert (tmp_path / "out" / "scores.md").read_text() == "scores of c0ffee"
    assert capsys.readouterr().out == (
        f"checkpoint c0ffee in {tmp_path / 'out'}; default threshold 0.300. Chosen by hand.\n"
    )


@pytest.mark.parametrize("missing", ["--data", "--run", "--out"])
def test_folders_must_be_given(missing, capsys):
    with pytest.raises(SystemExit) as ended:
        calibrate(*(word for name in sorted({"--data", "--run", "--out"} - {missing}) for word in (name, "folder")))
    assert ended.value.code == 2
    assert f"required: {missing}" in capsys.readouterr().err
