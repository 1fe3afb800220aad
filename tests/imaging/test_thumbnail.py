import numpy as np
import pytest

from app.imaging.thumbnail import thumbnail


def test_percentiles_are_black_and_white() -> None:
    plane = np.arange(101, dtype=np.float32).reshape(1, 101)[:, :96]

    small = thumbnail(plane)

    low, high = 0.95, 94.05
    assert small.dtype == np.uint8
    assert small.tolist() == [[int(np.clip((value - low) / (high - low), 0, 1) * 255) for value in range(96)]]


@pytest.mark.parametrize(
    ("shape", "aspect", "expected"),
    [
        ((96, 96), 1, (96, 96)),
        ((192, 48), 1, (96, 24)),
        ((40, 20), 1, (40, 20)),
        ((20, 192), 4, (40, 96)),
        ((1, 4000), 1, (1, 96)),
    ],
)
def test_size(shape: tuple[int, int], aspect: float, expected: tuple[int, int]) -> None:
    assert thumbnail(np.zeros(shape, np.float32), aspect).shape == expected


def test_means_of_blocks() -> None:
    plane = np.zeros((192, 192), np.float32)
    plane[:, 1::2] = 2

    assert thumbnail(plane).tolist() == [[128] * 96] * 96


def test_what_is_not_finite_is_black() -> None:
    plane = np.full((2, 50), 7, np.float32)
    plane[0, 0], plane[0, 1] = np.nan, np.inf

    assert thumbnail(plane)[0, :3].tolist() == [0, 0, 255]
