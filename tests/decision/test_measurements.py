"""Measurements with hand-computed answers."""

import time

import numpy as np
import pytest

from app.decision.measurements import MOST, default_smallest, measure, voxels_of
from app.study import Probability, Sequence, Source, Study
from tests.decision.readings import AFFINE, SPACING, classes, levels, study_of


def ramp(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def measured(volume: np.ndarray, study: Study | None = None, smallest: int = 1, threshold: float = 0.3, labels=None):
    study = study_of(spacing=(1.0, 1.0, 1.0), affine=None, image=ramp(*volume.shape)) if study is None else study
    return measure(study, Probability(volume, study.sha256, "c" * 64, labels), threshold, smallest)


def marked(*box: slice, shape: tuple[int, int, int]) -> np.ndarray:
    volume = np.zeros(shape, np.uint8)
    volume[box] = 200
    return volume


def test_two_lesions_and_a_speck_by_hand() -> None:
    found = measured(levels(), study_of(), smallest=2, labels=classes())
    large, small = found.lesions
    assert (found.threshold, found.smallest, found.left_out, found.left_out_voxels, found.voxels) == (0.3, 2, 1, 1, 28)
    assert (large.number, large.voxels, large.ml, large.share) == (1, 24, pytest.approx(0.06), pytest.approx(24 / 28))
    assert (small.number, small.voxels, small.ml, small.share) == (2, 4, pytest.approx(0.01), pytest.approx(4 / 28))
    assert large.box == ((1, 2, 3), (3, 5, 7)) and large.slices == (1, 2) and small.slices == (3, 3)
    assert large.centroid == (1.5, 3.0, 4.5) and small.centroid == (3.0, 4.5, 14.5)
    assert large.centroid_mm == pytest.approx((0.5 * 4.5 - 7, 3.0 - 3, 5 * 1.5 - 10))
    assert (large.side, small.side) == ("right", "left")
    assert (large.largest_slice, small.largest_slice) == (1, 3)
    assert large.classes == {1: 1, 2: 17, 4: 6} and small.classes == {1: 0, 2: 4, 4: 0}


def test_diameters_are_in_the_volume_and_in_mm() -> None:
    large, small = measured(levels(), study_of(), smallest=2).lesions
    assert large.longest is not None and large.perpendicular is not None
    assert large.longest.slice == large.perpendicular.slice == 1
    # rows are 1 mm and columns 0.5 mm: from the upper end of column 3 to the lower end of column 6
    assert {large.longest.start, large.longest.end} == {(1.65, 3.0), (4.35, 6.0)}
    assert large.longest.mm == pytest.approx(np.hypot(2.7, 1.5))
    assert large.bidimensional_mm2 == pytest.approx(large.longest.mm * large.perpendicular.mm)
    assert small.longest is not None and small.longest.slice == 3 and 13 < small.longest.start[1] < 16


def test_the_threshold_counts_as_tumour() -> None:
    assert [len(measured(levels(), threshold=t).lesions) for t in (0.3, 0.305, 0.5, 0.505, 0.755)] == [3, 2, 2, 1, 0]


def test_lesions_that_touch_at_a_corner_are_one() -> None:
    volume = marked(slice(0, 1), slice(0, 2), slice(0, 2), shape=(3, 6, 7))
    volume[1, 2, 2] = volume[2, 5, 5] = 200
    assert [lesion.voxels for lesion in measured(volume).lesions] == [5, 1]


@pytest.mark.parametrize(
    ("columns", "side"),
    [
        (slice(2, 9), "right"),
        (slice(8, 12), "crossing"),  # two of four on either side of 9.5
        (slice(1, 11), "crossing"),  # the tenth voxel is a tenth
        (slice(0, 11), "right"),  # of eleven it is less
        (slice(9, 19), "crossing"),
        (slice(9, 20), "left"),
        (slice(10, 12), "left"),
    ],
)
def test_the_side_is_the_patients(columns: slice, side: str) -> None:
    (lesion,) = measured(marked(slice(2, 3), slice(3, 4), columns, shape=(4, 8, 20)), study_of()).lesions
    assert lesion.side == side


def test_the_centroid_of_an_oblique_file_is_in_its_own_mm() -> None:
    turn = np.deg2rad(20)
    affine = np.array(
        [
            [2 * np.cos(turn), -np.sin(turn), 0, 4.0],
            [2 * np.sin(turn), np.cos(turn), 0, 5.0],
            [0, 0, 3.0, 6.0],
            [0, 0, 0, 1],
        ]
    )  # i runs to the right, j to the front: both run the other way in the study
    volume = marked(slice(1, 3), slice(0, 1), slice(4, 7), shape=(4, 5, 8))
    source = Source("volume", (8, 5, 4), affine)
    study = Study("p", {Sequence.T2: ramp(*volume.shape)}, source, (3.0, 1.0, 2.0))
    (lesion,) = measured(volume, study).lesions
    right, front, up, _ = affine @ (7 - 5.0, 4 - 0.0, 1.5, 1)
    assert lesion.centroid == (1.5, 0.0, 5.0)
    assert lesion.centroid_mm == pytest.approx((-right, -front, up))


def test_a_picture_knows_neither_mm_nor_sides() -> None:
    picture = study_of(spacing=None, affine=None, image=ramp(1, 9, 12))
    (lesion,) = measured(marked(slice(0, 1), slice(2, 5), slice(3, 8), shape=(1, 9, 12)), picture).lesions
    assert (lesion.voxels, lesion.centroid, lesion.slices) == (15, (0.0, 3.0, 5.0), (0, 0))
    unknown = (lesion.ml, lesion.centroid_mm, lesion.side, lesion.longest, lesion.perpendicular, lesion.classes)
    assert unknown == (None,) * 6 and lesion.bidimensional_mm2 is None


def test_a_volume_without_an_orientation_has_lengths_and_no_side() -> None:
    (lesion, *_) = measured(levels(), study_of(affine=None)).lesions
    assert lesion.ml is not None and lesion.longest is not None
    assert lesion.side is None and lesion.centroid_mm is None


def test_nothing_marked_is_no_lesion() -> None:
    found = measured(np.zeros((4, 8, 20), np.uint8), study_of(), smallest=5)
    assert (found.lesions, found.left_out, found.left_out_voxels, found.voxels) == ((), 0, 0, 0)


def test_a_mask_of_everything_is_one_lesion() -> None:
    (lesion,) = measured(np.zeros((4, 8, 20), np.uint8), study_of(), threshold=0).lesions
    assert (lesion.voxels, lesion.side, lesion.share) == (640, "crossing", 1)


def test_a_threshold_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"threshold=1\.2"):
        measured(levels(), threshold=1.2)


def test_how_small_a_lesion_may_be() -> None:
    assert default_smallest(study_of(spacing=(1.0, 1.0, 1.0))) == 100
    assert default_smallest(study_of()) == 40  # of 2.5 mm³
    assert default_smallest(study_of(spacing=(50.0, 2.0, 2.0))) == 1
    assert default_smallest(study_of(spacing=None)) == 100
    assert default_smallest(study_of(spacing=None, affine=None, image=ramp(1, 9, 12))) == 20
    assert [voxels_of(ml, 0.001) for ml in (0, 0.0011, 0.3, 0.07)] == [1, 2, 300, 70]


def test_there_are_never_more_than_can_be_measured_at_once() -> None:
    volume = np.zeros((9, 80, 80), np.uint8)
    volume[::2, ::2, ::2] = 200  # 8,000 specks
    volume[0, :3, :3] = 200
    found = measured(volume)
    assert ([lesion.voxels for lesion in found.lesions], found.smallest, found.left_out) == ([9], 2, 7_996)
    assert len(found.lesions) + found.left_out > MOST


def test_a_scan_full_of_specks_is_quick() -> None:
    rng = np.random.default_rng(1)
    volume = np.zeros((155, 240, 240), np.uint8)
    volume[40:120, 30:200, 60:180] = np.where(rng.random((80, 170, 120)) < 0.01, 100, 0)
    volume[60:90, 80:120, 90:130] = 200
    image = np.zeros(volume.shape, np.float32)
    image[20:140, 20:220, 40:200] = 100 + rng.random((120, 200, 160), np.float32)
    study = Study("p", {Sequence.T2: image}, Source("volume", image.shape[::-1], AFFINE), SPACING)
    result = Probability(volume, study.sha256, "c" * 64)
    started = time.process_time()
    found = measure(study, result, 0.3, 100)
    assert time.process_time() - started < 1.5
    assert len(found.lesions) == 1 and found.left_out > 10_000
