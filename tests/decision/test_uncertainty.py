"""What is said of a study's uncertainty, from looks and a record with known numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

from app.decision import uncertainty
from app.decision.interval_check import patient_intervals, transfers_of
from app.decision.uncertainty import group_for, looks_of, refusal, uncertainty_at, unlike, who
from app.decision.uncertainty_text import basis_text, interval_text, map_text, percent, volumes_text
from app.evaluation.volume_interval import FLOOR
from app.model.uncertainty_record import PatientLooks
from app.study import Probability, Sequence, Source, Study
from tests.model.looks_records import FLAIR, T1, group_of, record_of


def study_of(spacing=(1.0, 1.0, 1.0), sequences=(FLAIR,)):
    images = {sequence: np.ones((2, 3, 5), np.float32) for sequence in sequences}
    return Study("small", images, Source("picture", (2, 3, 5)), spacing)


def looks(plain=12):
    """Levels of 62 in `plain`, 12, 15, 9 and 12 voxels of 30, and of 50 in all but one."""
    levels = []
    for voxels in (plain, 12, 15, 9, 12):
        volume = np.full(30, 50, np.uint8)
        volume[:voxels], volume[-1] = 62, 0
        levels.append(volume.reshape(2, 3, 5))
    return looks_of(Probability(levels[0], "s", "c"), levels[1:])


def test_volumes_follow_the_threshold():
    found = uncertainty_at(looks(), group_of(), 0.3)
    assert (found.volume, found.looks, found.band) == (12, (12, 15, 9, 12), (0, 29))
    found = uncertainty_at(looks(), group_of(), 0.25)
    assert (found.volume, found.looks, found.band) == (29, (29, 29, 29, 29), (12, 29))


def test_the_spread_is_that_of_all_looks():
    assert looks().spread.reshape(-1).tolist() == [0] * 9 + [12] * 6 + [0] * 15


def test_the_band_ends_at_0_and_1():
    assert uncertainty_at(looks(), group_of(), 0.0).band == (29, 30)
    assert uncertainty_at(looks(), group_of(), 1.0).band == (0, 0)


def test_the_interval_is_as_wide_as_the_looks_are_apart():
    found = uncertainty_at(looks(), group_of(low=-2.0, high=1.0), 0.3)
    spread = np.log([13, 13, 16, 10, 13]).std()
    expected = [13 * np.exp(error * (spread + FLOOR)) - 1 for error in (-2.0, 1.0)]
    assert found.interval == pytest.approx(expected)
    assert found.reason is None


def test_without_anything_marked_there_is_no_interval():
    found = uncertainty_at(looks(plain=0), group_of(), 0.3)
    assert found.interval is None and found.reason == "Nothing is marked at this threshold."


def test_too_few_patients_for_an_interval():
    found = uncertainty_at(looks(), group_of(level=None), 0.3)
    assert found.interval is None and "too few" in found.reason


class TestWhoSpeaks:
    RECORD = record_of(group_of(), group_of("lgg", (FLAIR, T1)))

    @pytest.mark.parametrize(
        ("spacing", "sequences", "found"),
        [
            ((1.0, 1.0, 1.0), (FLAIR,), "brats"),
            (None, (FLAIR, T1), "lgg"),
            ((1.0, 1.0, 1.0), (FLAIR, T1), None),  # measured on pictures of LGG alone
            (None, (FLAIR,), None),
        ],
    )
    def test_the_data_set_most_like_it_with_the_same_sequences(self, spacing, sequences, found):
        study = study_of(spacing, sequences)
        group = group_for(self.RECORD, study)
        assert (None if group is None else group.dataset) == found
        assert (refusal(self.RECORD, study) is None) == (found is not None)

    def test_the_reason_names_what_was_measured(self):
        said = refusal(self.RECORD, study_of(sequences=(Sequence.T2,)))
        assert "with T2 alone, only on BraTS with FLAIR alone; LGG with FLAIR + T1." in said

    def test_without_a_record(self):
        assert group_for(None, study_of()) is None
        assert "was not measured" in refusal(None, study_of())

    @pytest.mark.parametrize(
        ("unlikeness", "reason", "expected"),
        [(0.02, "It is odd.", "It is odd."), (0.5, None, None), (None, "Too few patients.", None)],
    )
    def test_whether_it_is_unlike_them(self, monkeypatch, unlikeness, reason, expected):
        guarantee = SimpleNamespace(unlikeness=unlikeness, reason=reason)
        monkeypatch.setattr(uncertainty, "guarantee_for", lambda *_: guarantee)
        assert unlike(None, None, study_of(), {}) == expected


class TestText:
    def test_the_interval_in_ml_or_voxels(self):
        found = uncertainty_at(looks(), group_of(low=0.0, high=0.0), 0.3)
        assert interval_text(found, 0.5) == "**True volume: 6.0 to 6.0 ml**, with a chance of 78 %."
        assert "12 to 12 voxels" in interval_text(found, None)
        assert (
            interval_text(uncertainty_at(looks(0), group_of(), 0.3), 0.5)
            == ":gray[Nothing is marked at this threshold.]"
        )

    def test_every_look_is_named(self):
        said = volumes_text(uncertainty_at(looks(), group_of(), 0.3), None)
        assert said.startswith("Marked at 0.300: 12 voxels; mirrored 12 voxels; turned by 10° 15 voxels; ")
        assert said.endswith("At t ± 0.05, 0.250 to 0.350: 0 to 29 voxels.")

    def test_what_the_map_is_worth(self):
        said = map_text(group_of())
        for part in (
            "On 8 BraTS validation patients, FLAIR alone,",
            "within 0.05, 10 %",
            "apart, 75 %",
            "17 % of the errors",
        ):
            assert part in said

    def test_the_basis_names_the_patients(self):
        assert who(group_of()) in basis_text(group_of())
        assert basis_text(group_of(level=None)) == ""

    @pytest.mark.parametrize(
        ("share", "text"), [(0.7778, "78 %"), (0.034, "3.4 %"), (np.nan, "–"), (None, "–"), (1.0, "100 %")]
    )
    def test_shares(self, share, text):
        assert percent(share) == text


class TestCheck:
    def test_all_but_the_outermost_patients_are_held(self):
        """Their volumes are 10 to 80 % too large, their errors in that order."""
        patients = {f"P{n}": PatientLooks(1000, 1000 + 100 * n, (), 0.0) for n in range(1, 9)}
        rows = patient_intervals(group_of(patients=patients))
        assert [row.case for row in rows if not row.held] == ["P1", "P8"]
        assert (rows[7].interval[0], rows[7].interval[1]) == pytest.approx(
            (1801 / 1701 * 1001 - 1, 1801 / 1101 * 1001 - 1)
        )

    def test_too_few_to_leave_one_out(self):
        patients = {f"P{n}": PatientLooks(1000, 1100 + n, (), 0.0) for n in range(7)}
        assert patient_intervals(group_of(patients=patients)) == []

    def test_an_interval_is_tried_on_other_sets(self):
        other = {
            f"L{n}": PatientLooks(1000, 1000 + 100 * n, (), s) for n, s in ((0, 0), (3, 0.03), (5, 0.05), (20, 0.02))
        }
        record = record_of(group_of(), group_of("lgg", (FLAIR,), other), group_of("lgg", (FLAIR, T1), other))
        assert transfers_of(record, record.groups[0]) == [(record.groups[1], 2)]
        assert transfers_of(record, record.groups[1]) == []  # four patients give no interval
