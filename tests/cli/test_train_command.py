from types import SimpleNamespace

import pytest

from app.__main__ import main
from app.training import pipeline
from app.training.recipe import Recipe


@pytest.fixture
def trained(monkeypatch, tmp_path):
    """Stands in for the training; keeps what it was called with."""
    calls = []

    def train(cases, split, recipe, run, out):
        out.mkdir(parents=True)
        calls.append((recipe, run, out))
        return SimpleNamespace(sha256="c0ffee", threshold=0.3, threshold_reason="Chosen by hand.")

    monkeypatch.setattr(pipeline, "load_cases", lambda folders: {})
    monkeypatch.setattr("app.training.split.split_by_patient", lambda *given: given)
    monkeypatch.setattr(pipeline, "train", train)
    monkeypatch.setattr("app.exports.card_table.card_table", lambda card: f"scores of {card.sha256}")
    monkeypatch.chdir(tmp_path)
    return calls


def train(*arguments):
    return main(["train", *map(str, arguments)])


def test_what_is_printed(trained, tmp_path, capsys):
    assert train("--data", "a", "b", "--run", tmp_path / "run", "--out", tmp_path / "out") == 0
    assert trained == [(Recipe(), tmp_path / "run", tmp_path / "out")]
    assert capsys.readouterr().out == (
        f"checkpoint c0ffee in {tmp_path / 'out'}; default threshold 0.300. Chosen by hand.\n"
    )
    assert (tmp_path / "out" / "scores.md").read_text() == "scores of c0ffee"


def test_the_checkpoint_goes_into_the_run_by_default(trained, tmp_path):
    assert train("--data", "a", "--run", tmp_path) == 0
    assert trained[0][2] == tmp_path / "checkpoint"


def test_a_configuration_changes_the_recipe(trained, tmp_path):
    (tmp_path / "short.toml").write_text("steps = 400")
    assert train("--data", "a", "--run", "r", "--config", tmp_path / "short.toml") == 0
    assert trained[0][0].steps == 400


def test_what_cannot_be_used_is_said_before_training(trained, tmp_path, capsys):
    (tmp_path / "recipe.toml").write_text("epochs = 3")
    assert train("--data", "a", "--run", "r", "--config", tmp_path / "recipe.toml") == 1
    assert "no entry 'epochs'" in capsys.readouterr().err
    assert trained == []


def test_a_folder_without_a_prepared_set(tmp_path, capsys):
    assert train("--data", tmp_path, "--run", tmp_path / "run") == 1
    err = capsys.readouterr().err
    assert str(tmp_path) in err
    assert "prepare" in err


@pytest.mark.parametrize("missing", ["--run", "--data"])
def test_folders_must_be_given(missing, capsys):
    with pytest.raises(SystemExit) as ended:
        train(*(word for name in {"--run", "--data"} - {missing} for word in (name, "folder")))
    assert ended.value.code == 2
    assert f"required: {missing}" in capsys.readouterr().err
