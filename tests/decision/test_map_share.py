"""How much of a map lies about its lesion, by hand."""

import math

import numpy as np
import pytest

from app.decision.map_share import map_share

SPACING = (4.0, 1.0, 5.0)


def arrays() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A lesion of one voxel in slice 1, at column 3; the head is the middle row of 12."""
    values, lesion, head = np.zeros((3, 1, 12), np.uint8), np.zeros((3, 1, 12), bool), np.zeros((3, 1, 12), bool)
    lesion[1, 0, 3] = True
    head[:, 0, :10] = True
    return values, lesion, head


def test_near_is_ten_millimetres_in_the_slices_of_the_lesion() -> None:
    values, lesion, head = arrays()
    values[1, 0, [1, 5]] = 60, 30  # 10 mm away, both
    values[1, 0, [0, 6, 11]] = 200, 5, 5
    values[0] = 200  # no slice of the lesion
    share = map_share(values, lesion, head, SPACING)
    assert share.near == pytest.approx(90 / 300)
    assert share.by_chance == pytest.approx(5 / 10)


def test_lesions_in_other_slices_count_as_near() -> None:
    values, lesion, head = arrays()
    lesion[0, 0, 11] = True
    values[1, 0, 11], values[1, 0, 8] = 10, 10  # 4 mm; 15.5 mm and 25 mm
    assert map_share(values, lesion, head, SPACING).near == pytest.approx(1 / 2)


def test_an_empty_map_has_no_share_and_an_empty_lesion_is_refused() -> None:
    values, lesion, head = arrays()
    assert math.isnan(map_share(values, lesion, head, SPACING).near)
    with pytest.raises(ValueError, match="empty"):
        map_share(values, np.zeros_like(lesion), head, SPACING)
