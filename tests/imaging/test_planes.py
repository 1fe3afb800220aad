import numpy as np
import pytest
from numpy.typing import NDArray
from scan_files import picture

from app.errors import UnsupportedFileError
from app.imaging import inspect, read_study
from app.imaging.planes import mask_plane, planes_of
from app.study import Sequence

NOISE = np.random.default_rng(3).integers(30, 220, (3, 2, 8, 9), np.uint8)
"""Three planes that have nothing to do with each other: (planes, slices, rows, columns)."""


def stacked(*planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack(planes, axis=-1)


def roles(pixels: NDArray[np.uint8]) -> list[Sequence | None]:
    return [plane.role for plane in planes_of("a.tif", pixels)]


def notes(pixels: NDArray[np.uint8]) -> list[str]:
    return [plane.note for plane in planes_of("a.tif", pixels)]


def test_grey() -> None:
    (plane,) = planes_of("a.tif", NOISE[0])

    assert plane.pixels is NOISE[0] or np.shares_memory(plane.pixels, NOISE)
    assert (plane.role, plane.note) == (None, "")


@pytest.mark.parametrize("shift", [0, 6])
def test_equal_planes_are_grey_up_to_noise(shift: int) -> None:
    (plane,) = planes_of("a.jpg", stacked(NOISE[0], NOISE[0], NOISE[0] + np.uint8(shift)))

    np.testing.assert_array_equal(plane.pixels, NOISE[0])


def test_three_sequences() -> None:
    planes = planes_of("a.tif", stacked(*NOISE))

    assert [plane.role for plane in planes] == [Sequence.T1, Sequence.FLAIR, Sequence.T1CE]
    assert [plane.note for plane in planes] == [
        "plane 1 of 3 (pre-contrast T1)",
        "plane 2 of 3 (FLAIR)",
        "plane 3 of 3 (post-contrast T1)",
    ]
    for plane, expected in zip(planes, NOISE, strict=True):
        np.testing.assert_array_equal(plane.pixels, expected)


def test_a_copy_is_a_missing_plane() -> None:
    pre, flair, post = NOISE

    assert roles(stacked(flair, flair, post)) == [None, Sequence.FLAIR, Sequence.T1CE]
    assert notes(stacked(flair, flair, post))[0] == "plane 1 of 3 (a copy of FLAIR)"
    assert roles(stacked(pre, flair, flair)) == [Sequence.T1, Sequence.FLAIR, None]
    assert notes(stacked(pre, flair, flair))[2] == "plane 3 of 3 (a copy of FLAIR)"
    assert roles(stacked(pre, flair, pre)) == [Sequence.T1, Sequence.FLAIR, None]
    assert notes(stacked(pre, flair, pre))[2] == "plane 3 of 3 (a copy of T1)"


def test_a_plane_of_one_value_is_missing() -> None:
    assert notes(stacked(NOISE[0], NOISE[1], np.zeros_like(NOISE[2])))[2] == "plane 3 of 3 (empty)"


def test_a_copy_in_some_slices_is_not_missing() -> None:
    pre = NOISE[0].copy()
    pre[0] = NOISE[1][0]

    assert roles(stacked(pre, NOISE[1], NOISE[2])) == [Sequence.T1, Sequence.FLAIR, Sequence.T1CE]


def test_drawing_on_a_scan() -> None:
    grey = NOISE[0]
    red = grey.copy()
    red[:, :3] = 255

    with pytest.raises(
        UnsupportedFileError, match=r"^a\.png is a grey scan with colour drawn on it.*Give the scan in grey"
    ):
        planes_of("a.png", stacked(red, grey, grey))


def test_noise_at_the_end_of_a_stack_is_not_a_drawing() -> None:
    noise = np.random.default_rng(4).integers(0, 2, (3, 1, 8, 9), np.uint8) + np.uint8(10)
    noise[1, 0, 0] = 20

    assert roles(stacked(*noise)) == [Sequence.T1, Sequence.FLAIR, Sequence.T1CE]


def test_tint() -> None:
    grey = NOISE[0]

    with pytest.raises(
        UnsupportedFileError, match=r"^a\.png is a tinted picture: its colours show one scan three times"
    ):
        planes_of("a.png", stacked(grey, (grey * 0.8).astype(np.uint8), (grey * 0.5).astype(np.uint8)))


def test_mask_in_colour() -> None:
    red = np.zeros((1, 2, 2, 3), np.uint8)
    red[0, 1, 0] = (255, 0, 0)

    assert mask_plane(red).tolist() == [[[0, 0], [255, 0]]]
    assert mask_plane(red[..., 0]).tolist() == [[[0, 0], [255, 0]]]


def test_a_picture_of_three_sequences_as_a_study() -> None:
    pixels = stacked(NOISE[1], NOISE[1], NOISE[2])[0]

    parts = inspect([picture("TCGA_1.tif", pixels)])
    study = read_study([picture("TCGA_1.tif", pixels)])

    assert [(part.file, part.index, part.role) for part in parts] == [
        ("TCGA_1.tif", 0, None),
        ("TCGA_1.tif", 1, Sequence.FLAIR),
        ("TCGA_1.tif", 2, Sequence.T1CE),
    ]
    assert parts[1].label == "TCGA_1.tif · plane 2 of 3 (FLAIR)"
    assert study.sequences == (Sequence.FLAIR, Sequence.T1CE)
    np.testing.assert_array_equal(study.images[Sequence.T1CE][0], NOISE[2][0])
