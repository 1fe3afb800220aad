from types import SimpleNamespace

import pytest

from app.__main__ import main
from app.training import pipeline
from app.training.recipe import Recipe


@pytest.fixture
def trained(monkeypatch):
    """Stands in for the training; keeps what it was called with."""
    calls = []

    def train(cases, recipe, run, out):
        calls.append((cases, recipe, run, out))
        return SimpleNamespace(sha256="c0ffee", threshold=0.3, threshold_reason="Chosen by hand.")

    monkeypatch.setattr(pipeline, "train", train)
    return calls


def train(*arguments):
    return main(["train", *map(str, arguments)])


def test_folders_become_cases_of_their_source(trained, tmp_path, capsys):
    for folder in ("lgg/TCGA_CS_4941_1996", "brats/B2", "brats/B1", "simulated/S1"):
        (tmp_path / folder).mkdir(parents=True)
    folders = [word for source in ("lgg", "brats", "simulated") for word in (f"--{source}", tmp_path / source)]
    assert train(*folders, "--run", tmp_path / "run", "--out", tmp_path / "out") == 0
    ((cases, recipe, run, out),) = trained
    assert [case.name for case in cases] == ["brats/B1", "brats/B2", "lgg/TCGA_CS_4941_1996", "simulated/S1"]
    assert (recipe, run, out) == (Recipe(), tmp_path / "run", tmp_path / "out")
    assert capsys.readouterr().out == (
        f"checkpoint c0ffee in {tmp_path / 'out'}; default threshold 0.300. Chosen by hand.\n"
    )


def test_a_configuration_changes_the_recipe(trained, tmp_path):
    (tmp_path / "brats" / "B1").mkdir(parents=True)
    (tmp_path / "short.toml").write_text("steps = 300")
    assert train("--brats", tmp_path / "brats", "--run", "r", "--out", "o", "--config", tmp_path / "short.toml") == 0
    assert trained[0][1].steps == 300


def test_nothing_to_train_on(trained, capsys):
    assert train("--run", "r", "--out", "o") == 1
    assert capsys.readouterr().err == (
        "gliolens: There is nothing to train on; give at least one of --brats, --lgg and --simulated.\n"
    )
    assert trained == []


@pytest.mark.parametrize(("given", "said"), [("empty", "No case folders found"), ("recipe", "no entry 'epochs'")])
def test_what_cannot_be_used_is_said_before_training(trained, tmp_path, capsys, given, said):
    (tmp_path / "brats" / "B1").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "recipe.toml").write_text("epochs = 3" if given == "recipe" else "")
    folder = tmp_path / ("empty" if given == "empty" else "brats")
    assert train("--brats", folder, "--run", "r", "--out", "o", "--config", tmp_path / "recipe.toml") == 1
    assert said in capsys.readouterr().err
    assert trained == []


@pytest.mark.parametrize("missing", ["--run", "--out"])
def test_the_folders_to_write_to_must_be_given(missing, capsys):
    others = {"--run": "r", "--out": "o", "--brats": "b"}
    with pytest.raises(SystemExit) as ended:
        train(*(word for name, value in others.items() if name != missing for word in (name, value)))
    assert ended.value.code == 2
    assert f"required: {missing}" in capsys.readouterr().err
