from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.decision.guarantee import guarantee_for, guarantee_of
from app.model.calibration_patients import SHIPPED, CalibrationPatients, PatientGroup
from app.study import Sequence, Source, Study

FLAIR, T1, _, _ = Sequence
CARD = SimpleNamespace(sha256="c0ffee")
NAMES = ("FLAIR roughness", "head size")
MIDDLE = {"FLAIR roughness": 0.2, "head size": 4.8}


def group_of(patients=20, dataset="brats", missed=(41, 81), networks=None):
    """Each has 1000 voxels of tumour, loses half of them from one level on and all from another; finds 250 others."""
    half, everything = missed
    found = np.full((patients, 201), 1000)
    found[:, half:], found[:, everything:] = 500, 0
    random = np.random.default_rng(0)
    looks = np.stack([random.normal(0.2, 0.02, patients), random.normal(4.8, 0.05, patients)], axis=1)
    names = tuple(f"P{n}" for n in range(patients))
    return PatientGroup(
        dataset, (FLAIR,), names, networks or (SHIPPED,) * patients, found, found + np.where(found > 0, 250, 0),
        np.full(patients, 1000), looks, NAMES,
    )  # fmt: skip


def study_of(spacing=(1.0, 1.0, 1.0), sequences=(FLAIR,)):
    shape = (2, 8, 8)
    image = np.arange(128, dtype=np.float32).reshape(shape)
    return Study("study", {s: image for s in sequences}, Source("volume", shape), spacing)


def guarantee(group=None, study=None, alpha=0.1, appearance=MIDDLE):
    patients = CalibrationPatients("c0ffee", (group_of() if group is None else group,))
    return guarantee_for(CARD, patients, study_of() if study is None else study, alpha, appearance)


def test_the_largest_threshold_that_holds():
    """20 patients and alpha 0.1: a mean rate of at most (0.1 * 21 - 1) / 20 = 0.055, so 0 and not 0.5."""
    found = guarantee()
    assert found.offered and found.reason is None
    assert (found.threshold, found.patients, found.who) == (0.2, 20, "20 BraTS patients, FLAIR alone")
    assert (found.false_negative_rate, found.precision) == (0.0, pytest.approx(0.8))
    assert (found.out_of_fold, found.sequences) == (False, (FLAIR,))
    assert found.unlikeness > 0.5


def test_patients_without_tumour_are_not_counted():
    group = group_of(21)
    found = np.vstack([group.true_positives[:20], np.zeros(201, np.int64)])
    without = replace(group, true_positives=found, positives=found[:, 0])
    assert guarantee(without).patients == 20
    assert guarantee(without).precision == pytest.approx(0.8)  # and all that is marked in such a patient is wrong


def test_too_few_patients_are_told_how_many_are_needed():
    found = guarantee(alpha=0.04)
    assert (found.threshold, found.offered) == (None, False)
    assert found.reason == (
        "A bound of 4 % needs 24 calibration patients, and there are 20, who can hold 4.8 % at best."
    )


def test_a_bound_that_no_threshold_holds():
    found = guarantee(group_of(missed=(1, 81)))
    assert found.threshold is None
    assert found.reason == (
        "No threshold holds a bound of 10 %: even at 0.005, 50.0 % of the tumour of these patients is missed on "
        "average."
    )


def test_an_unlike_scan_is_turned_down_with_its_oddest_feature():
    found = guarantee(appearance=MIDDLE | {"FLAIR roughness": 0.4})
    assert found.threshold == 0.2 and not found.offered
    assert found.unlikeness == pytest.approx(1 / 21)
    assert found.reason.startswith(
        "This scan is unlike those of the calibration patients: of 21 who are alike, about one"
    )
    assert "the roughness of its FLAIR is 4.1" in found.reason and found.reason.endswith(
        "standard deviations above theirs."
    )
    below = guarantee(appearance=MIDDLE | {"head size": 3.0})
    assert "the area of its head is" in below.reason and "below theirs" in below.reason


def test_a_scan_whose_geometry_is_not_known_cannot_be_held_against_theirs():
    found = guarantee(appearance={"FLAIR roughness": 0.2})
    assert found.threshold == 0.2 and not found.offered and found.unlikeness is None
    assert "cannot be told" in found.reason


def test_without_a_record_nothing_is_said():
    found = guarantee_for(CARD, None, study_of(), 0.05)
    assert (found.threshold, found.patients, found.offered) == (None, 0, False)
    assert found.reason == "This checkpoint has no record of calibration patients."


def test_other_sequences_or_data_sets_do_not_stand_in():
    found = guarantee(study=study_of(sequences=(FLAIR, T1)))
    assert found.reason == "There are no calibration patients like this one who were given FLAIR + T1."
    both = CalibrationPatients("c0ffee", (group_of(), group_of(25, "lgg", missed=(61, 81))))
    of_volume, of_picture = (guarantee_for(CARD, both, study_of(s), 0.1, MIDDLE) for s in ((1.0, 1.0, 1.0), None))
    assert (of_volume.who, of_picture.who) == ("20 BraTS patients, FLAIR alone", "25 LGG patients, FLAIR alone")
    assert (of_volume.threshold, of_picture.threshold) == (0.2, 0.3)


def test_several_networks_are_told():
    assert guarantee(group_of(networks=(SHIPPED,) * 19 + ("fold-1",))).out_of_fold


def test_a_scan_is_looked_at_when_that_was_not_done_before():
    found = guarantee(appearance=None)
    assert found.threshold == 0.2 and found.unlikeness == pytest.approx(1 / 21)  # a ramp is no head


def test_the_record_is_of_this_checkpoint():
    with pytest.raises(ValueError, match="another checkpoint"):
        guarantee_for(SimpleNamespace(sha256="decaf"), CalibrationPatients("c0ffee", ()), study_of(), 0.1)


def test_precision_is_over_those_of_whom_something_is_marked():
    group = group_of(40)
    found, predicted = group.true_positives.copy(), group.predicted.copy()
    found[0], predicted[0] = 0, 0
    found[0, 0] = predicted[0, 0] = 1000
    got = guarantee_of(replace(group, true_positives=found, predicted=predicted), 0.2)
    assert (got.threshold, got.precision) == (0.2, pytest.approx(0.8))
    assert got.false_negative_rate == pytest.approx(1 / 40)
