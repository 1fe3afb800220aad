"""A made-up record of looks: eight patients, of whom the volume is 10 to 80 % too large."""

from app.model.uncertainty_record import LooksGroup, PatientLooks, UncertaintyRecord
from app.study import LEVELS, Sequence

FLAIR, T1, T1CE, T2 = Sequence
PATIENTS = {
    f"P{n}": PatientLooks(1000, 1000 + 100 * n, (1000 + 90 * n, 1000 + 110 * n, 1000, 1100), 0.01 * n)
    for n in range(1, 9)
}


def counted(**levels):
    """201 counts, 0 but for those that are given as `at_LEVEL=count`."""
    counts = [0] * (LEVELS + 1)
    for name, count in levels.items():
        counts[int(name.removeprefix("at_"))] = count
    return tuple(counts)


def group_of(dataset="brats", sequences=(FLAIR,), patients=None, level=7 / 9, low=-2.0, high=1.0):
    """Errors from `low` to `high` at every threshold; more of the voxels are wrong the larger the spread is."""
    ends = () if level is None else (low,) * (LEVELS + 1), () if level is None else (high,) * (LEVELS + 1)
    right, wrong = counted(at_0=90, at_50=20, at_150=10), counted(at_0=10, at_50=20, at_150=30)
    single = counted(at_0=60, at_90=60), counted(at_0=30, at_90=30)
    return LooksGroup(
        dataset, sequences, PATIENTS if patients is None else patients, level, *ends, right, wrong, *single, 700, 20
    )


def record_of(*groups, checkpoint="0" * 64, threshold=0.3):
    return UncertaintyRecord(checkpoint, threshold, groups or (group_of(),))
