import numpy as np
import pytest

from app.evaluation.box import bounding_box


@pytest.fixture
def mask():
    mask = np.zeros((4, 6, 9), bool)
    mask[1, 2, 3] = mask[2, 4, 7] = True
    return mask


def test_the_box_touches_the_mask(mask):
    assert bounding_box(mask) == (slice(1, 3), slice(2, 5), slice(3, 8))


def test_a_margin_ends_with_the_volume(mask):
    box = bounding_box(mask, margin=2)
    assert [side.start for side in box] == [0, 0, 1]
    assert mask[box].shape == (4, 6, 8)


def test_an_empty_mask_has_no_box():
    with pytest.raises(ValueError, match="an empty mask"):
        bounding_box(np.zeros((2, 2, 2), bool))
