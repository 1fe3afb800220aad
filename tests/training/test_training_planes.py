import numpy as np
import pytest

from app.training.planes import Planes


def planes_at(slices, slice_mm=None):
    images = np.zeros((len(slices), 4, 4, 1), np.uint8)
    return Planes(images, images[..., 0], np.array([True, False, False, False]), np.array(slices), slice_mm)


@pytest.mark.parametrize(
    ("slices", "slice_mm", "row", "neighbours", "found"),
    [
        (range(10), None, 4, 0, [4]),
        (range(10), None, 4, 1, [4, 3, 5]),
        (range(10), None, 4, 2, [4, 3, 5, 2, 6]),
        (range(10), 1.0, 4, 1, [4, 1, 7]),  # 3 mm away
        (range(10), 1.0, 4, 2, [4, 1, 7, None, None]),
        (range(10), 5.0, 0, 1, [0, None, 1]),
        (range(10), 5.0, 9, 1, [9, 8, None]),
        ([20, 21, 24, 27, 28], 1.0, 2, 1, [2, 1, 3]),  # slices 21 and 27 are rows 1 and 3
        ([20, 22, 24, 28], 1.0, 2, 1, [2, None, None]),  # 21 and 27 hold no head
        ([7], None, 0, 2, [0, None, None, None, None]),
    ],
)
def test_neighbours_are_found_by_their_place_in_the_study(slices, slice_mm, row, neighbours, found):
    assert planes_at(list(slices), slice_mm).with_neighbours(row, neighbours) == found
