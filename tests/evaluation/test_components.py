import numpy as np

from app.evaluation.components import find_components


def volume(*voxels: tuple[int, int, int], shape: tuple[int, int, int] = (4, 5, 6)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    for voxel in voxels:
        mask[voxel] = True
    return mask


def test_voxels_that_share_a_corner_belong_together():
    found = find_components(volume((0, 0, 0), (1, 1, 1), (2, 2, 2)))
    (component,) = found.kept
    assert component.voxels == 3
    assert component.box == (slice(0, 3), slice(0, 3), slice(0, 3))
    assert np.argwhere(component.mask).tolist() == [[0, 0, 0], [1, 1, 1], [2, 2, 2]]


def test_a_gap_of_one_voxel_parts_them():
    assert [c.voxels for c in find_components(volume((0, 0, 0), (0, 0, 2))).kept] == [1, 1]


def test_the_largest_comes_first_and_of_equal_ones_the_first_in_the_volume():
    found = find_components(volume((0, 0, 4), (0, 4, 0), (2, 0, 0), (2, 0, 1), (3, 4, 5)))
    assert [c.voxels for c in found.kept] == [2, 1, 1, 1]
    assert [tuple(side.start for side in c.box) for c in found.kept] == [(2, 0, 0), (0, 0, 4), (0, 4, 0), (3, 4, 5)]


def test_what_lies_in_the_box_of_another_is_not_its_own():
    ring = np.zeros((1, 5, 5), bool)
    ring[0, [0, 4], :] = ring[0, :, [0, 4]] = True
    ring[0, 2, 2] = True
    large, small = find_components(ring).kept
    assert (large.voxels, large.mask.sum(), small.voxels) == (16, 16, 1)
    assert not large.mask[0, 2, 2]


def test_specks_are_counted_and_left_out():
    mask = volume((0, 0, 0), (0, 2, 0), (0, 2, 1), (3, 0, 0), (3, 0, 1), (3, 0, 2))
    found = find_components(mask, smallest=3)
    assert ([c.voxels for c in found.kept], found.left_out, found.left_out_voxels, found.smallest) == ([3], 2, 3, 3)
    found = find_components(mask, smallest=4)
    assert (found.kept, found.left_out, found.left_out_voxels) == ([], 3, 6)


def test_of_too_many_the_smaller_sizes_are_left_out():
    mask = volume((0, 0, 0), (0, 2, 0), (0, 2, 1), (3, 0, 0), (3, 0, 1), (3, 0, 2), (3, 3, 3))
    found = find_components(mask, smallest=1, most=3)  # 3, 2, 1 and 1: of the last two it cannot be one
    assert ([c.voxels for c in found.kept], found.smallest, found.left_out) == ([3, 2], 2, 2)
    found = find_components(mask, smallest=1, most=4)
    assert (len(found.kept), found.smallest, found.left_out) == (4, 1, 0)
    assert find_components(mask, smallest=3, most=3).smallest == 3


def test_an_empty_mask_has_none():
    found = find_components(volume(), smallest=7)
    assert (found.kept, found.left_out, found.left_out_voxels, found.smallest) == ([], 0, 0, 7)
