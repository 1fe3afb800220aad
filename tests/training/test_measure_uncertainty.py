"""Looks at made-up cases, of which every count is known."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.errors import DatasetError
from app.evaluation.spread import log_spread
from app.study import Sequence, Source, Study
from app.training.datasets import Case
from app.training.measure_uncertainty import measure_case, measure_groups, validation_cases

FLAIR, T1, T1CE, T2 = ALL = tuple(Sequence)
SHAPE = (1, 4, 6)


def study_of(tumour=6, sequences=ALL):
    reference = np.zeros(24, np.uint8)
    reference[:tumour] = 2
    image = np.zeros(SHAPE, np.float32)
    image[0, 1] = 50 + tumour
    return Study("made up", {s: image for s in sequences}, Source("picture", SHAPE), None, reference.reshape(SHAPE))


def levels(**places):
    """0 everywhere, but for the level that is given for voxels such as `v3`."""
    volume = np.zeros(24, np.uint8)
    for name, level in places.items():
        volume[int(name[1:])] = level
    return volume.reshape(SHAPE)


PLAIN = levels(v0=150, v1=60, v2=59, v6=70, v7=8)
FURTHER = levels(v0=150, v1=20, v2=61, v3=9, v6=10, v7=12)


class MadeUpCase(Case):
    """A case whose study is not read from files."""

    def study(self):
        return STUDIES[self.key]


STUDIES = {f"brats/B{n}": study_of(n) for n in range(1, 10)} | {
    "lgg/L1": study_of(3, (FLAIR, T1)),
    "lgg/L2": study_of(),
}
CASES = [MadeUpCase(*key.split("/"), patient=key.split("/")[1], files=(Path(key),)) for key in STUDIES]


def looked(study):
    """As many voxels as the reference has, and one more in the second look."""
    tumour = int((study.reference > 0).sum())
    return [levels(**{f"v{n}": 200 for n in range(tumour + more)}) for more in (0, 1)]


class TestCase:
    FOUND = measure_case(study_of(), lambda study: [PLAIN, FURTHER], 0.3)

    def test_volumes_of_every_look(self):
        assert self.FOUND.reference == 6
        assert [self.FOUND.volumes[look][60] for look in (0, 1)] == [3, 2]

    def test_voxels_that_some_look_sees_by_their_spread(self):
        """Seen are 0, 1, 2, 6 and 7; 2 is missed and 6 is a false alarm."""
        assert {k: n for k, n in enumerate(self.FOUND.right) if n} == {0: 1, 40: 1, 4: 1}
        assert {k: n for k, n in enumerate(self.FOUND.wrong) if n} == {2: 1, 60: 1}

    def test_the_same_voxels_by_the_doubt_of_the_plain_look(self):
        assert {k: n for k, n in enumerate(self.FOUND.single_right) if n} == {50: 1, 60: 1, 8: 1}
        assert {k: n for k, n in enumerate(self.FOUND.single_wrong) if n} == {59: 1, 70: 1}

    def test_the_rest_of_the_head(self):
        """The head is the second row, voxels 6 to 11; 3, 4 and 5 are tumour that no look sees."""
        assert (self.FOUND.unseen_right, self.FOUND.unseen_wrong) == (4, 3)

    def test_a_reference_without_tumour_is_refused(self):
        with pytest.raises(DatasetError, match="no tumour"):
            measure_case(study_of(tumour=0), lambda study: [PLAIN], 0.3)


class TestGroups:
    def test_one_for_each_data_set_and_subset(self, tmp_path):
        groups = measure_groups(CASES, [(), (FLAIR,)], looked, 0.3, tmp_path / "work")
        assert [(group.dataset, group.sequences, len(group.patients)) for group in groups] == [
            ("brats", (FLAIR,), 9),
            ("brats", ALL, 9),
            ("lgg", (FLAIR,), 2),
            ("lgg", (FLAIR, T1, T1CE), 1),  # the other one lacks T1ce
        ]

    def test_what_it_holds(self, tmp_path):
        group, _ = measure_groups(CASES, [(FLAIR,)], looked, 0.3, tmp_path)
        assert group.level == 0.8
        patient = group.patients["B3"]
        spread = log_spread(np.array([[3], [4]]))[0]
        assert (patient.reference, patient.volume, patient.looks) == (3, 3, (4,))
        assert patient.log_spread == round(spread, 4)
        assert (group.low[60], group.high[60]) == (0, 0)  # the plain look is right
        assert group.low[0] < group.high[0] < 0  # at threshold 0 all of the picture is marked
        assert (sum(group.right), sum(group.wrong)) == (54, 0)  # 2 to 10 voxels a patient

    def test_too_few_patients_give_no_interval(self, tmp_path):
        _, group = measure_groups(CASES, [(FLAIR,)], looked, 0.3, tmp_path)
        assert (group.level, group.low, group.high) == (None, (), ())

    def test_it_goes_on_where_it_stopped(self, tmp_path):
        asked = []

        def look_at(study):
            if len(asked) == 3:
                raise KeyboardInterrupt
            asked.append(study)
            return looked(study)

        with pytest.raises(KeyboardInterrupt):
            measure_groups(CASES, [(FLAIR,)], look_at, 0.3, tmp_path)
        (tmp_path / "brats-B2-FLAIR-1.json").write_text('{"reference": 2')  # damaged since
        again = []
        groups = measure_groups(CASES, [(FLAIR,)], lambda s: again.append(s) or looked(s), 0.3, tmp_path)
        assert len(again) == len(CASES) - 2
        assert groups == measure_groups(CASES, [(FLAIR,)], looked, 0.3, tmp_path / "afresh")
        assert json.loads((tmp_path / "brats-B2-FLAIR-1.json").read_text())["reference"] == 2

    def test_sequences_that_nobody_has(self, tmp_path):
        with pytest.raises(DatasetError, match="None of the validation cases"):
            measure_groups(CASES[-2:-1], [(T2,)], looked, 0.3, tmp_path)


class TestWhoIsMeasured:
    CARD = SimpleNamespace(validation=("brats/B2", "brats/B1", "lgg/L2", "simulated/S1", "figshare/7"))

    def test_validation_patients_of_the_sets_at_hand(self):
        simulated = Case("simulated", "S1", "S1", (Path("S1"),))
        found = validation_cases(self.CARD, [*CASES, simulated])
        assert [case.key for case in found] == ["brats/B1", "brats/B2", "lgg/L2"]

    def test_one_case_a_patient(self):
        cases = [Case("brats", name, "the same", (Path(name),)) for name in ("B2", "B1")]
        assert [case.key for case in validation_cases(self.CARD, cases)] == ["brats/B1"]

    def test_none_may_be_left_out(self):
        with pytest.raises(DatasetError, match=r"1 validation cases .*brats/B2"):
            validation_cases(self.CARD, [case for case in CASES if case.name != "B2"])

    def test_nobody(self):
        with pytest.raises(DatasetError, match="no validation patient"):
            validation_cases(SimpleNamespace(validation=("lgg/L9",)), CASES[:2])
