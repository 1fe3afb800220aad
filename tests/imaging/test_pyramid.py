import numpy as np
import pytest

from app.imaging.grid import Grid
from app.imaging.pyramid import Scan
from app.study import Sequence, Source, Study


def scan():
    to_mm = np.array([[0, 0.5, 1.0, 10], [0, 2.0, 0.1, -20], [3.0, 0, 0, 5], [0, 0, 0, 1]])
    return Scan(np.arange(2 * 4 * 7, dtype=np.float32).reshape(2, 4, 7), Grid((2, 4, 7), to_mm))


def test_blocks_are_means_at_their_own_middle():
    coarse = scan().coarser(3.9)  # of 3.0 x 2.06 x 1.0 mm
    assert coarse.volume.shape == (2, 2, 1)
    assert coarse.volume[0, 0, 0] == np.arange(56).reshape(2, 4, 7)[0, :2, :4].mean()
    first, middle = scan().grid.to_mm @ [0, 0.5, 1.5, 1], coarse.grid.to_mm @ [0, 0, 0, 1]
    assert np.allclose(first, middle)
    assert np.allclose(coarse.grid.to_mm @ [1, 1, 0, 1], scan().grid.to_mm @ [1, 2.5, 1.5, 1])


def test_what_is_coarse_already_stays():
    same = scan().coarser(1.0)
    assert np.array_equal(same.volume, scan().volume) and np.array_equal(same.grid.to_mm, scan().grid.to_mm)


def test_a_block_is_never_larger_than_the_volume():
    assert scan().coarser(500.0).volume.shape == (1, 1, 1)


def test_simpleitk_has_the_same_millimetres():
    image = scan().image()
    assert image.GetSize() == (7, 4, 2)
    assert image.GetPixel(3, 2, 1) == scan().volume[1, 2, 3]
    assert np.allclose(image.TransformIndexToPhysicalPoint((3, 2, 1)), (scan().grid.to_mm @ [1, 2, 3, 1])[:3])


def test_pictures_lie_nowhere():
    picture = Study("p", {Sequence.T1: np.zeros((1, 2, 2), np.float32)}, Source("picture", (2, 2)))
    with pytest.raises(ValueError, match="without an affine"):
        Scan.of(picture, Sequence.T1)
