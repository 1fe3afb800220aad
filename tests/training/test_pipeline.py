"""Training from folders to a checkpoint that segments, through the command line."""

import numpy as np
import pytest
from made_up_cases import write_case

from app.__main__ import main
from app.imaging import read_files, read_study
from app.model.checkpoint import load_card, load_network
from app.model.segmenter import Segmenter
from app.study import Sequence
from app.training import pipeline
from app.training.release import divide_logits

RECIPE = """
steps = 4
batch = 2
warmup = 1
save_every = 2
precision = "float32"
validation_share = 0.34
[unet]
filters = [2]
[augmentation]
rows = 32
columns = 24
shift = 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a finished run: six cases in data, the run, and out."""
    folder = tmp_path_factory.mktemp("training")
    for number in range(6):
        write_case(folder / "data" / f"P{number}", seed=number)
    (folder / "recipe.toml").write_text(RECIPE)
    assert train(folder) == 0
    return folder


def train(folder):
    arguments = {"--brats": "data", "--run": "run", "--out": "out", "--config": "recipe.toml"}
    return main(["train", *(str(word) for name, value in arguments.items() for word in (name, folder / value))])


def test_the_checkpoint_segments(folder):
    segmenter = Segmenter(folder / "out")
    study = read_study(read_files([folder / "data" / "P3"]))
    probability = segmenter.segment(study)
    assert probability.levels.shape == study.shape == (12, 20, 24)
    assert probability.mask(segmenter.card.threshold)[study.reference > 0].mean() > 0.5


def test_the_card_tells_how_it_came_about(folder):
    card = load_card(folder / "out")
    assert len(card.training) == 4
    assert sorted(card.training + card.validation) == [f"brats/P{number}" for number in range(6)]
    assert (card.recipe["steps"], card.recipe["unet"]["filters"]) == (4, [2])
    assert len(card.curves) == 15
    curve = card.curve("brats", tuple(Sequence))
    assert (curve.patients, curve.positives) == (2, 2 * 6 * 6 * 4)
    assert curve.true_positives[round(card.threshold * 200)] >= 0.95 * curve.positives
    assert sorted(f"brats/{patient}" for patient in curve.patient_scores) == list(card.validation)


def test_the_run_keeps_its_state_log_and_planes(folder):
    assert (folder / "run" / "state.weights.h5").exists()
    assert len((folder / "run" / "log.csv").read_text().splitlines()) == 3
    assert len(list((folder / "run" / "planes").glob("brats_P*.json"))) == 6


def test_a_second_call_goes_on_where_the_first_ended(folder, monkeypatch):
    """All steps are done, so what is to be released is the same network, with the same patients held back."""
    released = []
    card = load_card(folder / "out")
    monkeypatch.setattr(pipeline, "release", lambda *given: released.append(given) or card)
    assert train(folder) == 0
    ((network, recipe, split, out),) = released
    assert (recipe.steps, out) == (4, folder / "out")
    assert tuple(case.name for case in split.training) == card.training
    assert tuple(case.name for case in split.validation) == card.validation
    divide_logits(network, card.temperature)
    for weights, expected in zip(network.get_weights(), load_network(out).get_weights(), strict=True):
        np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_nothing_is_begun_without_a_patient_to_choose_the_threshold_on(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pipeline, "fit", lambda *_: pytest.fail("training began"))
    for name in ("S1", "S2"):
        write_case(tmp_path / "simulated" / name, seed=1)
    command = ["train", "--simulated", tmp_path / "simulated", "--run", tmp_path / "run", "--out", tmp_path / "out"]
    assert main(list(map(str, command))) == 1
    assert "give a BraTS or LGG folder too" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_case_without_reference_ends_the_run_before_training(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pipeline, "fit", lambda *_: pytest.fail("training began"))
    for name, with_reference in (("P1", True), ("P2", False)):
        write_case(tmp_path / "data" / name, seed=1, reference=with_reference)
    command = ["train", "--brats", tmp_path / "data", "--run", tmp_path / "run", "--out", tmp_path / "out"]
    assert main(list(map(str, command))) == 1
    err = capsys.readouterr().err
    assert f"{tmp_path / 'data' / 'P2'} has no reference mask" in err
    assert err.count("\n") == 1
