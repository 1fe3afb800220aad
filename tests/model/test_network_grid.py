import numpy as np
import pytest
from heads import ellipse, head, study_of
from scipy import ndimage

from app.model.network_input import label_planes, prepare
from app.study import Sequence

ONE = np.array([0])

GRIDS = {
    "plane of the network": ((240, 240), (1.0, 1.0), (40, 210, 50, 190)),
    "small slice": ((97, 80), (1.0, 1.0), (8, 90, 5, 70)),
    "slice of 512 pixels": ((512, 512), (0.45, 0.45), (60, 450, 100, 430)),
    "anisotropic": ((128, 320), (1.5, 0.7), (20, 110, 40, 300)),
    "coarse": ((64, 50), (3.4, 4.1), (6, 58, 9, 40)),
    "off-centre in a large field": ((400, 380), (1.0, 1.0), (200, 390, 10, 150)),
    "off-centre, large and fine": ((700, 600), (0.6, 0.7), (20, 300, 350, 590)),
    "head of 320 mm": ((200, 150), (1.6, 1.6), (0, 200, 20, 140)),
    "head of 288 mm, off-centre": ((260, 300), (1.5, 1.5), (60, 252, 120, 290)),
    "picture, high": ((317, 200), None, (10, 300, 20, 190)),
    "picture, wide": ((130, 256), None, (5, 120, 30, 220)),
    "picture, large": ((768, 700), None, (50, 700, 60, 640)),
}


def one_slice(shape, mm, box):
    return study_of(head(shape, box)[np.newaxis], spacing=mm and (5.0, *mm))


@pytest.fixture(params=GRIDS.values(), ids=GRIDS.keys())
def grid(request):
    return request.param


def blob(shape, box):
    """An L in the upper left quarter of the box."""
    top, bottom, left, right = box
    mask = np.zeros(shape, bool)
    height, width = bottom - top, right - left
    mask[top + height // 5 : top + height // 2, left + width // 4 : left + width // 3] = True
    mask[top + 2 * height // 5 : top + height // 2, left + width // 4 : left + 3 * width // 5] = True
    return mask


def coarse_pixel(geometry):
    """Per axis, how many voxels of the study the larger of a voxel and a pixel of the plane covers."""
    sizes = zip(geometry.slice_shape, geometry.scaled_shape, strict=True)
    return tuple(int(np.ceil(max(1.0, n / scaled))) for n, scaled in sizes)


class TestRoundTrip:
    def test_a_mask_comes_back_to_its_place(self, grid):
        """Both resamplings are symmetric, so an edge stays where it is, up to one pixel of the coarser grid."""
        shape, _, box = grid
        network_input = prepare(one_slice(*grid))
        geometry = network_input.geometry
        mask = blob(shape, box)
        back = network_input.on_grid(geometry.to_plane(mask.astype(np.float32), 0.0)[network_input.window])
        around = np.ones([2 * reach + 1 for reach in coarse_pixel(geometry)], bool)
        assert (back >= 0.5)[ndimage.binary_erosion(mask, around)].all()
        assert not (back >= 0.5)[~ndimage.binary_dilation(mask, around)].any()

    def test_labels_come_back_to_their_place_and_are_not_mixed(self, grid):
        """The labels 1 and 4 side by side: between them lies no 2 or 3."""
        shape, _, box = grid
        network_input = prepare(one_slice(*grid))
        labels = np.where(blob(shape, box), np.uint8(4), np.uint8(0))
        labels[(labels > 0) & (np.arange(shape[1]) < box[2] + (box[3] - box[2]) // 3)] = 1
        planes = label_planes(labels[np.newaxis], network_input.geometry, ONE)
        back = network_input.on_grid(planes[0][network_input.window])
        assert back.dtype == np.uint8
        assert np.unique(back).tolist() == [0, 1, 4]
        around = np.ones([2 * reach + 1 for reach in coarse_pixel(network_input.geometry)], bool)
        for label in (1, 4):
            assert (back == label)[ndimage.binary_erosion(labels == label, around)].all()
            assert not (back == label)[~ndimage.binary_dilation(labels == label, around)].any()

    def test_nothing_is_shifted(self, grid):
        """The centre of mass would move by a voxel with an offset that is wrong by one."""
        shape, _, box = grid
        geometry = prepare(one_slice(*grid)).geometry
        mask = blob(shape, box).astype(np.float32)
        back = geometry.from_plane(geometry.to_plane(mask, 0.0))
        moved = np.subtract(ndimage.center_of_mass(back), ndimage.center_of_mass(mask))
        assert np.abs(moved).max() < 0.02
        assert back.sum() == pytest.approx(mask.sum(), rel=0.002)

    def test_all_of_the_head_is_in_the_window(self, grid):
        shape, _, box = grid
        network_input = prepare(one_slice(*grid))
        geometry = network_input.geometry
        shown = [part.stop - part.start for part in network_input.window]
        reached = network_input.on_grid(np.ones(shown, np.float32))
        inner = ndimage.binary_erosion(ellipse(shape, box), np.ones([2 * n + 1 for n in coarse_pixel(geometry)], bool))
        assert inner.any()
        assert (reached[inner] > 0.999).all()

    def test_a_slice_of_240_pixels_of_1_mm_is_not_touched(self):
        image = np.random.default_rng(2).random((240, 240), np.float32)
        study = study_of(image[np.newaxis])
        network_input = prepare(study)
        expected = network_input.intensities[Sequence.FLAIR].normalise(image)
        np.testing.assert_array_equal(network_input.planes(ONE)[0, ..., 0], expected)
        np.testing.assert_array_equal(network_input.geometry.from_plane(image), image)


class TestGeometry:
    def test_a_small_slice_lies_in_the_middle(self):
        geometry = prepare(one_slice((97, 80), (1.0, 1.0), (8, 90, 5, 70))).geometry
        image = np.zeros((97, 80), np.float32)
        image[3, 7] = 1
        plane = geometry.to_plane(image, 0.0)
        assert np.argwhere(plane).tolist() == [[3 + 72, 7 + 80]]
        assert np.argwhere(geometry.from_plane(plane)).tolist() == [[3, 7]]

    def test_a_large_field_is_cut_around_the_head(self):
        geometry = prepare(one_slice((400, 380), (1.0, 1.0), (150, 310, 10, 150))).geometry
        image = np.zeros((400, 380), np.float32)
        image[200, 20] = 1
        plane = geometry.to_plane(image, 0.0)
        assert np.argwhere(plane).tolist() == [[200 - 110, 20]]  # rows 110 to 349 around 230, columns from the edge
        assert np.argwhere(geometry.from_plane(plane)).tolist() == [[200, 20]]

    def test_spacing_decides_the_size(self):
        geometry = prepare(one_slice((128, 320), (1.5, 0.7), (20, 110, 40, 300))).geometry
        assert geometry.scaled_shape == (192, 224)

    def test_a_head_of_320_mm_shrinks_alike_along_both_axes(self):
        geometry = prepare(one_slice((200, 150), (1.6, 1.6), (0, 200, 20, 140))).geometry
        assert geometry.scaled_shape == (240, 180)

    def test_the_longer_side_of_a_picture_is_240_mm(self):
        assert prepare(one_slice((317, 200), None, (10, 300, 20, 190))).geometry.scaled_shape == (240, 151)
        assert prepare(one_slice((60, 120), None, (10, 50, 20, 90))).geometry.scaled_shape == (120, 240)

    def test_the_head_of_all_slices_decides_what_is_cut(self):
        slices = [head((100, 540), (10, 90, first, first + 100)) for first in (290, 330, 390)]
        geometry = prepare(study_of(np.stack(slices))).geometry
        image = np.zeros((100, 540), np.float32)
        image[50, 390] = 1  # the middle of columns 290 to 489
        assert np.argwhere(geometry.to_plane(image, 0.0)).tolist() == [[50 + 70, 120]]

    def test_a_study_of_a_few_pixels(self):
        geometry = prepare(study_of(np.array([[[1, 5, 2]]], np.float32))).geometry
        plane = geometry.to_plane(np.array([[0, 1, 0]], np.float32), 0.0)
        assert np.argwhere(plane).tolist() == [[120, 120]]


class TestLabelPlanes:
    def test_labels_are_kept_on_the_plane_of_the_network(self):
        reference = np.random.default_rng(3).choice(np.array([0, 1, 2, 4], np.uint8), (3, 240, 240))
        geometry = prepare(one_slice(*GRIDS["plane of the network"])).geometry
        planes = label_planes(reference, geometry, np.array([2, 1]))
        assert planes.dtype == np.uint8
        np.testing.assert_array_equal(planes, reference[[2, 1]])

    def test_a_pixel_takes_the_label_that_covers_half_of_it(self):
        shape = (400, 400)
        geometry = prepare(one_slice(shape, (0.5, 0.5), (50, 350, 50, 350))).geometry
        reference = np.zeros((1, *shape), np.uint8)
        reference[0, 100:140, 200:240] = 2
        reference[0, 140:180, 200:240] = 4
        reference[0, 300, 300] = 1
        planes = label_planes(reference, geometry, ONE)
        expected = np.zeros((240, 240), np.uint8)
        expected[20 + 50 : 20 + 70, 20 + 100 : 20 + 120] = 2
        expected[20 + 70 : 20 + 90, 20 + 100 : 20 + 120] = 4
        corners = ndimage.binary_dilation(expected > 0) & ~ndimage.binary_erosion(expected > 0)
        np.testing.assert_array_equal(planes[0][~corners], expected[~corners])
        assert np.count_nonzero(planes[0] != expected) <= 4

    def test_labels_lie_where_the_image_lies(self, grid):
        shape, _, box = grid
        geometry = prepare(one_slice(*grid)).geometry
        mask = blob(shape, box)
        planes = label_planes((mask * np.uint8(4))[np.newaxis], geometry, ONE)
        np.testing.assert_array_equal(planes[0] == 4, geometry.to_plane(mask.astype(np.float32), 0.0) >= 0.5)
        assert set(np.unique(planes)) == {0, 4}
