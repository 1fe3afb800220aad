import re

import numpy as np
import pytest

from app.errors import DatasetError
from app.model.network_input import prepare
from app.study import Sequence, Source, Study
from app.training.make_planes import ANY_TUMOUR, make_planes

LABELS = np.random.default_rng(3).choice(np.array([0, 1, 2, 4], np.uint8), (2, 240, 240))


def planes_of(study, classes_known=True):
    return make_planes(prepare(study), classes_known=classes_known)


def study_of(reference, sequences=(Sequence.FLAIR, Sequence.T1CE), spacing=(3.0, 1.0, 1.0)):
    random = np.random.default_rng(2)
    shape = (2, 240, 240)
    images = {s: random.uniform(50, 99, shape).astype(np.float32) for s in sequences}
    return Study("made up", images, Source("picture", shape), spacing, reference)


def test_images_are_the_network_input_to_half_a_step():
    study = study_of(LABELS)
    planes = planes_of(study)
    expected = prepare(study).planes(np.array([0, 1]))[..., [0, 2]]
    assert (planes.images.shape, planes.images.dtype) == ((2, 240, 240, 2), np.uint8)
    assert planes.images.flags.c_contiguous
    np.testing.assert_allclose(planes.images * (10 / 255) - 4, expected, atol=5.001 / 255)


def test_what_the_planes_are_of():
    planes = planes_of(study_of(LABELS))
    assert planes.present.tolist() == [True, False, True, False]
    assert planes.slices.tolist() == [0, 1]
    assert planes.slice_mm == 3.0
    assert planes_of(study_of(LABELS, spacing=None)).slice_mm is None


def test_labels_become_classes():
    planes = planes_of(study_of(LABELS))
    for label, target in ((0, 0), (1, 1), (2, 2), (4, 3)):
        assert np.unique(planes.targets[label == LABELS]).tolist() == [target]


def test_where_classes_are_not_known_tumour_is_tumour():
    planes = planes_of(study_of(LABELS), classes_known=False)
    np.testing.assert_array_equal(planes.targets, np.where(LABELS > 0, ANY_TUMOUR, 0))


def test_only_slices_with_head_and_whole_planes_of_them():
    """The head is small and off the middle: the plane around it is kept, so that it may be turned."""
    flair = np.zeros((3, 240, 240), np.float32)
    flair[1:, 100:130, 20:60] = np.random.default_rng(5).uniform(50, 99, (2, 30, 40))
    study = Study(
        "small", {Sequence.FLAIR: flair}, Source("picture", flair.shape), None, np.zeros(flair.shape, np.uint8)
    )
    planes = planes_of(study)
    assert planes.slices.tolist() == [1, 2]
    assert planes.images.shape == (2, 240, 240, 1)
    np.testing.assert_array_equal(planes.images[..., 0] > planes.images.min(), flair[1:] > 0)


@pytest.mark.parametrize(
    ("size", "reference", "said"),
    [
        (9, None, "made up has no reference mask."),
        (
            240,
            np.zeros((1, 240, 240), np.uint8),
            "made up has no slice in which a head can be told from the background.",
        ),
    ],
)
def test_what_makes_no_planes(size, reference, said):
    speck = np.zeros((1, size, size), np.float32)
    speck[0, 3, 4] = 1
    study = Study("made up", {Sequence.T1: speck}, Source("picture", (size, size)), None, reference)
    with pytest.raises(DatasetError, match=re.escape(said)):
        planes_of(study)
