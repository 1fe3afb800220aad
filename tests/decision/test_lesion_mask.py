"""The voxels of one lesion."""

import numpy as np

from app.decision.lesion_mask import lesion_mask
from tests.decision.readings import levels, reading_of, study_of


def test_each_lesion_has_its_own_voxels() -> None:
    volume = levels()
    volume[3, 4, 5] = 0
    reading = reading_of(study_of(), volume)
    first, second = (lesion_mask(reading, lesion) for lesion in reading.measurements.lesions)
    np.testing.assert_array_equal(first, volume == 150)
    np.testing.assert_array_equal(second, volume == 100)


def test_one_that_lies_in_the_box_of_another_is_left_out() -> None:
    volume = np.zeros_like(levels())
    volume[1, 1, 2:9] = volume[1, 2:7, 2] = 150
    volume[1, 4:6, 5:7] = 150
    reading = reading_of(study_of(), volume)
    first, second = (lesion_mask(reading, lesion) for lesion in reading.measurements.lesions)
    assert (np.count_nonzero(first), np.count_nonzero(second)) == (12, 4)
    np.testing.assert_array_equal(first | second, volume > 0)
