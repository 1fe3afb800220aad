"""Positions in mm, against nibabel's own affine of the file that a volume came from."""

import numpy as np
import pytest
from nibabel.affines import apply_affine
from numpy.typing import NDArray
from scan_files import LPS, asymmetric, scan

from app.imaging import read_study, to_lps_mm
from app.study import Sequence, Source

TO_LPS = np.array([-1, -1, 1])
SIZE = (5, 4, 3)
TURNED = np.array([[0, 0, -4.0, 21], [2.5, 0, 0, -13], [0, 3.0, 0, 7], [0, 0, 0, 1]])
"""Axes to front, head and right, so that none lies where LPS has it."""


def rotation(degrees: float) -> NDArray[np.float64]:
    """About the left-right axis, then about the long axis by half as much."""
    a, b = np.radians([degrees, degrees / 2])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    whole = np.eye(4)
    whole[:3, :3] = about_z @ about_x
    return whole


OBLIQUE = rotation(25) @ TURNED


def test_corners_by_hand() -> None:
    # Voxel (4, 3, 2) of the file lies at right -4 * 2 + 21 = 13, front 2.5 * 4 - 13 = -3, head 3 * 3 + 7 = 16.
    # The file's axes run to front, head and (with a minus) left, of 5, 4 and 3 voxels: that is z = 3, y = 4 - 4, x = 2.
    to_mm = to_lps_mm(Source("volume", SIZE, TURNED))
    assert to_mm is not None
    assert to_mm.shape == (3, 4)
    assert to_mm @ (3, 0, 2, 1) == pytest.approx([-13, 3, 16])
    assert to_mm @ (0, 4, 0, 1) == pytest.approx([-21, 13, 7])


@pytest.mark.parametrize("affine", [LPS, TURNED, OBLIQUE], ids=["upright", "turned", "oblique"])
def test_every_voxel_keeps_the_place_that_its_file_gives_it(affine: NDArray[np.float64]) -> None:
    data = asymmetric(*SIZE)  # every voxel another value
    study = read_study([scan("a_t2.nii.gz", data, affine)])
    volume, to_mm = study.images[Sequence.T2], to_lps_mm(study.source)
    assert to_mm is not None
    for voxel in np.ndindex(volume.shape):
        in_file = np.argwhere(data == volume[voxel])
        assert len(in_file) == 1
        place = apply_affine(affine, in_file[0]) * TO_LPS
        assert to_mm @ (*voxel, 1) == pytest.approx(place, abs=1e-4)


def test_where_axes_are_not_oblique_mm_grow_to_left_back_and_head() -> None:
    to_mm = to_lps_mm(Source("volume", SIZE, TURNED))
    assert to_mm is not None
    z, y, x = to_mm[:, :3].T
    assert (z.tolist(), y.tolist(), x.tolist()) == ([0, 0, 3], [0, 2.5, 0], [4, 0, 0])


def test_pictures_have_no_place() -> None:
    assert to_lps_mm(Source("picture", (3, 4, 5))) is None
