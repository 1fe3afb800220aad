"""Volumes and colours in NIfTI files; other formats share the code behind them."""

import gzip
import tracemalloc

import numpy as np
import pytest
from scan_files import LPS, asymmetric, nifti, scan

from app.errors import LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, REFERENCE, ScanFile, inspect, read_study
from app.imaging.nifti import open_nifti
from app.study import Sequence

RANDOM = np.random.default_rng(3)
SERIES = asymmetric(5, 4, 3, 6)
RGB = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
RGBA = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1"), ("A", "u1")])


@pytest.mark.parametrize(("name", "role"), [("a_flair.nii", Sequence.FLAIR), ("a.nii.gz", None)])
def test_of_many_volumes_the_name_tells_the_first(name: str, role: Sequence | None) -> None:
    parts = inspect([scan(name, SERIES)])

    assert [part.label for part in parts] == [f"{name} · frame {n} of 6" for n in range(1, 7)]
    assert [part.role for part in parts] == [role, None, None, None, None, None]
    assert {part.details for part in parts} == {"5 x 4 x 3 voxels of 1 x 1 x 1 mm"}


@pytest.mark.parametrize("shape", [(5, 4, 3, 6), (5, 4, 3, 1, 6), (5, 4, 3, 6, 1)])
def test_the_frame_that_is_chosen_is_read(shape: tuple[int, ...]) -> None:
    file = scan("a.nii.gz", SERIES.reshape(shape), scl_slope=2, scl_inter=1)

    study = read_study([file], {("a.nii.gz", 4): Sequence.FLAIR, ("a.nii.gz", 2): Sequence.T2})

    np.testing.assert_array_equal(study.images[Sequence.FLAIR], SERIES[..., 4].transpose(2, 1, 0) * 2 + 1)
    np.testing.assert_array_equal(study.images[Sequence.T2], SERIES[..., 2].transpose(2, 1, 0) * 2 + 1)


def test_only_the_frame_that_is_asked_for_is_made() -> None:
    """60 frames of 32 KiB each, unpacked once; in float32 they would all be 3.75 MiB."""
    data = RANDOM.integers(-9, 9, (32, 32, 16, 60), np.int16)
    opened = open_nifti(scan("a.nii.gz", data), LIMITS)

    tracemalloc.start()
    (volume,) = opened.read([59]).values()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert volume.shape == (16, 32, 32)
    assert peak < data.nbytes + 0.2 * 2**20


def test_frames_are_limited() -> None:
    sound = nifti(np.zeros((1, 1, 1, 2000), np.uint8))
    many = nifti(np.zeros((1, 1, 1, 2001), np.uint8))

    assert len(open_nifti(ScanFile("a.nii", sound), LIMITS).parts) == 2000
    with pytest.raises(LimitError, match=r"^a\.nii holds 2,001 volumes; at most 2,000 are read\. Keep those"):
        open_nifti(ScanFile("a.nii", many), LIMITS)


def colours(planes: np.ndarray, dtype: np.dtype[np.void] = RGB) -> np.ndarray:
    """`(planes, i, j, k)` as NIfTI has it."""
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1)).view(dtype)[..., 0]


@pytest.mark.parametrize(("dtype", "name"), [(RGB, "a.nii"), (RGBA, "a.nii.gz")])
def test_three_colours_are_three_sequences(dtype: np.dtype[np.void], name: str) -> None:
    planes = RANDOM.integers(0, 255, (len(dtype), 5, 4, 3), np.uint8)
    turned = LPS @ np.diag([-1.0, 1, 2, 1])

    file = scan(name, colours(planes, dtype), turned)
    study = read_study([file])

    assert [part.label for part in inspect([file])] == [
        f"{name} · plane 1 of 3 (pre-contrast T1)",
        f"{name} · plane 2 of 3 (FLAIR)",
        f"{name} · plane 3 of 3 (post-contrast T1)",
    ]
    assert study.sequences == (Sequence.FLAIR, Sequence.T1, Sequence.T1CE)
    assert (study.spacing, study.source.shape) == ((2, 1, 1), (5, 4, 3))
    for plane, sequence in zip(planes, (Sequence.T1, Sequence.FLAIR, Sequence.T1CE), strict=False):
        np.testing.assert_array_equal(study.images[sequence], plane[::-1].transpose(2, 1, 0))


def test_grey_in_three_colours_is_one_scan() -> None:
    grey = RANDOM.integers(0, 255, (5, 4, 3), np.uint8)

    (part,) = inspect([scan("a_t2.nii", colours(np.stack([grey] * 3)))])

    assert (part.label, part.role) == ("a_t2.nii", Sequence.T2)


def test_mask_in_colours() -> None:
    red = np.zeros((3, 5, 4, 3), np.uint8)
    red[0, 1, 2, 1] = 255

    file = scan("a_seg.nii", colours(red))
    study = read_study([scan("a_flair.nii", asymmetric(5, 4, 3)), file])

    assert inspect([file])[0].role == REFERENCE
    assert study.reference is not None
    assert np.argwhere(study.reference).tolist() == [[1, 2, 1]]


def test_colours_drawn_on_a_scan() -> None:
    drawn = np.stack([RANDOM.integers(30, 255, (5, 4, 3), np.uint8)] * 3)
    drawn[0, :2] = 255

    with pytest.raises(UnsupportedFileError, match=r"^a\.nii is a grey scan with colour drawn on it"):
        inspect([scan("a.nii", colours(drawn))])


def test_volumes_in_colour() -> None:
    data = colours(np.zeros((3, 5, 4, 3), np.uint8))
    with pytest.raises(UnsupportedFileError, match=r"^a\.nii holds 2 volumes in colour\. Give one of them"):
        inspect([scan("a.nii", np.stack([data, data], axis=-1))])


def test_colours_cut_off() -> None:
    whole = nifti(colours(np.zeros((3, 5, 4, 3), np.uint8)))
    for file in (ScanFile("a.nii", whole[:-1]), ScanFile("a.nii", gzip.compress(whole[:-1]))):
        with pytest.raises(UnreadableFileError, match=r"^a\.nii ends before all the voxels"):
            inspect([file])
