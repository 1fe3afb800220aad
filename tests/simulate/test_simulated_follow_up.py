import numpy as np
import pytest

from app.simulate.follow_up import MOST_DEGREES, MOST_MM, Later, first_visit, scan_again
from app.simulate.phantom import simulate
from app.simulate.tumour import TumourPlan
from app.study import Sequence

SEED, VOXEL_MM = 105, 4.0
AT_ONCE = Later()


def again(later=AT_ONCE, spacing=VOXEL_MM):
    return scan_again(SEED, later, healthy=False, spacing=spacing)


@pytest.fixture(scope="module")
def first():
    return first_visit(simulate(SEED, healthy=False, spacing=VOXEL_MM))


def test_a_second_scan_at_once_has_the_same_labels_and_other_noise(first):
    second = again()
    assert np.array_equal(second.labels, first.labels) and np.array_equal(second.grid.to_mm, first.grid.to_mm)
    brain = first.images[Sequence.FLAIR] > 0
    one, other = first.images[Sequence.FLAIR][brain], second.images[Sequence.FLAIR][brain]
    assert not np.array_equal(one, other) and np.corrcoef(one, other)[0, 1] > 0.95
    assert np.array_equal(again().images[Sequence.T1], second.images[Sequence.T1])


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_tumour_has_grown_by_the_factor(first, factor):
    assert again(Later((factor,))).ml / first.ml == pytest.approx(factor, rel=0.06)


def test_a_tumour_has_gone_and_another_has_come():
    assert again(Later((0.0,))).ml == 0
    new = TumourPlan((26, 16, 12), core_ml=2.0, oedema_ml=2.0, rim_mm=float("inf"), push=0.0)
    assert again(Later((0.0,), new=new)).ml == pytest.approx(4.0, rel=0.3)


def test_a_moved_head_keeps_its_volume_and_lies_where_the_motion_says(first):
    moved = again(Later(turned=(0, 0, 10.0), moved_mm=(8.0, 0, -4.0)))
    assert moved.ml == pytest.approx(first.ml, rel=0.04)
    middles = [visit.grid.to_mm @ [*np.argwhere(visit.labels > 0).mean(axis=0), 1] for visit in (first, moved)]
    assert moved.motion @ middles[0] == pytest.approx(middles[1], abs=0.5)
    assert np.linalg.norm(middles[0] - middles[1]) > 5


def test_thick_slices_and_other_voxels_hold_the_same_tumour(first):
    thick = again(Later(joined=3))
    assert thick.labels.shape[0] == first.labels.shape[0] // 3 and thick.grid.spacing[0] == 12
    assert thick.ml == pytest.approx(first.ml, rel=0.1)
    fine = again(Later(spacing=3.0))
    assert fine.grid.spacing.tolist() == [3.0] * 3 and fine.ml == pytest.approx(first.ml, rel=0.05)


def test_a_visit_is_a_study_with_its_reference(first):
    study = first.study("P")
    assert study.spacing == (VOXEL_MM,) * 3 and np.array_equal(study.reference, first.labels)
    assert study.voxel_ml * np.count_nonzero(study.reference) == pytest.approx(first.ml)


def test_random_motions_are_bounded_and_follow_their_seed():
    for seed in range(20):
        later = Later.at_random(seed)
        assert np.linalg.norm(later.turned) <= MOST_DEGREES and np.linalg.norm(later.moved_mm) <= MOST_MM
    assert Later.at_random(3) == Later.at_random(3) != Later.at_random(4)
