from itertools import permutations, product

import numpy as np
import pytest
from numpy.typing import NDArray
from scan_files import LPS, asymmetric, scan

from app.imaging import read_study, to_source
from app.imaging.orientation import canonical_spacing, to_canonical
from app.study import Sequence, Source

SIZE = np.array([5, 4, 3])
"""Voxels along left, posterior and superior of a canonical volume (z, y, x) of 3 x 4 x 5."""
SPACING = np.array([2.0, 3.0, 4.0])
TO_RAS = np.array([-1.0, -1.0, 1.0])
ORDERS = [(axes, signs) for axes in permutations(range(3)) for signs in product((1, -1), repeat=3)]


def affine_of(axes: tuple[int, ...], signs: tuple[int, ...]) -> NDArray[np.float64]:
    """Voxel to RAS mm of a file whose axis n runs along `axes[n]` of (left, posterior, superior), forth or back.

    The canonical voxel (0, 0, 0) lies at RAS (7, -11, 13).
    """
    affine = np.eye(4)
    affine[:3, 3] = (7, -11, 13)
    for n, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        step = np.zeros(3)
        step[axis] = sign * SPACING[axis] * TO_RAS[axis]
        affine[:3, n] = step
        if sign < 0:
            affine[:3, 3] -= step * (SIZE[axis] - 1)
    return affine


def canonical_index(affine: NDArray[np.float64], voxel: tuple[int, ...]) -> tuple[int, ...]:
    """(z, y, x) of a file's voxel, by way of the patient."""
    ras = (affine @ (*voxel, 1))[:3]
    left, posterior, superior = np.rint((ras - (7, -11, 13)) * TO_RAS / SPACING).astype(int)
    return superior, posterior, left


def test_there_are_48_orders() -> None:
    assert len({affine_of(*order).tobytes() for order in ORDERS}) == 48


@pytest.mark.parametrize(("axes", "signs"), ORDERS)
def test_every_order_lands_on_one_volume_and_goes_back(axes: tuple[int, ...], signs: tuple[int, ...]) -> None:
    canonical = asymmetric(3, 4, 5)
    affine = affine_of(axes, signs)
    data = np.empty(SIZE[list(axes)], np.int16)
    for voxel in np.ndindex(data.shape):
        data[voxel] = canonical[canonical_index(affine, voxel)]

    study = read_study([scan("a_t2.nii", data, affine)])

    volume = study.images[Sequence.T2]
    np.testing.assert_array_equal(volume, canonical)
    assert study.spacing == (4, 3, 2)
    assert study.source.shape == data.shape
    np.testing.assert_array_equal(to_source(volume, study.source), data)


def test_z_runs_up_y_back_and_x_to_the_left() -> None:
    data = np.zeros((3, 4, 5), np.int16)
    data[2, 0, 0], data[0, 3, 0], data[0, 0, 4] = 1, 2, 3  # right, anterior and superior ends of a RAS file

    volume = read_study([scan("a.nii", data, np.eye(4))]).images[Sequence.FLAIR]

    assert volume.shape == (5, 4, 3)
    assert [np.argwhere(volume == n).tolist() for n in (1, 2, 3)] == [[[0, 3, 0]], [[0, 0, 2]], [[4, 3, 2]]]


def rotation(axis: int, degrees: float) -> NDArray[np.float64]:
    turned = np.eye(4)
    first, second = (n for n in range(3) if n != axis)
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned[first, first] = turned[second, second] = cosine
    turned[first, second], turned[second, first] = -sine, sine
    return turned


@pytest.mark.parametrize(("about", "degrees"), [(0, 20), (1, -30), (2, 40)])
def test_oblique_goes_to_the_closest_axis_and_back(about: int, degrees: float) -> None:
    data = asymmetric(5, 4, 3)
    upright = LPS @ np.diag([2, 3, 4, 1])
    oblique = rotation(about, degrees) @ rotation((about + 1) % 3, 15) @ upright

    study = read_study([scan("a.nii.gz", data, oblique)])

    volume = study.images[Sequence.FLAIR]
    np.testing.assert_array_equal(volume, to_canonical(data, upright))
    assert study.spacing == pytest.approx((4, 3, 2))
    assert study.source.affine == pytest.approx(oblique, abs=1e-5)
    np.testing.assert_array_equal(to_source(volume, study.source), data)


def test_spacing_follows_the_axes() -> None:
    superior_first = np.array([[0, -0.5, 0, 0], [0, 0, -0.75, 0], [3.0, 0, 0, 0], [0, 0, 0, 1]])

    assert canonical_spacing(superior_first) == (3, 0.75, 0.5)


def test_a_mask_keeps_its_type_on_the_way_back() -> None:
    mask = asymmetric(3, 4, 5) > 30

    data = to_source(mask, Source("volume", (5, 4, 3), LPS))

    assert data.dtype == np.bool_
    np.testing.assert_array_equal(data, mask.transpose(2, 1, 0))


def test_pictures_go_back_by_slice() -> None:
    volume = asymmetric(3, 4, 5)

    assert to_source(volume, Source("picture", (3, 4, 5))) is volume
    np.testing.assert_array_equal(to_source(volume[1:2], Source("picture", (4, 5))), volume[1])


@pytest.mark.parametrize(
    "source", [Source("volume", (3, 4, 5), LPS), Source("picture", (4, 5)), Source("picture", (5, 4))]
)
def test_a_volume_of_another_grid_does_not_go_back(source: Source) -> None:
    with pytest.raises(ValueError, match=r"does not fit its source.*\(3, 4, 5\)"):
        to_source(asymmetric(3, 4, 5), source)
