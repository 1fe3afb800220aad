"""From folders to a checkpoint that segments, through the command line: prepare, train, calibrate, cross-validate."""

import json

import numpy as np
import pytest
from dataset_files import write_case

from app.__main__ import main
from app.imaging import read_files, read_study
from app.model.checkpoint import load_card, load_network
from app.model.segmenter import Segmenter
from app.study import Sequence
from app.training import pipeline

RECIPE = """
steps = 4
batch = 2
warmup = 1
precision = "float32"
validate_every = 2
validation_slices = 4
folds = 3
[unet]
filters = [2]
[augmentation]
rows = 32
columns = 32
shift = 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a finished run: six cases, prepared, the run, and out."""
    folder = tmp_path_factory.mktemp("training")
    for number in range(6):
        write_case(folder / "data" / f"P{number}", seed=number)
    (folder / "recipe.toml").write_text(RECIPE)
    assert main(["prepare", "brats", str(folder / "data"), str(folder / "prepared" / "brats")]) == 0
    assert train(folder) == 0
    return folder


def train(folder, run="run", *more):
    options = {"--data": folder / "prepared", "--run": folder / run, "--config": folder / "recipe.toml"}
    return main(["train", *(str(word) for option in options.items() for word in option), *map(str, more)])


def test_the_checkpoint_segments(folder):
    segmenter = Segmenter(folder / "run" / "checkpoint")
    study = read_study(read_files([folder / "data" / "P3"]))
    probability = segmenter.segment(study, classes=True)
    assert probability.levels.shape == probability.classes.shape == study.shape == (12, 20, 24)
    assert set(np.unique(probability.labels(segmenter.card.threshold))) <= {0, 1, 2, 4}


def test_the_card_tells_how_it_came_about(folder):
    card = load_card(folder / "run" / "checkpoint")
    assert len(card.training) == 4
    assert sorted(card.training + card.validation) == [f"brats/P{number}" for number in range(6)]
    assert (card.recipe["steps"], card.recipe["unet"]["filters"]) == (4, [2])
    assert len(card.curves) == len(card.calibrations) == 15
    curve = card.curve("brats", tuple(Sequence))
    assert (curve.patients, curve.positives) == (2, 2 * 6 * 6 * 4)
    assert sorted(f"brats/{patient}" for patient in curve.patient_scores) == sorted(card.validation)


def test_a_second_call_goes_on_where_the_first_ended(folder, monkeypatch):
    """All steps are done, so what is to be released is the same network, with the same patients held back."""
    released = []
    out = folder / "run" / "checkpoint"
    card = load_card(out)
    monkeypatch.setattr(pipeline, "release", lambda *given: released.append(given) or card)
    assert train(folder) == 0
    ((network, recipe, split, to),) = released
    assert (recipe.steps, to) == (4, out)
    assert tuple(case.key for case in split.training) == card.training
    assert tuple(case.key for case in split.validation) == card.validation
    for weights, expected in zip(network.get_weights(), load_network(out).get_weights(), strict=True):
        np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_a_finished_run_is_calibrated_again(folder):
    options = {"--data": folder / "prepared", "--run": folder / "run", "--out": folder / "again"}
    assert main(["calibrate", *(str(word) for option in options.items() for word in option)]) == 0
    again, first = load_card(folder / "again"), load_card(folder / "run" / "checkpoint")
    assert (again.calibrations, again.curves, again.validation) == (first.calibrations, first.curves, first.validation)


def test_another_recipe_or_split_needs_another_run(folder, capsys):
    assert train(folder, "run", "--fold", 1) == 1
    assert "holds a run with another split. Start afresh with a new folder for --run" in capsys.readouterr().err
    (folder / "other.toml").write_text(RECIPE.replace("steps = 4", "steps = 5"))
    assert train(folder, "run", "--config", folder / "other.toml") == 1
    assert "holds a run with another recipe" in capsys.readouterr().err


def test_a_split_can_be_given(folder, tmp_path):
    sides = {"training": ["brats/P0", "brats/P1"], "validation": ["brats/P4"]}
    (tmp_path / "split.json").write_text(json.dumps(sides))
    assert train(folder, "given", "--split", tmp_path / "split.json", "--out", tmp_path / "out") == 0
    card = load_card(tmp_path / "out")
    assert (list(card.training), list(card.validation)) == (sides["training"], sides["validation"])


def test_cross_validation_scores_every_patient_once(folder, capsys):
    assert train(folder, "folds", "--cross-validate") == 0
    assert capsys.readouterr().out.count("\n") == 3
    (curve,) = (
        c
        for c in json.loads((folder / "folds" / "cross-validation.json").read_text())
        if c["sequences"] == list(Sequence)
    )
    assert (curve["patients"], sorted(curve["patient_scores"])) == (6, [f"P{number}" for number in range(6)])
    held_back = [load_card(folder / "folds" / f"fold-{n}" / "checkpoint").validation for n in range(3)]
    assert sorted(key for fold in held_back for key in fold) == [f"brats/P{number}" for number in range(6)]


def test_nothing_is_begun_without_a_patient_to_choose_the_threshold_on(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pipeline, "fit", lambda *_: pytest.fail("training began"))
    assert main(["prepare", "simulated", str(folder / "data"), str(tmp_path / "simulated")]) == 0
    command = ["train", "--data", tmp_path / "simulated", "--run", tmp_path / "run"]
    assert main(list(map(str, command))) == 1
    assert "prepare a BraTS, LGG or figshare set too" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_case_of_two_sets_is_refused(folder, capsys):
    sets = [str(folder / "prepared" / "brats")] * 2
    assert main(["train", "--data", *sets, "--run", str(folder / "twice")]) == 1
    assert "brats/P0 is in two of the prepared sets; give it once." in capsys.readouterr().err


def test_a_run_that_is_not_finished_cannot_be_calibrated(folder, tmp_path, capsys):
    command = ["calibrate", "--data", folder / "prepared", "--run", tmp_path, "--out", tmp_path / "out"]
    assert main(list(map(str, command))) == 1
    assert "holds no finished network; run python -m app train with it first" in capsys.readouterr().err
