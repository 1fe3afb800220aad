import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from heads import ellipse, head, study_of

from app.model.network_input import RECENT, SIZE, Geometry, neighbour_offsets, prepare
from app.study import Sequence

ONE = np.array([0])
WHOLE = (slice(0, SIZE), slice(0, SIZE))


def whole(network_input):
    """The same, with all of the plane in the window."""
    return replace(network_input, window=WHOLE)


def stack(count, spacing=(1.0, 1.0, 1.0)):
    """Slices with a head each, of another brightness each."""
    return study_of(np.stack([head((100, 80), (10, 90, 10, 70), 100 - 5 * n) for n in range(count)]), spacing)


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
        network_input = whole(prepare(study_of(image[np.newaxis])))
        plane = network_input.planes(ONE)[0, ..., 0]
        assert plane[0, 0] == pytest.approx(plane[70, 80], abs=1e-6)  # the corner of the slice is background
        assert plane[0, 0] == plane.min() < -1

    def test_a_background_far_below_the_head_is_clipped_beyond_the_edge_too(self):
        """A head of even brightness: black is 20 deviations away."""
        image = np.where(ellipse((100, 80), (10, 90, 10, 70)), 100, 0).astype(np.float32)
        image[50:55, 30:50] += 22
        plane = whole(prepare(study_of(image[np.newaxis]))).planes(ONE)[0, ..., 0]
        assert (plane[0, 0], plane[71, 81]) == (-4, -4)


class TestNeighbours:
    @pytest.mark.parametrize(
        ("slice_mm", "neighbours", "offsets"),
        [
            (1.0, 1, [-3, 3]),
            (1.0, 2, [-3, 3, -6, 6]),
            (0.5, 1, [-6, 6]),
            (2.0, 1, [-2, 2]),
            (3.0, 1, [-1, 1]),
            (5.0, 2, [-1, 1, -2, 2]),
            (12.0, 1, [-1, 1]),
            (None, 1, [-1, 1]),
            (1.0, 0, []),
            (None, 0, []),
        ],
    )
    def test_they_lie_about_3_mm_away(self, slice_mm, neighbours, offsets):
        assert neighbour_offsets(slice_mm, neighbours) == offsets

    @pytest.mark.parametrize(("spacing", "gap"), [((1.5, 1.0, 1.0), 2), ((5.0, 1.0, 1.0), 1), (None, 1)])
    def test_they_follow_the_slice_below_before_above(self, spacing, gap):
        network_input = prepare(stack(9, spacing))
        planes = network_input.planes(np.array([4, 5]), 2)
        assert (planes.shape[-1], planes.dtype) == (20, np.float32)
        for row, index in enumerate((4, 5)):
            wanted = [index, index - gap, index + gap, index - 2 * gap, index + 2 * gap]
            for place, other in enumerate(wanted):
                expected = network_input.planes(np.array([other]))[0] if other < 9 else 0
                np.testing.assert_array_equal(planes[row, ..., 4 * place : 4 * place + 4], expected)

    def test_those_beyond_the_ends_and_without_head_are_zero(self):
        volume = stack(7).images[Sequence.FLAIR].copy()
        volume[3] = 0
        planes = prepare(study_of(volume, (3.0, 1.0, 1.0))).planes(np.array([0, 2, 4, 6]), 1)
        seen = planes.any(axis=(1, 2))[:, ::4]  # FLAIR of the slice, below, above
        assert seen.tolist() == [[True, False, True], [True, True, False], [True, False, True], [True, True, False]]

    def test_without_them_the_slice_is_the_same(self):
        network_input = prepare(stack(7))
        planes = network_input.planes(np.array([3, 6]), 2)
        np.testing.assert_array_equal(network_input.planes(np.array([3, 6])), planes[..., :4])


class TestWindow:
    @pytest.mark.parametrize(
        ("shape", "box", "rows", "columns"),
        [
            ((240, 240), (40, 210, 50, 190), (29, 221), (40, 200)),  # 170 + 16 -> 192; 140 + 16 -> 160
            ((240, 240), (100, 116, 60, 93), (92, 124), (44, 108)),  # 16 + 16 = 32; 33 + 16 -> 64
            ((240, 240), (0, 100, 5, 60), (0, 128), (0, 80)),
            ((240, 240), (150, 240, 200, 240), (128, 240), (176, 240)),
            ((240, 240), (0, 240, 7, 232), (0, 240), (0, 240)),
            ((97, 80), (8, 90, 5, 69), (65, 177), (77, 157)),  # the slice begins at 72, 80 of the plane
            ((400, 100), (300, 400, 10, 60), (112, 240), (65, 145)),  # the plane begins at 160, -70 of the slice
        ],
    )
    def test_the_head_and_8_pixels_around_it_in_multiples_of_16(self, shape, box, rows, columns):
        network_input = prepare(study_of(head(shape, box)[np.newaxis]))
        assert network_input.window == (slice(*rows), slice(*columns))
        assert network_input.planes(ONE).shape == (1, rows[1] - rows[0], columns[1] - columns[0], 4)

    def test_the_heads_of_all_slices_are_in_it(self):
        slices = [head((240, 240), (100, 140, first, first + 40)) for first in (60, 80, 120)]
        assert prepare(study_of(np.stack(slices))).window == (slice(88, 152), slice(46, 174))

    def test_it_is_a_part_of_the_plane(self):
        network_input = prepare(stack(4))
        found = network_input.planes(np.array([2, 1]), 1)
        np.testing.assert_array_equal(found, whole(network_input).planes(np.array([2, 1]), 1)[:, *network_input.window])

    def test_beyond_it_nothing_was_said(self):
        network_input = prepare(study_of(head((240, 240), (40, 210, 50, 190))[np.newaxis]))
        back = network_input.on_grid(np.ones((192, 160), np.float32))
        assert back[29:221, 40:200].min() == 1
        assert back.sum() == 192 * 160


class TestHead:
    def test_what_is_brighter_than_the_background_in_some_sequence(self):
        flair, t2 = np.zeros((2, 2, 60, 50), np.float32)
        flair[0, 10:50, 10:30], flair[0, 0, 0] = 50, 2  # 2 is noise: 5 % of the range is 2.5
        t2[:, 20:50, 10:45], t2[1, 5, 5] = 900, 60
        expected = (flair > 2.5) | (t2 > 45)
        found = prepare(study_of({Sequence.FLAIR: flair, Sequence.T2: t2})).head
        assert found.dtype == bool
        np.testing.assert_array_equal(found, expected)


class TestHeadSlices:
    @pytest.mark.parametrize(
        ("spacing", "voxels"),
        [((1.0, 1.0, 1.0), 64), ((5.0, 2.0, 1.0), 32), ((1.0, 0.5, 0.5), 256), (None, 12)],
    )
    def test_air_is_skipped_and_64_square_millimetres_of_head_are_not(self, spacing, voxels):
        """Without spacing the 100 rows are 240 mm: 64 / 2.4 ** 2 = 11.1 voxels."""
        volume = np.zeros((6, 100, 90), np.float32)
        volume[1, 30:].flat[: voxels - 1] = 50
        volume[2, 30:].flat[:voxels] = 50
        volume[3, 20:80, 20:70] = 50
        assert prepare(study_of(volume, spacing)).head_slices.tolist() == [2, 3]

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


class TestMemory:
    @pytest.fixture
    def made(self, monkeypatch):
        """How often a slice was scaled to a plane."""
        made = []
        to_plane = Geometry.to_plane
        monkeypatch.setattr(Geometry, "to_plane", lambda *args: made.append(1) or to_plane(*args))
        return made

    def test_each_slice_is_made_once_in_a_walk_with_neighbours(self, made):
        network_input = prepare(stack(20))
        for start in (0, 8, 16):
            network_input.planes(np.arange(start, min(start + 8, 20)), 2)
        assert len(made) == 20

    def test_not_all_slices_of_a_long_study_are_kept(self, made):
        volume = np.tile(stack(1).images[Sequence.FLAIR], (RECENT + 1, 1, 1))
        network_input = prepare(study_of(volume))
        network_input.planes(np.arange(RECENT + 1))
        network_input.planes(np.array([RECENT]))
        assert len(made) == RECENT + 1
        network_input.planes(ONE)
        assert len(made) == RECENT + 2

    def test_it_is_let_go_at_once(self):
        """Not when the collector comes by: it holds a whole study."""
        gc.disable()
        try:
            network_input = prepare(stack(3))
            network_input.planes(np.arange(3), 1)
            watched = weakref.ref(network_input)
            del network_input
            assert watched() is None
        finally:
            gc.enable()
