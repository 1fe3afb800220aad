import gzip
from itertools import permutations, product

import nibabel as nib
import numpy as np
import pytest

from app.exports.nifti import mask_nifti, probability_nifti
from app.imaging import ScanFile, read_study
from app.study import Probability, Sequence, Source, Study

FILE_LEVELS = np.arange(24).reshape(2, 3, 4) * 8
"""(i, j, k), every voxel different, 0 to 184: what the exports below must give back in file order."""

OBLIQUE = np.array([[0.0, 0.9, 0.1, -12.5], [-2.0, 0.0, 0.3, 7.0], [0.2, -0.1, 3.0, 41.25], [0, 0, 0, 1]])


def oriented(axes: tuple[int, ...], signs: tuple[int, ...]) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = 0
    for file_axis, (world_axis, sign) in enumerate(zip(axes, signs, strict=True)):
        affine[world_axis, file_axis] = sign * (1.0 + file_axis / 2)
    affine[:3, 3] = [-10, 20.5, 30]
    return affine


ORDERS = [oriented(axes, signs) for axes in permutations(range(3)) for signs in product((1, -1), repeat=3)]


def pair_of(affine: np.ndarray) -> tuple[Probability, Study]:
    """A study read from a file, and a probability whose levels are the file's voxels."""
    image = nib.Nifti1Image(FILE_LEVELS.astype(np.int16), affine)
    study = read_study([ScanFile("p_flair.nii", image.to_bytes())])
    return Probability(study.images[Sequence.FLAIR].astype(np.uint8), study.sha256, "c" * 64), study


def opened(content: bytes) -> nib.Nifti1Image:
    return nib.Nifti1Image.from_bytes(gzip.decompress(content))


@pytest.mark.parametrize("affine", [*ORDERS, OBLIQUE])
def test_the_mask_overlays_the_file_whatever_its_axis_order(affine):
    mask = opened(mask_nifti(*pair_of(affine), 0.5))
    np.testing.assert_array_equal(np.asanyarray(mask.dataobj), FILE_LEVELS >= 100)
    np.testing.assert_array_equal(mask.affine, affine.astype(np.float32))


@pytest.mark.parametrize("affine", [ORDERS[5], ORDERS[26], OBLIQUE])
def test_the_probability_overlays_the_file_too(affine):
    probability = opened(probability_nifti(*pair_of(affine)))
    np.testing.assert_array_equal(np.rint(probability.get_fdata() * 200), FILE_LEVELS)
    np.testing.assert_array_equal(probability.affine, affine.astype(np.float32))


def test_types_units_and_codes():
    probability, study = pair_of(ORDERS[10])
    for content, dtype in [
        (mask_nifti(probability, study, 0.5), np.uint8),
        (probability_nifti(probability, study), np.float32),
    ]:
        image = opened(content)
        assert image.get_data_dtype() == dtype
        assert image.header.get_xyzt_units()[0] == "mm"
        assert (int(image.header["sform_code"]), int(image.header["qform_code"])) == (2, 2)
        assert b"research only" in image.header["descrip"].item()
    assert np.unique(np.asanyarray(opened(mask_nifti(probability, study, 0.5)).dataobj)).tolist() == [0, 1]


def test_the_qform_agrees_with_the_affine():
    probability, study = pair_of(ORDERS[33])
    image = opened(mask_nifti(probability, study, 0.5))
    np.testing.assert_allclose(image.get_qform(), ORDERS[33], atol=1e-5)


def test_a_probability_is_exactly_its_level_over_200():
    probability, study = pair_of(np.eye(4))
    voxels = np.asanyarray(opened(probability_nifti(probability, study)).dataobj)
    assert voxels[0, 1, 2] == np.float32(6 * 8 / 200)
    assert voxels[1, 2, 3] == np.float32(0.92)


def test_the_threshold_itself_counts_as_tumour():
    probability, study = pair_of(np.eye(4))
    at, above = (opened(mask_nifti(probability, study, t)).get_fdata().sum() for t in (0.92, 0.925))
    assert (at, above) == (1, 0)


def test_the_same_input_gives_the_same_bytes():
    probability, study = pair_of(OBLIQUE)
    content = mask_nifti(probability, study, 0.3)
    assert content == mask_nifti(probability, study, 0.3)
    assert content[3] == 0, "the gzip header names no file"
    assert content[4:8] == bytes(4), "and no time"


def test_a_study_without_an_affine_is_refused():
    voxels = np.array([[[1, 2]]], np.uint8)
    study = Study("p", {Sequence.FLAIR: voxels.astype(np.float32)}, Source("picture", (1, 2)))
    with pytest.raises(ValueError, match="kind 'picture' without one"):
        mask_nifti(Probability(voxels, study.sha256, ""), study, 0.5)
