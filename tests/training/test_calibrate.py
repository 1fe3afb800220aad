from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.study import Sequence
from app.training import calibrate
from app.training.calibrate import THRESHOLD, fit_calibration, fit_calibrations, fit_temperature, subsets
from app.training.datasets import Case
from app.training.logits import LogitCounts

FLAIR, T1, T1CE, T2 = Sequence


def drawn(gain, offset=0.0, size=200_000, seed=1):
    """Logits that are `gain` times too large and `offset` too high for what is drawn from them."""
    random = np.random.default_rng(seed)
    truth = random.normal(-1, 3, size)
    tumour = random.random(size) < 1 / (1 + np.exp(-truth))
    return LogitCounts.of((gain * truth + offset).astype(np.float32), tumour)


@pytest.mark.parametrize("gain", [3.0, 0.5])
def test_the_temperature_is_by_how_much_the_logits_are_too_large(gain):
    assert fit_temperature([drawn(gain)]) == pytest.approx(gain, rel=0.03)


def test_data_sets_weigh_the_same_however_large():
    assert fit_temperature([drawn(1.0), drawn(4.0, size=2_000)]) == pytest.approx(
        fit_temperature([drawn(1.0), drawn(4.0)]), rel=0.1
    )


@pytest.mark.parametrize("offset", [-4.0, 0.0, 2.5])
def test_the_default_threshold_finds_what_is_aimed_at(offset):
    """Two well separated groups: a recall of 0.96 with a high precision, wherever their logits lie."""
    random = np.random.default_rng(2)
    tumour = np.arange(100_000) < 20_000
    logit = (np.where(tumour, 4, -4) + random.normal(0, 1.5, tumour.size) + offset).astype(np.float32)
    probability = fit_calibration([LogitCounts.of(logit, tumour)]).probability(logit)
    found = probability >= THRESHOLD
    assert found[tumour].mean() == pytest.approx(0.96, abs=0.01)
    assert tumour[found].mean() > 0.9


def test_the_data_set_with_the_least_recall_decides():
    easy = LogitCounts.of(np.array([5, -5], np.float32).repeat(100), np.array([True, False]).repeat(100))
    hard = LogitCounts.of(np.array([-2, -9], np.float32).repeat(100), np.array([True, False]).repeat(100))
    calibration = fit_calibration([easy, hard])
    assert calibration.probability(np.float32(-1.9)) >= THRESHOLD > calibration.probability(np.float32(-2.1))


def test_subsets_of_a_data_set():
    assert len(subsets("brats")) == 15
    assert subsets("lgg")[0] == (FLAIR, T1, T1CE)
    assert subsets("figshare") == [(T1CE,)]


def test_a_subset_that_is_all_that_a_set_has_is_calibrated_on_it(monkeypatch):
    """T1ce alone is how figshare's cases come; LGG's, with T1ce picked out of them, have no say in it."""

    class Named(Case):
        def study(self):
            images = {s: None for s in ((T1CE,) if self.dataset == "figshare" else (FLAIR, T1CE))}
            study = SimpleNamespace(images=images, name=self.dataset)
            study.with_sequences = lambda subset: study
            return study

    threshold = {"figshare": -3.0, "lgg": 2.0}
    logit = lambda place: np.array([place, -20], np.float32).repeat(50)  # noqa: E731
    count = lambda _, study: LogitCounts.of(logit(threshold[study.name]), np.array([True, False]).repeat(50))  # noqa: E731
    monkeypatch.setattr(calibrate, "count_logits", count)
    cases = {name: [Named(name, "1", "1", (Path("1"),))] for name in threshold}
    fitted = fit_calibrations(None, cases)
    assert sorted(fitted) == ["FLAIR", "FLAIR+T1ce", "T1ce"]
    for name, place in (("T1ce", -3.0), ("FLAIR", 2.0)):
        assert fitted[name].probability(np.float32(place + 0.1)) >= THRESHOLD
        assert fitted[name].probability(np.float32(place - 0.1)) < THRESHOLD
