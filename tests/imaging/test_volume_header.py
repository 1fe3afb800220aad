import numpy as np
import pytest

from app.errors import LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging.limits import LIMITS
from app.imaging.volume_header import (
    VolumeHeader,
    affine_from_lps,
    axes_of,
    check_limits,
    check_sizes,
    last_piece,
    sound_affine,
)


def header(*sizes: int, frame_axis: int | None = None, colour: bool = False) -> VolumeHeader:
    return VolumeHeader(sizes, frame_axis, np.dtype(np.int16), np.eye(4), offset=100, colour=colour)


def test_what_a_header_promises() -> None:
    volumes, colours = header(2, 5, 4, 3, frame_axis=0), header(3, 5, 4, 3, frame_axis=0, colour=True)

    assert (volumes.shape, volumes.volumes, volumes.size) == ((5, 4, 3), 2, 100 + 240)
    assert (colours.shape, colours.volumes) == ((5, 4, 3), 1)
    assert (header(5, 4, 3).shape, header(5, 4, 3).volumes) == ((5, 4, 3), 1)


@pytest.mark.parametrize(
    ("sizes", "space", "kept"),
    [
        ((5, 4, 3), (0, 1, 2), ((5, 4, 3), None)),
        ((5, 4, 1), (0, 1, 2), ((5, 4, 1), None)),
        ((5, 4, 3, 1, 6), (0, 1, 2), ((5, 4, 3, 6), 3)),
        ((1, 6, 5, 1, 3), (2, 3, 4), ((6, 5, 1, 3), 0)),
        ((5, 6, 4, 3), (0, 2, 3), ((5, 6, 4, 3), 1)),
    ],
)
def test_axes(sizes: tuple[int, ...], space: tuple[int, ...], kept: tuple[tuple[int, ...], int | None]) -> None:
    assert axes_of("a", sizes, space) == kept


def test_volumes_along_two_axes() -> None:
    with pytest.raises(UnsupportedFileError, match=r"^a holds 6 volumes along 2 axes \(5 x 4 x 3 x 2 x 3\)"):
        axes_of("a", (5, 4, 3, 2, 3))


def test_promises_are_held_against_the_limits() -> None:
    check_limits("a", header(512, 512, 256), LIMITS)
    for promise in (header(5000, 4, 3), header(5, 4, 3, 2001, frame_axis=3), header(512, 512, 256, 9, frame_axis=3)):
        with pytest.raises(LimitError, match=r"^a holds"):
            check_limits("a", promise, LIMITS)


def test_axes_that_cannot_be() -> None:
    for sizes in ((), (5, 0, 3), (5, 4, 3, 2**63), (1,) * 17):
        with pytest.raises(UnreadableFileError, match=r"^a has a damaged NIfTI header: its axes are given as"):
            check_sizes("a", "NIfTI", sizes)


def test_affine_from_lps() -> None:
    """The first axis runs 2 mm to the back, the second 3 mm to the head, the third 4 mm to the left."""
    steps = np.array([[0.0, 0, 4], [2, 0, 0], [0, 3, 0]])

    affine = sound_affine("a", "NRRD", affine_from_lps(steps, np.array([7.0, -11, 13])))

    assert affine.tolist() == [[0, 0, -4, -7], [-2, 0, 0, 11], [0, 3, 0, 13], [0, 0, 0, 1]]
    assert not affine.flags.writeable


@pytest.mark.parametrize("value", [0, np.nan, np.inf, 1e9])
def test_affines_that_cannot_be(value: float) -> None:
    affine = np.eye(4)
    affine[1, 1] = value

    with pytest.raises(UnreadableFileError, match=r"^a has a damaged NRRD header: its affine has"):
        sound_affine("a", "NRRD", affine)


def test_names_without_folders() -> None:
    assert [last_piece(name) for name in ("a.nrrd", "x/y/a.nrrd", "x\\a.nrrd")] == ["a.nrrd"] * 3
