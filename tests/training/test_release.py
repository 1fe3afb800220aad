from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
import pytest
from made_up_cases import TINY, cases_of

import app.training.release
from app.errors import DatasetError
from app.evaluation.choose import choose_threshold
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.checkpoint import load_network
from app.model.network_input import prepare
from app.study import Sequence, Source, Study
from app.training.cases import Case
from app.training.release import (
    SAMPLED,
    check_validation,
    curve_record,
    default_threshold,
    divide_logits,
    fit_temperature,
    release,
    sample_logits,
)
from app.training.split import Split

FLAIR, T1, T1CE, T2 = ALL = tuple(Sequence)
OF_LGG = (FLAIR, T1, T1CE)


def network_of(gain, bias=0.0, classes=(2,)):
    """A network whose logits of these classes are gain * FLAIR + bias, of background 0, and of the others far below."""
    inputs = keras.Input((None, None, 4))
    logits = keras.layers.Conv2D(4, 1, name="logits")(inputs)
    network = keras.Model(inputs, keras.layers.Softmax()(logits))
    kernel = np.zeros((1, 1, 4, 4), np.float32)
    offsets = np.array([0, -50, -50, -50], np.float32)
    kernel[0, 0, 0, classes], offsets[list(classes)] = gain, bias
    network.get_layer("logits").set_weights([kernel, offsets])
    return network


def study_of(seed, sequences=ALL, shape=(2, 240, 240)):
    """Noise; the tumour probability of a voxel is the sigmoid of its normalised FLAIR, and the reference a draw."""
    random = np.random.default_rng(seed)
    images = {s: (random.normal(size=shape) * 30 + 200).astype(np.float32) for s in sequences}
    study = Study(f"study {seed}", images, Source("picture", shape), (1.0, 1.0, 1.0))
    flair = prepare(study).intensities[FLAIR].normalise(images[FLAIR])
    drawn = random.random(shape) < 1 / (1 + np.exp(-flair))
    return Study(study.name, images, study.source, study.spacing, drawn.astype(np.uint8) * 2)


class MadeUpCase(Case):
    """A case whose study is not read from its folder."""

    def study(self):
        return STUDIES[self.name]


STUDIES = {
    "brats/B1": study_of(1),
    "brats/B2": study_of(2),
    "lgg/L1_2001": study_of(3, OF_LGG),
    "lgg/L2_2002": study_of(4, (FLAIR, T1CE)),
}
VALIDATION = tuple(MadeUpCase(*name.split("/"), Path(name)) for name in STUDIES)


class TestTemperature:
    @pytest.mark.parametrize("gain", [3.0, 0.5])
    def test_it_is_by_how_much_the_logits_are_too_large(self, gain):
        temperature = fit_temperature(network_of(gain), [study_of(5), study_of(6)], seed=1)
        assert temperature == pytest.approx(gain, rel=0.05)

    def test_the_three_classes_count_together(self):
        """Of three classes with equal logits l, the tumour probability is sigmoid(l + log 3)."""
        network = network_of(3.0, bias=-3 * np.log(3), classes=(1, 2, 3))
        assert fit_temperature(network, [study_of(5), study_of(6)], seed=1) == pytest.approx(3, rel=0.05)

    def test_dividing_the_logits_divides_them_inside_the_softmax(self):
        network = network_of(2.0, bias=0.7)
        planes = np.random.default_rng(1).normal(size=(2, 3, 5, 4)).astype(np.float32)
        logits = keras.Model(network.input, network.get_layer("logits").output)(planes)
        expected = keras.ops.softmax(logits / 1.6)
        divide_logits(network, 1.6)
        np.testing.assert_allclose(network(planes), expected, atol=1e-6)

    def test_the_pixels_drawn_have_the_labels_of_their_place(self):
        study = study_of(7, shape=(3, 60, 230))
        intensity = prepare(study).intensities[FLAIR]
        above = intensity.normalise(study.images[FLAIR]) > 0
        bright = Study("bright", study.images, study.source, study.spacing, above.astype(np.uint8))
        network = network_of(1.0)
        logits_of = keras.Model(network.input, network.get_layer("logits").output)
        logits, tumour = sample_logits(logits_of, bright, np.random.default_rng(2))
        assert (logits.shape, tumour.shape) == ((SAMPLED, 4), (SAMPLED,))
        edge = (intensity.black - intensity.mean) / intensity.deviation
        inside = np.abs(logits[:, 2] - edge) > 1e-6  # beyond the slice there is nothing but background
        assert inside.mean() == pytest.approx(60 * 230 / 240**2, abs=0.02)
        np.testing.assert_array_equal(tumour[inside], logits[inside, 2] > 0)
        assert not tumour[~inside].any()

    def test_the_seed_decides_the_pixels(self):
        first, again, other = (fit_temperature(network_of(2.0), [study_of(5)], seed) for seed in (1, 1, 2))
        assert first == again != other


def curve_of(inside=(), outside=()):
    """The curve of a study with these levels inside and outside its reference."""
    levels = np.array([[[*inside, *outside]]], np.uint8)
    return ThresholdCurve.from_levels(levels, np.array([[[True] * len(inside) + [False] * len(outside)]]))


GOOD = curve_of([*[80] * 19, 2], [10] * 10)  # precision of 0.7 from 0.055 on, recall of 0.95 up to 0.4
FAIR = curve_of([*[60] * 19, 2], [20] * 10)  # precision from 0.105 on
WEAK = curve_of([*[80] * 9, 0])  # never a recall of 0.95


class TestDefaultThreshold:
    def test_as_much_recall_as_the_precision_allows_on_all_patients_together(self):
        threshold, reason = default_threshold([("brats", ALL, {"a": GOOD}), ("lgg", OF_LGG, {"b": FAIR})])
        assert threshold == 0.055  # 38 of 40 found, 10 of the 20 false alarms gone: 38 / 48
        assert reason.startswith(
            "All voxels of the 2 validation patients with all sequences together give a recall of 0.950 and a "
            "precision of 0.792 there."
        )

    def test_only_all_sequences_of_a_data_set_decide(self):
        measured = [("brats", ALL, {"a": FAIR}), ("brats", (FLAIR,), {"a": WEAK}), ("lgg", (FLAIR, T1), {"b": WEAK})]
        assert default_threshold(measured)[0] == 0.105

    def test_a_network_that_does_not_reach_the_recall(self):
        with pytest.raises(DatasetError, match=r"too weak .*: No threshold above 0 .*0\.900"):
            default_threshold([("brats", ALL, {"a": WEAK})])

    def test_no_patient_with_all_sequences(self):
        with pytest.raises(DatasetError, match="No validation patient has all sequences"):
            default_threshold([("brats", (FLAIR,), {"a": GOOD})])


def threshold_curve_of(curve):
    return ThresholdCurve(np.array(curve.true_positives), np.array(curve.predicted), curve.positives)


class TestCurveRecord:
    def test_counts_are_pooled_and_scores_are_each_patients_own(self):
        curves = {"a": curve_of([100, 40, 200], [60]), "b": curve_of([], [150]), "c": curve_of([20], [0])}
        record = curve_record("lgg", (FLAIR,), curves, 0.3)
        assert (record.dataset, record.sequences, record.patients, record.positives) == ("lgg", (FLAIR,), 3, 4)
        assert len(record.true_positives) == len(record.predicted) == 201
        assert [record.true_positives[k] for k in (0, 20, 21, 60, 101, 200)] == [4, 4, 3, 2, 1, 1]
        assert [record.predicted[k] for k in (0, 20, 21, 60, 61, 101, 151)] == [7, 6, 5, 4, 3, 2, 1]
        assert record.patient_scores == {
            "a": {"recall": pytest.approx(2 / 3), "precision": pytest.approx(2 / 3), "dice": pytest.approx(4 / 6)},
            "b": {"recall": None, "precision": 0, "dice": None},
            "c": {"recall": 0, "precision": None, "dice": 0},
        }


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The card and the folder of an overconfident network."""
    folder = tmp_path_factory.mktemp("released")
    split = Split(tuple(cases_of("brats", "B7", "B8")), (*VALIDATION, *cases_of("simulated", "S1")))
    return release(network_of(2.5, bias=0.0), TINY, split, folder), folder


class TestRelease:
    def test_the_card_names_cases_and_recipe(self, released):
        card, _ = released
        assert card.training == ("brats/B7", "brats/B8")
        assert card.validation == (*STUDIES, "simulated/S1")
        assert card.recipe == asdict(TINY) | {"unet": asdict(TINY.unet) | {"filters": [2, 4]}}

    def test_the_network_is_saved_with_its_temperature(self, released):
        card, folder = released
        assert card.temperature == pytest.approx(2.5, rel=0.05)
        kernel, _ = load_network(folder).get_layer("logits").get_weights()
        assert kernel[0, 0, 0, 2] == pytest.approx(2.5 / card.temperature)

    def test_every_subset_of_every_data_set_has_a_curve(self, released):
        card, _ = released
        of_brats = [set(s) for n in range(1, 5) for s in combinations(ALL, n)]
        of_lgg = [set(s) for n in range(1, 4) for s in combinations(OF_LGG, n)]
        for dataset, subsets in (("brats", of_brats), ("lgg", of_lgg)):
            found = [set(curve.sequences) for curve in card.curves if curve.dataset == dataset]
            assert len(found) == len(subsets)
            assert all(subset in found for subset in subsets)
        assert card.datasets == ("brats", "lgg")

    def test_a_curve_is_over_the_patients_who_have_the_sequences(self, released):
        card, _ = released
        assert card.curve("brats", ALL).patients == 2
        assert card.curve("lgg", (FLAIR, T1CE)).patients == 2
        alone = card.curve("lgg", OF_LGG)
        assert alone.patients == 1
        assert list(alone.patient_scores) == ["L1_2001"]
        assert alone.positives == np.count_nonzero(STUDIES["lgg/L1_2001"].reference)

    def test_a_sequence_that_is_left_out_is_not_seen(self, released):
        """Without FLAIR this network knows nothing: one half everywhere."""
        predicted = np.array(released[0].curve("brats", (T1, T2)).predicted)
        assert predicted[0] == predicted[100] == 2 * 2 * 240 * 240
        assert predicted[101] == 0

    def test_the_threshold_is_chosen_on_all_patients_with_all_sequences(self, released):
        card, _ = released
        brats, lgg = card.curve("brats", ALL), card.curve("lgg", OF_LGG)
        pooled = threshold_curve_of(brats) + threshold_curve_of(lgg)
        assert card.threshold == choose_threshold(pooled)
        assert f"a recall of {pooled.at(card.threshold).recall:.3f}" in card.threshold_reason

    def test_nothing_is_written_for_a_network_that_is_too_weak(self, tmp_path, monkeypatch):
        monkeypatch.setattr(app.training.release, "measure", lambda *_: [("brats", ALL, {"B1": WEAK})])
        split = Split((), VALIDATION[:1])
        with pytest.raises(DatasetError, match="too weak"):
            release(network_of(1.0), TINY, split, tmp_path / "out")
        assert not (tmp_path / "out").exists()


def test_validation_needs_a_real_patient():
    simulated = tuple(cases_of("simulated", "S1", "S2"))
    with pytest.raises(DatasetError, match="give a BraTS or LGG folder too"):
        check_validation(Split(simulated[:1], simulated[1:]))
    check_validation(Split(simulated, tuple(cases_of("lgg", "L1"))))
