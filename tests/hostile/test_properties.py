"""Whatever the bytes are, a reader gives a sound study or says no; and what was written is what is read."""

import numpy as np
import pytest
import volumes
from case import outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutated
from numpy.typing import NDArray
from sound_files import SOUND

from app.imaging import ScanFile, to_source
from app.study import Study

QUICK = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0")
VOLUMES = (
    b"NRRD0004\n",
    b"ObjectType = Image\n",
    b"NDims = 3\n",
    b"\0\0\0\1",
    b"\x5c\1\0\0",
    b"\0\0\1\x5c",
    b"\x1c\2\0\0",
)
OTHERS = (b"", b"\x1f\x8b\x08", b"PK\x03\x04", bytes(128) + b"DICM", b"\x08\0\x05\0CS\x0a\0", b"\x08\0\x08\0")


@given(st.sampled_from(PICTURES + VOLUMES + OTHERS), st.binary(max_size=2000))
@settings(QUICK, max_examples=2000)
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    outcome([ScanFile("a", start + rest)])


@pytest.mark.parametrize("form", SOUND)
def test_changed_files_are_read_or_refused(form: str) -> None:
    @given(mutated(form))
    @settings(QUICK, max_examples=250)
    def check(file: ScanFile) -> None:
        outcome([file])

    check()


def _stored_again(file: ScanFile) -> NDArray[np.float32]:
    """The voxels of a file as they were read, back in its own order."""
    study = outcome([file])
    assert isinstance(study, Study), study
    (volume,) = study.images.values()
    return to_source(volume, study.source)


@given(volumes.voxels(volumes.NIFTI_TYPES), volumes.affines(), st.sampled_from((1, 2)), st.booleans())
@settings(QUICK, max_examples=150)
def test_nifti_volumes_come_back(
    stored: NDArray[np.generic], affine: NDArray[np.float64], version: int, zipped: bool
) -> None:
    file = volumes.nifti_file(stored, affine, version, zipped)
    np.testing.assert_array_equal(_stored_again(file), stored.astype(np.float32))


@given(volumes.voxels(volumes.MGH_TYPES), volumes.affines(), st.booleans())
@settings(QUICK, max_examples=80)
def test_mgh_volumes_come_back(stored: NDArray[np.generic], affine: NDArray[np.float64], zipped: bool) -> None:
    np.testing.assert_array_equal(_stored_again(volumes.mgh_file(stored, affine, zipped)), stored.astype(np.float32))


@given(volumes.voxels(volumes.NIFTI_TYPES), volumes.affines())
@settings(QUICK, max_examples=80)
def test_nrrd_volumes_come_back(stored: NDArray[np.generic], affine: NDArray[np.float64]) -> None:
    np.testing.assert_array_equal(_stored_again(volumes.nrrd_file(stored, affine)), stored.astype(np.float32))


@given(volumes.voxels(("u1", "<u2"), dimensions=2), st.sampled_from(("PNG", "TIFF")))
@settings(QUICK, max_examples=80)
def test_pictures_come_back(pixels: NDArray[np.generic], kind: str) -> None:
    np.testing.assert_array_equal(_stored_again(volumes.picture_file(pixels, kind)), pixels.astype(np.float32))


@given(
    volumes.voxels(("<i2", "<u2", "u1")),
    volumes.affines(),
    st.floats(-50, 50).filter(lambda slope: abs(slope) > 1e-3),
    st.floats(-2000, 2000),
)
@settings(QUICK, max_examples=100)
def test_scaling_is_that_of_the_header(
    stored: NDArray[np.generic], affine: NDArray[np.float64], slope: float, intercept: float
) -> None:
    slope, intercept = float(np.float32(slope)), float(np.float32(intercept))
    file = ScanFile("a.nii", volumes.nifti(stored, affine, scl_slope=slope, scl_inter=intercept))
    expected = (stored.astype(np.float64) * slope + intercept).astype(np.float32)
    np.testing.assert_array_equal(_stored_again(file), expected)
