import gzip
from dataclasses import replace

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray
from scan_files import LPS, asymmetric, nifti, scan

from app.errors import UnreadableFileError
from app.imaging import LIMITS, ScanFile, inspect, read_study
from app.imaging.nifti import open_nifti
from app.imaging.volume_file import SLACK
from app.study import Sequence

DTYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")


def flair(file: ScanFile) -> NDArray[np.float32]:
    return read_study([file]).images[Sequence.FLAIR]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_versions_byte_orders_and_data_types(version: int, order: str, dtype: str, name: str) -> None:
    data = asymmetric(5, 4, 3).astype(dtype)

    volume = flair(scan(name, data, version=version, order=order))

    assert volume.dtype == np.float32
    assert volume.flags.c_contiguous
    assert volume.flags.aligned
    assert not volume.flags.writeable
    np.testing.assert_array_equal(volume, asymmetric(5, 4, 3).transpose(2, 1, 0))


def test_fractions_are_kept() -> None:
    data = asymmetric(5, 4, 3) / np.float32(8) - 1

    np.testing.assert_array_equal(flair(scan("a.nii", data)), data.transpose(2, 1, 0))


@pytest.mark.parametrize(
    ("slope", "intercept", "expected"),
    [(2, -3, [-3, -1, 1, 3]), (0.5, 0, [0, 0.5, 1, 1.5]), (0, 7, [0, 1, 2, 3]), (np.nan, np.nan, [0, 1, 2, 3])],
)
def test_slope_and_intercept(slope: float, intercept: float, expected: list[float]) -> None:
    data = np.arange(4, dtype=np.uint8).reshape(4, 1, 1)

    volume = flair(scan("a.nii.gz", data, scl_slope=slope, scl_inter=intercept))

    assert volume.ravel().tolist() == expected


def test_scaling_is_computed_in_double() -> None:
    data = np.array([0, 16_777_217], np.int32).reshape(2, 1, 1)

    volume = flair(scan("a.nii", data, scl_slope=1, scl_inter=-16_777_216))

    assert volume.ravel().tolist() == [-16_777_216, 1]


def test_extensions_before_the_voxels_are_passed_over() -> None:
    image = nibabel.Nifti1Image(asymmetric(5, 4, 3), LPS)
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"of any length"))

    np.testing.assert_array_equal(flair(ScanFile("a.nii", image.to_bytes())), asymmetric(5, 4, 3).transpose(2, 1, 0))


@pytest.mark.parametrize("trailing", [(1,), (1, 1), (1, 1, 1)])
def test_axes_of_one_after_the_third_do_not_count(trailing: tuple[int, ...]) -> None:
    study = read_study([scan("a_t1.nii", asymmetric(5, 4, 3).reshape(5, 4, 3, *trailing))])

    assert study.sequences == (Sequence.T1,)
    assert study.source.shape == (5, 4, 3)


def test_one_slice_in_three_dimensions() -> None:
    study = read_study([scan("a.nii", asymmetric(5, 4, 1))])

    assert study.shape == (1, 4, 5)


@pytest.mark.parametrize("shape", [(5, 4, 3, 4), (5, 4, 3, 1, 4)])
def test_four_volumes_come_in_the_order_of_the_decathlon(shape: tuple[int, ...]) -> None:
    data = asymmetric(5, 4, 3, 4)

    study = read_study([scan("BRATS_001.nii.gz", data.reshape(shape))])

    assert study.sequences == (Sequence.FLAIR, Sequence.T1, Sequence.T1CE, Sequence.T2)
    assert study.source.shape == (5, 4, 3)
    for index, sequence in enumerate(study.sequences):
        np.testing.assert_array_equal(study.images[sequence], data[..., index].transpose(2, 1, 0))


def test_fewer_volumes_are_the_first_of_the_decathlon_until_told_otherwise() -> None:
    file = scan("x.nii", asymmetric(5, 4, 3, 2))

    parts = inspect([file])
    corrected = read_study([file], {("x.nii", 0): Sequence.T2, ("x.nii", 1): None})

    assert [(part.index, part.label, part.role) for part in parts] == [
        (0, "x.nii · volume 1 of 2", Sequence.FLAIR),
        (1, "x.nii · volume 2 of 2", Sequence.T1),
    ]
    assert corrected.sequences == (Sequence.T2,)
    np.testing.assert_array_equal(corrected.images[Sequence.T2], asymmetric(5, 4, 3, 2)[..., 0].transpose(2, 1, 0))


def test_sform_goes_before_qform_and_qform_before_voxel_sizes() -> None:
    data = asymmetric(5, 4, 3)
    image = nibabel.Nifti1Image(data, None)
    image.set_sform(np.diag([2.0, 2, 2, 1]), 1)
    image.set_qform(np.diag([3.0, 3, 3, 1]), 1)
    both = image.to_bytes()
    qform = nifti(data, None, pixdim=[1, 3, 3, 3, 0, 0, 0, 0], qform_code=1)
    neither = nifti(data, None, pixdim=[0, 1, 2, 4, 0, 0, 0, 0])

    spacings = [read_study([ScanFile("a.nii", file)]).spacing for file in (both, qform, neither)]

    assert spacings == [(2, 2, 2), (3, 3, 3), (4, 2, 1)]


def test_a_qfac_of_zero_means_one() -> None:
    """As the standard has it, for files in which nobody set it."""
    zero, one = (
        read_study([scan("a.nii", asymmetric(5, 4, 3), None, pixdim=[qfac, 1, 1, 1, 0, 0, 0, 0], qform_code=1)])
        for qfac in (0, 1)
    )

    np.testing.assert_array_equal(zero.source.affine, one.source.affine)


@pytest.mark.parametrize(("units", "spacing"), [(0, 1), (1, 1000), (2, 1), (3, 0.001), (2 + 8, 1)])
def test_space_units(units: int, spacing: float) -> None:
    study = read_study([scan("a.nii", asymmetric(5, 4, 3), xyzt_units=units)])

    assert study.spacing == pytest.approx((spacing,) * 3)
    assert study.source.affine == pytest.approx(np.diag([-spacing, -spacing, spacing, 1]))


def test_float_voxels_in_order_are_not_copied() -> None:
    file = scan("a.nii", asymmetric(5, 4, 3).astype(np.float32))

    (volume,) = open_nifti(file, LIMITS).read([0]).values()

    assert np.shares_memory(volume, np.frombuffer(file.data, np.uint8))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_padding_is_let_pass_but_more_is_not(name: str) -> None:
    whole = nifti(asymmetric(5, 4, 3))
    padded, long = (whole + bytes(SLACK + more) for more in (0, 1))
    files = [ScanFile(name, gzip.compress(data) if name.endswith("gz") else data) for data in (padded, long)]

    assert flair(files[0]).shape == (3, 4, 5)
    with pytest.raises(UnreadableFileError, match=rf"^{name} goes on after the voxels"):
        flair(files[1])


@pytest.mark.parametrize("cut", [1, 100, 119])
def test_truncated_voxels(cut: int) -> None:
    whole = nifti(asymmetric(5, 4, 3))

    for file in (ScanFile("a.nii", whole[:-cut]), ScanFile("a.nii.gz", gzip.compress(whole[:-cut]))):
        with pytest.raises(UnreadableFileError, match=r"ends before all the voxels .* Copy or download it again"):
            flair(file)


def test_only_the_volumes_that_are_asked_for_are_made() -> None:
    opened = open_nifti(scan("a.nii", asymmetric(5, 4, 3, 4)), replace(LIMITS, voxels=60))

    assert set(opened.read([2])) == {2}
