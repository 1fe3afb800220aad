import math

import numpy as np
import pytest

from app.evaluation.surface import surface_points, surface_scores

MM = (1.0, 1.0, 1.0)


def block(*sides: slice, shape: tuple[int, int, int] = (9, 12, 15)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[sides] = True
    return mask


def ball(radius: float) -> np.ndarray:
    z, y, x = np.ogrid[-24:25, -24:25, -24:25]
    return z**2 + y**2 + x**2 <= radius**2


def test_the_surface_is_what_has_a_face_outside():
    mask = block(slice(2, 5), slice(3, 6), slice(4, 7))
    points = surface_points(mask, (1.0, 2.0, 0.5))
    assert len(points) == 26
    assert points[0].tolist() == [2, 6, 2]
    assert [3.0, 8.0, 2.5] not in points.tolist()


def test_a_block_at_the_volumes_edge_has_a_surface_there():
    assert len(surface_points(np.ones((3, 3, 3), bool), MM)) == 26


def test_a_mask_against_itself():
    mask = ball(7)
    scores = surface_scores(mask, mask, MM)
    assert (scores.hd95_mm, scores.surface_dice) == (0, 1)


def test_concentric_balls_are_as_far_apart_as_their_radii():
    scores = surface_scores(ball(20), ball(12), MM)
    assert scores.hd95_mm == pytest.approx(8, abs=0.5)
    assert scores.surface_dice == 0
    assert surface_scores(ball(20), ball(12), MM, tolerance_mm=9).surface_dice == 1


def test_spacing_goes_with_its_axis():
    one, other = block(slice(1, 2), slice(1, 2), slice(1, 2)), block(slice(4, 5), slice(1, 2), slice(1, 2))
    assert surface_scores(one, other, (2.5, 1.0, 1.0)).hd95_mm == 7.5
    assert surface_scores(one, other, (1.0, 2.5, 1.0)).hd95_mm == 3


def test_the_larger_direction_counts():
    # All of the small one lies in the line, but the line goes on: its voxels are 0, 0, 1, 2 ... 9 away.
    small, line = block(slice(1, 2), slice(1, 2), slice(0, 2)), block(slice(1, 2), slice(1, 2), slice(0, 11))
    expected = np.percentile([0, 0, *range(1, 10)], 95)
    assert surface_scores(small, line, MM).hd95_mm == pytest.approx(expected)
    assert surface_scores(line, small, MM).hd95_mm == pytest.approx(expected)


def test_what_lies_within_the_tolerance():
    # Of the small one both voxels are on the line; of the line, three of eleven lie within 1 mm of the small one.
    small, line = block(slice(1, 2), slice(1, 2), slice(0, 2)), block(slice(1, 2), slice(1, 2), slice(0, 11))
    assert surface_scores(small, line, MM).surface_dice == pytest.approx((2 + 3) / (2 + 11))
    assert surface_scores(small, line, MM, tolerance_mm=0).surface_dice == pytest.approx((2 + 2) / (2 + 11))


def test_a_single_slice_is_measured_in_its_plane():
    square = np.zeros((1, 9, 9), bool)
    square[0, 2:7, 2:7] = True
    assert len(surface_points(square, MM)) == 16


def test_an_empty_reference_is_undefined():
    scores = surface_scores(block(slice(1, 2)), block(slice(0, 0)), MM)
    assert math.isnan(scores.hd95_mm) and math.isnan(scores.surface_dice)


def test_nothing_found_is_as_far_away_as_can_be():
    scores = surface_scores(np.zeros((3, 4, 12), bool), np.ones((3, 4, 12), bool), MM)
    assert (scores.hd95_mm, scores.surface_dice) == (13, 0)
    assert surface_scores(np.zeros((1, 2, 2), bool), np.ones((1, 2, 2), bool), (7.0, 2.0, 2.0)).hd95_mm == 9


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"prediction \(1, 2, 3\), reference \(3, 2, 1\)"):
        surface_scores(np.ones((1, 2, 3), bool), np.ones((3, 2, 1), bool), MM)
