import numpy as np

from app.exports.coverage_table import coverage_text
from app.model.calibration_patients import SHIPPED, CalibrationPatients, PatientGroup
from app.study import Sequence


def test_each_group_has_its_rows():
    found = np.full((25, 201), 100)
    found[:, 101:] = 0
    group = PatientGroup(
        "lgg", (Sequence.FLAIR, Sequence.T1), tuple(map(str, range(25))), (SHIPPED,) * 5 + ("fold-2",) * 20, found,
        found * 4, np.full(25, 100), np.linspace(0, 1, 25)[:, np.newaxis] ** 2, ("head size",),
    )  # fmt: skip
    lines = coverage_text(CalibrationPatients("c0ffee", (group,)), (0.03, 0.1)).splitlines()
    assert lines[2] == "25 LGG patients, FLAIR + T1"
    assert lines[4].split() == ["0.03", "–", "–", "–", "0", "–", "–", "–"]
    assert lines[5].split() == ["0.10", "0.500", "0.0000", "0.250", "1000", "0.0000", "0.0000", "0.0000"]
    assert lines[6].endswith("alpha 0.03, chosen on the other networks' patients: t* –, and the 5 of shipped miss –")
    assert lines[8].endswith("t* 0.500, and the 5 of shipped miss 0.0000")
    assert lines[9].endswith("and the 20 of fold-2 miss –")  # five patients hold no bound of 0.1
    assert lines[10] == "  looks unlike the others: 4.0% of these patients"
