"""Releasing a network whose logits are known, on studies whose reference is drawn from its probability."""

from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
import pytest

from app.errors import DatasetError
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.calibration_patients import PATIENTS
from app.model.checkpoint import load_network
from app.model.network_input import prepare
from app.model.serving import Serving
from app.study import Sequence, Source, Study
from app.training.calibrate import THRESHOLD
from app.training.datasets import Case
from app.training.recipe import Recipe
from app.training.release import curve_record, real_cases, release, threshold_reason
from app.training.split import Split, read_split

FLAIR, T1, T1CE, T2 = ALL = tuple(Sequence)
OF_LGG = (FLAIR, T1, T1CE)


def network_of(gain):
    """A network whose oedema logit is gain * FLAIR, of background 0, and of the others far below."""
    inputs = keras.Input((None, None, 4))
    logits = keras.layers.Conv2D(4, 1, name="logits")(inputs)
    network = keras.Model(inputs, keras.layers.Softmax()(logits))
    kernel = np.zeros((1, 1, 4, 4), np.float32)
    kernel[0, 0, 0, 2] = gain
    network.get_layer("logits").set_weights([kernel, np.array([0, -50, 0, -50], np.float32)])
    return network


def study_of(seed, sequences=ALL, shape=(2, 240, 240)):
    """Noise; the tumour logit of a voxel is three times its normalised FLAIR, and the reference a draw, all oedema."""
    random = np.random.default_rng(seed)
    images = {s: (random.normal(size=shape) * 30 + 200).astype(np.float32) for s in sequences}
    study = Study(f"study {seed}", images, Source("picture", shape), (1.0, 1.0, 1.0))
    flair = prepare(study).intensities[FLAIR].normalise(images[FLAIR])
    drawn = random.random(shape) < 1 / (1 + np.exp(-3 * flair))
    return Study(study.name, images, study.source, study.spacing, drawn.astype(np.uint8) * 2)


class MadeUpCase(Case):
    """A case whose study is not read from files."""

    def study(self):
        return STUDIES[self.key]


STUDIES = {
    "brats/B1": study_of(1),
    "brats/B2": study_of(2),
    "lgg/L1_2001": study_of(3, OF_LGG),
    "lgg/L1_2002": study_of(4, (FLAIR, T1CE)),
}
VALIDATION = tuple(
    MadeUpCase(*key.split("/"), patient=key.split("/")[1].split("_")[0], files=(Path(key),)) for key in STUDIES
)
TRAINING = tuple(Case("brats", name, name, (Path(name),)) for name in ("B7", "B8"))
SIMULATED = Case("simulated", "S1", "S1", (Path("S1"),))


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The card and the folder of an overconfident network; another one's calibration patients lay there."""
    folder = tmp_path_factory.mktemp("released") / "new"
    folder.mkdir()
    (folder / PATIENTS).write_bytes(b"of another network")
    return release(
        network_of(7.5), Recipe(serving=Serving(0, 0)), Split(TRAINING, (*VALIDATION, SIMULATED)), folder
    ), folder


class TestRelease:
    def test_the_card_names_cases_and_recipe(self, released):
        card, _ = released
        assert card.serving == Serving(0, 0)
        assert card.training == ("brats/B7", "brats/B8")
        assert card.validation == (*STUDIES, "simulated/S1")
        assert card.recipe["unet"]["filters"] == list(Recipe().unet.filters)

    def test_the_calibration_patients_of_another_network_are_gone(self, released):
        _, folder = released
        assert not (folder / PATIENTS).exists()

    def test_network_and_split_lie_beside_it(self, released):
        _, folder = released
        kernel, _ = load_network(folder).get_layer("logits").get_weights()
        assert kernel[0, 0, 0, 2] == 7.5
        split = read_split(folder / "split.json", (*TRAINING, *VALIDATION, SIMULATED))
        assert split == Split(TRAINING, (*VALIDATION, SIMULATED))

    def test_every_subset_is_calibrated(self, released):
        card, _ = released
        assert len(card.calibrations) == 15
        assert card.calibration(ALL).temperature == pytest.approx(2.5, rel=0.1)

    def test_the_default_threshold_reaches_recall_and_precision(self, released):
        card, _ = released
        assert card.threshold == THRESHOLD == 0.3
        at = ThresholdCurve.from_dict(asdict(card.curve("brats", ALL))).at(0.3)
        assert at.recall == pytest.approx(0.96, abs=0.003)
        assert at.precision >= 0.70
        assert f"BraTS {at.recall:.3f} and {at.precision:.3f};" in card.threshold_reason

    def test_every_subset_of_every_data_set_has_a_curve(self, released):
        card, _ = released
        for dataset, possible in (("brats", ALL), ("lgg", OF_LGG)):
            found = [set(curve.sequences) for curve in card.curves if curve.dataset == dataset]
            expected = [set(s) for n in range(1, len(possible) + 1) for s in combinations(possible, n)]
            assert len(found) == len(expected)
            assert all(subset in found for subset in expected)
        assert card.datasets == ("brats", "lgg")

    def test_a_curve_is_over_the_cases_that_have_the_sequences(self, released):
        card, _ = released
        alone, both = card.curve("lgg", OF_LGG), card.curve("lgg", (FLAIR, T1CE))
        assert (list(alone.patient_scores), list(both.patient_scores)) == (["L1_2001"], ["L1_2001", "L1_2002"])
        assert (alone.patients, both.patients) == (1, 1)
        assert alone.positives == np.count_nonzero(STUDIES["lgg/L1_2001"].reference)
        assert alone.head_voxels >= prepare(STUDIES["lgg/L1_2001"]).head.sum()
        assert alone.head_voxels - alone.predicted[1] >= alone.positives - alone.true_positives[1]

    def test_a_sequence_that_is_left_out_is_not_seen(self, released):
        """Without FLAIR this network says the same of every voxel."""
        predicted = np.array(released[0].curve("brats", (T1, T2)).predicted)
        assert set(predicted.tolist()) == {0, 2 * 2 * 240 * 240}

    def test_classes_are_scored_where_they_are_known(self, released):
        card, _ = released
        assert set(card.curve("brats", ALL).patient_scores["B1"]) == {
            "recall", "precision", "dice", "core", "enhancing",
        }  # fmt: skip
        assert card.curve("brats", ALL).patient_scores["B1"]["core"] is None  # there is none in the reference
        assert set(card.curve("lgg", OF_LGG).patient_scores["L1_2001"]) == {"recall", "precision", "dice"}


def curve_of(inside=(), outside=()):
    """The curve of a study with these levels inside and outside its reference."""
    levels = np.array([[[*inside, *outside]]], np.uint8)
    return ThresholdCurve.from_levels(levels, np.array([[[True] * len(inside) + [False] * len(outside)]]))


def test_counts_are_pooled_and_scores_are_each_cases_own():
    scored = {
        "a": (curve_of([100, 40, 200], [60]), 7, {"dice": 0.5}),
        "b": (curve_of([], [150]), 5, {"dice": None}),
        "c": (curve_of([20], [0]), 2, {"dice": 0.0}),
    }
    record = curve_record("lgg", (FLAIR,), scored, 2)
    assert (record.dataset, record.sequences, record.patients) == ("lgg", (FLAIR,), 2)
    assert (record.positives, record.head_voxels) == (4, 14)
    assert [record.true_positives[k] for k in (0, 20, 21, 60, 101, 200)] == [4, 4, 3, 2, 1, 1]
    assert [record.predicted[k] for k in (0, 20, 21, 60, 61, 101, 151)] == [7, 6, 5, 4, 3, 2, 1]
    assert record.patient_scores == {"a": {"dice": 0.5}, "b": {"dice": None}, "c": {"dice": 0.0}}


def test_the_reason_says_what_was_reached_with_all_sequences():
    met = curve_record("brats", ALL, {"a": (curve_of([80] * 20, [80]), 30, {})}, 1)
    missed = curve_record("lgg", OF_LGG, {"a": (curve_of([80] * 20, [80] * 10), 30, {})}, 1)
    part = curve_record("lgg", (FLAIR,), {"a": (curve_of([80]), 30, {})}, 1)
    assert threshold_reason([met, missed, part]).endswith(": BraTS 1.000 and 0.952; LGG 1.000 and 0.667 (missed).")


def test_validation_needs_a_real_patient():
    with pytest.raises(DatasetError, match="prepare a BraTS, LGG or figshare set too"):
        real_cases(Split(TRAINING, (SIMULATED,)))
    assert list(real_cases(Split(TRAINING, VALIDATION))) == ["brats", "lgg"]
