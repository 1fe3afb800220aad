import numpy as np
import pytest

from app.simulate.phantom import HEALTHY_PART, simulate
from app.study import Sequence


def same(one, other):
    volumes = [(one.images[s], other.images[s]) for s in Sequence]
    return all(np.array_equal(a, b) for a, b in [*volumes, (one.labels, other.labels)])


def test_same_seed_same_voxels_other_seed_other_voxels(phantom):
    assert same(phantom, simulate(105, healthy=False, spacing=2.0))
    other = simulate(106, healthy=False, spacing=2.0)
    assert not np.array_equal(phantom.labels, other.labels)
    assert all(not np.array_equal(phantom.images[s], other.images[s]) for s in Sequence)


def test_healthy_heads_have_no_label():
    healthy = simulate(105, healthy=True, spacing=4.0, maximum=250)
    assert healthy.labels.max() == 0
    assert [int(image.max()) for image in healthy.images.values()] == [250] * 4


def test_the_seed_decides_who_is_healthy():
    draws = [np.random.default_rng([seed, 1]).uniform() < HEALTHY_PART for seed in range(3, 7)]
    assert [not simulate(seed, spacing=4.0).labels.any() for seed in range(3, 7)] == draws


def test_volumes_share_the_grid_of_brats(phantom):
    assert {image.shape for image in phantom.images.values()} == {phantom.labels.shape} == {(78, 120, 120)}
    brain = phantom.images[Sequence.FLAIR] > 0
    assert all(np.array_equal(image > 0, brain) for image in phantom.images.values())
    assert 1000 < brain.sum() * 0.008 < 1900
    assert brain[phantom.labels > 0].all()


@pytest.mark.parametrize(
    ("sequence", "label", "least", "most"),
    [
        (Sequence.FLAIR, 2, 1.2, 3),
        (Sequence.T1, 1, 0.3, 0.9),
        (Sequence.T1CE, 4, 1.3, 3),
        (Sequence.T1CE, 1, 0.3, 1.05),
        (Sequence.T2, 2, 1.1, 3),
    ],
)
def test_tumour_signal_against_the_brain(phantom, sequence, label, least, most):
    image = phantom.images[sequence]
    brain = np.median(image[(image > 0) & (phantom.labels == 0)])
    assert least < image[phantom.labels == label].mean() / brain < most


def test_the_head_stands_upright(phantom):
    """In LPS the brain ends in the brain stem below, and the tapering frontal pole lies in front."""
    brain = phantom.images[Sequence.T1] > 0
    assert brain[8].sum() < 0.5 * brain[40].sum()
    left, right = brain[:, :, :60].sum(), brain[:, :, 60:].sum()
    assert left / right == pytest.approx(1, abs=0.15)
    ventricles = phantom.images[Sequence.T2][38:46, 45:70, 50:70]
    assert np.quantile(ventricles, 0.98) > 1.6 * np.median(ventricles)
