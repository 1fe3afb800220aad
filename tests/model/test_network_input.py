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
        geometry = prepare(one_slice(*grid)).geometry
        mask = blob(shape, box)
        back = geometry.from_plane(geometry.to_plane(mask.astype(np.float32), 0.0))
        around = np.ones([2 * reach + 1 for reach in coarse_pixel(geometry)], bool)
        assert (back >= 0.5)[ndimage.binary_erosion(mask, around)].all()
        assert not (back >= 0.5)[~ndimage.binary_dilation(mask, around)].any()

    def test_nothing_is_shifted(self, grid):
        """The centre of mass would move by a voxel with an offset that is wrong by one."""
        shape, _, box = grid
        geometry = prepare(one_slice(*grid)).geometry
        mask = blob(shape, box).astype(np.float32)
        back = geometry.from_plane(geometry.to_plane(mask, 0.0))
        moved = np.subtract(ndimage.center_of_mass(back), ndimage.center_of_mass(mask))
        assert np.abs(moved).max() < 0.02
        assert back.sum() == pytest.approx(mask.sum(), rel=0.002)

    def test_all_of_the_head_is_in_the_plane(self, grid):
        shape, _, box = grid
        geometry = prepare(one_slice(*grid)).geometry
        reached = geometry.from_plane(np.ones((240, 240), np.float32))
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


class TestPlanes:
    def test_channels_are_in_the_order_of_the_sequences_and_the_absent_are_zero(self):
        random = np.random.default_rng(4)
        images = {s: random.random((2, 240, 240), np.float32) for s in (Sequence.T2, Sequence.T1, Sequence.FLAIR)}
        network_input = prepare(study_of(images))
        planes = network_input.planes(np.array([1]))
        assert planes.shape == (1, 240, 240, 4)
        assert planes.dtype == np.float32
        for channel, sequence in ((0, Sequence.FLAIR), (1, Sequence.T1), (3, Sequence.T2)):
            expected = network_input.intensities[sequence].normalise(images[sequence][1])
            np.testing.assert_array_equal(planes[0, ..., channel], expected)
        assert not planes[..., 2].any()

    def test_slices_come_as_asked_for(self):
        volume = np.random.default_rng(4).random((3, 240, 240), np.float32)
        network_input = prepare(study_of(volume))
        planes = network_input.planes(np.array([2, 0, 2]))
        np.testing.assert_array_equal(planes[0], planes[2])
        normalise = network_input.intensities[Sequence.FLAIR].normalise
        np.testing.assert_array_equal(planes[0, ..., 0], normalise(volume[2]))
        np.testing.assert_array_equal(planes[1, ..., 0], normalise(volume[0]))

    def test_beyond_the_edge_lies_the_background(self):
        image = head((100, 80), (10, 90, 10, 70)) + np.float32(7)
        network_input = prepare(study_of(image[np.newaxis]))
        plane = network_input.planes(ONE)[0, ..., 0]
        assert plane[0, 0] == pytest.approx(plane[70, 80], abs=1e-6)  # the corner of the slice is background
        assert plane[0, 0] == plane.min() < -1

    def test_a_background_far_below_the_head_is_clipped_beyond_the_edge_too(self):
        """A head of even brightness: black is 20 deviations away."""
        image = np.where(ellipse((100, 80), (10, 90, 10, 70)), 100, 0).astype(np.float32)
        image[50:55, 30:50] += 22
        plane = prepare(study_of(image[np.newaxis])).planes(ONE)[0, ..., 0]
        assert (plane[0, 0], plane[71, 81]) == (-4, -4)


class TestHeadSlices:
    def test_air_is_skipped_and_64_pixels_of_head_are_not(self):
        volume = np.zeros((6, 100, 90), np.float32)
        volume[1, 20, 0:63] = 50
        volume[2, 20, 0:64] = 50
        volume[3, 20:80, 20:70] = 50
        volume[5, 30:38, 40:48] = 50
        assert prepare(study_of(volume)).head_slices.tolist() == [2, 3, 5]

    def test_the_head_may_be_seen_on_any_sequence(self):
        flair, t2 = np.zeros((2, 3, 100, 90), np.float32)
        flair[1, 20:80, 20:70] = 50
        t2[2, 20:80, 20:70] = 900
        study = study_of({Sequence.FLAIR: flair, Sequence.T2: t2})
        assert prepare(study).head_slices.tolist() == [1, 2]

    @pytest.mark.parametrize(("lit", "found"), [(9, []), (10, [1])])
    def test_of_a_slice_of_few_pixels_a_quarter_is_enough(self, lit, found):
        volume = np.zeros((2, 5, 8), np.float32)
        volume[1].flat[:lit] = 50
        assert prepare(study_of(volume)).head_slices.tolist() == found

    def test_every_slice_of_a_smooth_head_is_taken(self):
        """A ball in noise: each slice in which the ball covers 64 pixels."""
        z, y, x = np.ogrid[:40, :96, :96]
        distance = (2 * (z - 20)) ** 2 + (y - 40) ** 2 + (x - 50) ** 2
        volume = np.random.default_rng(1).random((40, 96, 96), np.float32) * 4 + np.where(distance < 34**2, 100, 0)
        ball = np.count_nonzero(distance < 34**2, axis=(1, 2))
        taken = prepare(study_of(volume.astype(np.float32), spacing=(2.0, 1.0, 1.0))).head_slices
        assert taken.tolist() == np.flatnonzero(ball >= 64).tolist()


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
