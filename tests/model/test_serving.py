import numpy as np
import pytest

from app.model.serving import ABSENT, SLAB, cap_islands, smooth_between_slices


def islands():
    """At level 60: one of 4 voxels that touch at corners only, one of 3, and a single one beside a level of 59."""
    levels = np.zeros((4, 6, 9), np.uint8)
    levels[0, 0, 0], levels[1, 1, 1], levels[2, 2, 2], levels[3, 3, 3] = 60, 200, 70, 60
    levels[1, 5, 4:7] = 90
    levels[3, 0, 8], levels[3, 0, 7] = 61, 59
    return levels


@pytest.mark.parametrize(("smallest", "left"), [(0, 8), (1, 8), (2, 7), (3, 7), (4, 4), (5, 0)])
def test_small_islands_are_gone_at_the_level(smallest, left):
    levels = islands()
    cap_islands(levels, 60, smallest)
    assert np.count_nonzero(levels >= 60) == left


def test_they_remain_just_below_and_nothing_else_changes():
    levels = islands()
    cap_islands(levels, 60, 4)
    expected = islands()
    expected[1, 5, 4:7] = expected[3, 0, 8] = 59
    np.testing.assert_array_equal(levels, expected)


def test_a_single_slice_is_left_as_it_is():
    levels = islands()[1:2]
    cap_islands(levels, 60, 100)
    np.testing.assert_array_equal(levels, islands()[1:2])


def test_nothing_found():
    levels = np.full((2, 3, 4), 59, np.uint8)
    cap_islands(levels, 60, 100)
    assert (levels == 59).all()


class TestSmoothing:
    def spike(self, rows=3):
        """One slice of five in which a voxel stands out."""
        logits = np.zeros((9, rows, 2), np.float16)
        logits[4, rows - 1, 1] = 10
        return logits

    def test_a_gaussian_along_z_alone(self):
        logits = self.spike()
        assert smooth_between_slices(logits, (2.0, 0.5, 0.7), 2.0)
        weights = np.exp(-0.5 * np.arange(-3, 4) ** 2)
        np.testing.assert_allclose(logits[1:8, 2, 1], 10 * weights / weights.sum(), atol=5e-3)
        logits[:, 2, 1] = 0
        assert not logits.any()

    def test_every_slab_of_rows(self):
        logits = self.spike(rows=2 * SLAB + 5)
        logits[4, 0, 0] = 10
        smooth_between_slices(logits, (1.0, 1.0, 1.0), 1.0)
        np.testing.assert_array_equal(logits[:, 0, 0], logits[:, -1, 1])
        assert 3 < logits[4, 0, 0] < 5

    def test_what_was_not_looked_at_stays_so(self):
        logits = np.full((5, 40, 3), ABSENT, np.float16)
        logits[:, 2, 1] = 3
        smooth_between_slices(logits, (1.0, 1.0, 1.0), 2.0)
        assert (logits[:, 2, 1] == 3).all()
        logits[:, 2, 1] = ABSENT
        assert (logits == ABSENT).all()

    @pytest.mark.parametrize(("spacing", "deviation"), [(None, 2.0), ((4.1, 1.0, 1.0), 2.0), ((1.0, 1.0, 1.0), 0.0)])
    def test_thick_slices_and_unknown_spacing_are_left_alone(self, spacing, deviation):
        logits = self.spike()
        assert not smooth_between_slices(logits, spacing, deviation)
        np.testing.assert_array_equal(logits, self.spike())
