"""Streaming, calibrating without the patient, counting; through the command line, on made-up cases."""

from dataclasses import replace

import numpy as np
import pytest
from guarantee_cases import ALL, FLAIR, KEYS, SERVING, network_of, write_all

from app.__main__ import main
from app.errors import DatasetError
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.appearance import appearance_of
from app.model.calibration_patients import PATIENTS, SHIPPED, load_patients
from app.model.checkpoint import load_card
from app.model.inference import stream_levels
from app.study import Sequence
from app.training import logit_store
from app.training.calibrate import fit_calibration
from app.training.calibration_patients import calibration_without, countable, gather, served_levels, wanted_subsets
from app.training.logits import LogitCounts, count_logits, trained_network
from app.training.pipeline import load_cases


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = write_all(tmp_path_factory.mktemp("guarantee"))
    assert guarantee(folder) == 0
    return folder


@pytest.fixture(scope="module")
def patients(folder):
    return load_patients(folder / "checkpoint", load_card(folder / "checkpoint"))


def guarantee(folder, *more):
    options = ("--data", folder / "prepared", "--checkpoint", folder / "checkpoint", "--fold", folder / "fold-1")
    return main(["guarantee", *map(str, (*options, "--cache", folder / "cache", *more))])


def test_every_patient_is_held_back_by_one_network(patients):
    assert [(group.dataset, group.sequences) for group in patients.groups] == [("brats", ALL), ("brats", FLAIR)]
    for group in patients.groups:
        assert group.patients == tuple(f"P{number}" for number in range(6))
        assert group.networks == (SHIPPED,) * 3 + ("fold-1",) * 3
        assert group.positives.tolist() == [2 * 6 * 4 * 3] * 6
        assert "head spacing" in group.feature_names


@pytest.mark.parametrize(("patient", "others", "gain"), [(1, (0, 2), 2.0), (5, (3, 4), 5.0)])
def test_a_patient_is_counted_as_served_at_the_calibration_of_the_others(folder, patients, patient, others, gain):
    cases = load_cases([folder / "prepared"])
    network = trained_network(network_of(gain), SERVING)
    counts = [count_logits(network, cases[KEYS[other]].case.study().with_sequences(FLAIR)) for other in others]
    study = cases[KEYS[patient]].case.study().with_sequences(FLAIR)
    *_, last = stream_levels(study, network, fit_calibration([counts[0] + counts[1]]), 60)
    expected = ThresholdCurve.from_levels(last.levels, study.reference > 0)
    group = patients.group("brats", FLAIR)
    assert group.true_positives[patient].tolist() == expected.true_positives.tolist()
    assert group.predicted[patient].tolist() == expected.predicted.tolist()
    looks = appearance_of(study)
    assert group.features[patient] == pytest.approx([looks[name] for name in group.feature_names], rel=1e-5)


def test_what_was_streamed_is_not_streamed_again(folder, monkeypatch, capsys):
    before = (folder / "checkpoint" / PATIENTS).read_bytes()
    monkeypatch.setattr(logit_store, "stream_logits", None)  # which cannot be called
    assert guarantee(folder) == 0
    assert (folder / "checkpoint" / PATIENTS).read_bytes() == before
    assert "6 BraTS patients, FLAIR alone" in capsys.readouterr().out


def test_other_subsets_can_be_asked_for(folder, patients):
    case = next(iter(load_cases([folder / "prepared"]).values()))
    both = (Sequence.FLAIR, Sequence.T1CE)
    assert wanted_subsets(case, ()) == [ALL, FLAIR]
    assert wanted_subsets(case, (both, FLAIR, both)) == [both, FLAIR]
    lacking = replace(case, entry=replace(case.entry, sequences=["FLAIR"]))
    assert wanted_subsets(lacking, (both, FLAIR)) == [FLAIR]


def test_a_calibration_follows_the_one_of_the_card(folder):
    """Where the card's was fitted on a set of which nobody else is here, there is none."""
    card = load_card(folder / "checkpoint")
    case = next(iter(load_cases([folder / "prepared"]).values()))
    counts = LogitCounts.of(np.array([3.0, -3.0], np.float32), np.array([True, False]))
    own, other = {("brats", "P0"): counts}, {("brats", "P0"): counts, ("brats", "P1"): counts}
    assert calibration_without(case, FLAIR, own, card) is None
    assert calibration_without(case, FLAIR, other, card) == fit_calibration([counts])
    assert calibration_without(case, FLAIR, own | {("lgg", "P0"): counts}, card) is None
    assert calibration_without(case, (Sequence.T1CE,), other, card) is None  # not on the card at all


def test_levels_are_those_that_are_served(folder):
    study = load_cases([folder / "prepared"])[KEYS[0]].case.study().with_sequences(FLAIR)
    network = trained_network(network_of(3.0), SERVING)
    calibration = fit_calibration([count_logits(network, study)])
    *_, expected = stream_levels(study, network, calibration, 60)
    store = logit_store.LogitStore(folder / "elsewhere", "c0ffee")
    store.keep("a" * 64, study, FLAIR, network)
    assert np.array_equal(served_levels(store.logits("a" * 64, FLAIR), calibration, SERVING), expected.levels)


def test_a_patient_is_given_to_one_network_alone(folder):
    with pytest.raises(DatasetError, match="two networks"):
        guarantee_twice(folder)
    with pytest.raises(DatasetError, match="no held-back patient"):
        gather((), load_card(folder / "checkpoint"))


def guarantee_twice(folder):
    from app.training.calibration_patients import held_back, measure_network

    cases, card = load_cases([folder / "prepared"]), load_card(folder / "checkpoint")
    data = (folder / "checkpoint" / "gliolens.keras").read_bytes()
    networks = [held_back(name, data, card, KEYS[:3], cases, folder / "cache") for name in ("one", "other")]
    gather((each for held in networks for each in measure_network(held, (), card)), card)


def test_simulated_and_nameless_patients_have_no_part_in_it(folder):
    case = next(iter(load_cases([folder / "prepared"]).values()))
    others = [replace(case, case=replace(case.case, dataset=dataset)) for dataset in ("simulated", "figshare", "lgg")]
    assert countable([case, *others]) == [case, others[2]]
