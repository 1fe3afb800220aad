import re

import numpy as np
import pytest
from dataset_files import write_h5

from app.errors import DatasetError, UnsupportedFileError, VoxelError
from app.model.intensity import measure_intensity
from app.study import Sequence
from app.training.datasets import DATASETS

X, Y, Z = 3, 4, 11
BRAIN = np.zeros((X, Y, Z), bool)
BRAIN[1:, 1:3, 1:] = True
RAW = np.random.default_rng(6).uniform(1, 9, (X, Y, Z, 4)) * BRAIN[..., np.newaxis]
LABELS = np.zeros((X, Y, Z), np.uint8)
LABELS[1, 1, 3], LABELS[2, 1, 3], LABELS[2, 2, 10] = 1, 2, 4


def write_volume(folder, image, number=1, labels=LABELS):
    for z in range(Z):
        mask = np.stack([labels[:, :, z] == label for label in (1, 2, 4)], axis=-1).astype(np.uint8)
        write_h5(folder / f"volume_{number}_slice_{z}.h5", image[:, :, z], mask)


def normalised(raw):
    inside = raw[BRAIN]
    return np.where(BRAIN[..., np.newaxis], (raw - inside.mean(0)) / inside.std(0), 0)


@pytest.fixture
def case(tmp_path):
    write_volume(tmp_path, normalised(RAW))
    (case,) = DATASETS["brats-h5"].cases(tmp_path)
    return case


def test_a_case_is_a_volume_with_its_slices_in_numeric_order(tmp_path):
    for number in (2, 10):
        write_volume(tmp_path / "content" / "data", normalised(RAW), number)
    (tmp_path / "content" / "data" / "meta_data.csv").touch()
    cases = DATASETS["brats-h5"].cases(tmp_path)
    assert [(case.key, case.patient) for case in cases] == [
        ("brats-h5/volume_10", "volume_10"),
        ("brats-h5/volume_2", "volume_2"),
    ]
    assert [path.name for path in cases[1].files] == [f"volume_2_slice_{z}.h5" for z in range(Z)]


def test_voxels_and_labels_are_where_they_belong(case):
    study = case.study()
    assert (study.name, study.shape, study.spacing) == ("volume_1", (Z, Y, X), (1.0, 1.0, 1.0))
    np.testing.assert_array_equal(study.reference, LABELS.transpose(2, 1, 0))
    inside = BRAIN.transpose(2, 1, 0)
    for channel, sequence in enumerate(Sequence):
        expected = normalised(RAW)[..., channel].transpose(2, 1, 0)
        np.testing.assert_allclose(study.images[sequence][inside], expected[inside], rtol=1e-6)
        assert not study.images[sequence].flags.writeable


@pytest.mark.parametrize("whole_volume", [False, True])
def test_the_background_lies_below_the_brain(tmp_path, whole_volume):
    """Whether it was 0, the brain's mean, or was normalised with the brain."""
    image = (RAW - RAW.mean((0, 1, 2))) / RAW.std((0, 1, 2)) if whole_volume else normalised(RAW)
    write_volume(tmp_path, image)
    (case,) = DATASETS["brats-h5"].cases(tmp_path)
    inside = BRAIN.transpose(2, 1, 0)
    for volume in case.study().images.values():
        assert np.unique(volume[~inside]) == pytest.approx([volume[inside].min() - 0.01])
        assert volume[inside].mean() > measure_intensity(volume).threshold


def test_own_slices_are_those_of_the_files(case):
    own = case.own_slices(case.study().reference)
    np.testing.assert_array_equal(own, LABELS.transpose(2, 0, 1))


def test_missing_slices_are_named(case):
    for z in (2, 5, 6, 10):
        case.files[z].unlink()
    (cut,) = DATASETS["brats-h5"].cases(case.files[0].parent)
    with pytest.raises(DatasetError, match=r": slice 2, 5, 6 is missing before volume_1_slice_9\.h5\. Download"):
        cut.study()


def test_a_slice_that_is_there_twice(case):
    again = case.files[3].parent / "copy" / case.files[3].name
    again.parent.mkdir()
    again.write_bytes(case.files[3].read_bytes())
    (double,) = DATASETS["brats-h5"].cases(case.files[0].parent)
    with pytest.raises(DatasetError, match=re.escape("are the same slice. Give a folder with one of them.")):
        double.study()


@pytest.mark.parametrize(
    ("image", "mask", "error", "said"),
    [
        ((3, 4, 3), (3, 4, 3), UnsupportedFileError, r"slice_4\.h5: image and mask are not .*Received: \(3, 4, 3\)"),
        ((3, 4, 4), (4, 3, 3), UnsupportedFileError, r"slice_4\.h5: image and mask are not .*\(4, 3, 3\)"),
        ((5, 4, 4), (5, 4, 3), UnsupportedFileError, r"slice_0\.h5 and .*slice_4\.h5 are slices of different sizes"),
    ],
)
def test_slices_that_do_not_fit(case, image, mask, error, said):
    write_h5(case.files[4], np.zeros(image), np.zeros(mask, np.uint8))
    with pytest.raises(error, match=said):
        case.study()


@pytest.mark.parametrize("mask", [[1, 1, 0], [0, 2, 0]])
def test_a_mask_that_is_none(case, mask):
    masks = np.zeros((X, Y, 3), np.uint8)
    masks[0, 0] = mask
    write_h5(case.files[4], np.zeros((X, Y, 4)), masks)
    with pytest.raises(UnsupportedFileError, match=r"slice_4\.h5: mask is not 0 and 1, or has a voxel in two classes"):
        case.study()


def test_a_volume_without_brain(tmp_path):
    write_volume(tmp_path, np.broadcast_to(np.arange(Z, dtype=float)[:, np.newaxis], (X, Y, Z, 4)))
    (case,) = DATASETS["brats-h5"].cases(tmp_path)
    with pytest.raises(VoxelError, match="other slices of its volume hold no brain"):
        case.study()
