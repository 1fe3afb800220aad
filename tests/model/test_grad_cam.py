from dataclasses import replace

import keras
import numpy as np
import pytest
from heads import ellipse, head, study_of
from keras import layers
from scipy import ndimage
from scipy.stats import spearmanr

from app.imaging import read_files, read_study
from app.model import grad_cam
from app.model.checkpoint import FOLDER, load_network
from app.model.grad_cam import stream_map
from app.model.looker import features_of, looker
from app.model.segmenter import Segmenter
from app.model.unet import UNetConfig, build_unet

FAR = -1000.0
"""A logit that no other one notices."""


def one_layer(weights, block=1):
    """Features are the means of the first two channels over blocks; the tumour logit is `weights` of them."""
    inputs = keras.Input((None, None, 12))
    features = layers.Conv2D(2, block, strides=block, use_bias=False, name="features")(inputs)
    network = keras.Model(inputs, layers.Conv2D(4, 1, name="logits")(layers.UpSampling2D(block)(features)))
    kernel = np.zeros((block, block, 12, 2), np.float32)
    kernel[:, :, [0, 1], [0, 1]] = 1 / block**2
    network.get_layer("features").set_weights([kernel])
    kernel = np.zeros((1, 1, 2, 4), np.float32)
    kernel[0, 0, :, 1] = weights
    network.get_layer("logits").set_weights([kernel, np.array([0, 0, FAR, FAR], np.float32)])
    return looker(network, features)


def planes_of(*channels):
    planes = np.zeros((1, *np.shape(channels[0]), 12), np.float32)
    planes[0, ..., : len(channels)] = np.moveaxis(np.array(channels), 0, -1)
    return planes


def test_the_map_is_what_the_formula_gives():
    """The logit is 2 a - 3 b, asked for at one of six pixels: weights 2/6 and -3/6."""
    a, b = [[6.0, 0, 3], [12, 3, 0]], [[2.0, 0, 4], [0, 2, 6]]
    pixels = np.zeros((1, 2, 3), np.float32)
    pixels[0, 1, 2] = 1
    heat = one_layer([2.0, -3.0])(planes_of(a, b), pixels)
    np.testing.assert_allclose(heat, [[[1, 0, 0], [4, 0, 0]]], atol=1e-5)


def test_a_coarse_map_is_drawn_out_over_the_pixels_that_it_was_made_of():
    """Of four blocks one has the feature 8; the logit hangs on each block by 1/4, so their mean weight is 1/4."""
    a = np.zeros((4, 4))
    a[:2, :2] = 8
    heat = one_layer([1.0, 0.0], block=2)(planes_of(a), np.full((1, 4, 4), 1 / 16, np.float32))[0]
    np.testing.assert_allclose(heat, np.outer([2, 1.5, 0.5, 0], [1, 0.75, 0.25, 0]), atol=1e-5)


@pytest.mark.parametrize("nested", [False, True])
def test_features_are_those_of_a_level(nested):
    network = build_unet(UNetConfig(filters=(2, 4, 8, 16), nested=nested), folded=True)
    channels = [features_of(network, steps).shape[-1] for steps in range(4)]
    assert channels == [16, 8, 4, 4]
    seen = keras.Model(network.input, [features_of(network, steps) for steps in range(3)])
    assert [np.shape(x)[1:3] for x in seen(np.zeros((1, 32, 16, 12), np.float32))] == [(4, 2), (8, 4), (16, 8)]


def test_one_step_up_the_features_have_seen_the_lowest_level():
    """Of several blocks on a level it is the last one, which joins what comes from below."""
    network = build_unet(UNetConfig(filters=(2, 4, 8), nested=True), folded=True)
    lowest = keras.Model(network.input, features_of(network, 1))
    planes = np.ones((1, 16, 16, 12), np.float32)
    before = np.asarray(lowest(planes))
    for layer in network.layers:
        if layer.weights and layer.output.shape[-1] == 8:
            layer.set_weights([weight + 0.5 for weight in layer.get_weights()])
    assert np.abs(np.asarray(lowest(planes)) - before).max() > 0.01


def volume(shape, box, slices=6):
    return np.stack([head(shape, box)] * slices)


def mapped(study, lesion, look):
    *_, last = stream_map(study, lesion, 1, look)
    assert last.done == last.total
    return last.levels


def echo(planes, pixels):
    """In place of a network: the map is where the lesion is."""
    return (pixels > 0.5 * pixels.max(axis=(1, 2), keepdims=True)).astype(np.float32)


def everywhere(planes, pixels):
    return np.ones_like(pixels)


GRIDS = {
    "plane of the network": ((240, 240), (2.0, 1.0, 1.0), (40, 210, 50, 190)),
    "small slice, padded": ((97, 80), (3.0, 1.0, 1.0), (8, 90, 5, 70)),
    "anisotropic": ((128, 320), (4.0, 1.5, 0.7), (20, 110, 40, 300)),
    "off-centre in a large field": ((400, 380), (1.0, 1.0, 1.0), (200, 390, 10, 150)),
    "head that does not fit": ((200, 150), (5.0, 1.6, 1.6), (0, 200, 20, 140)),
    "picture": ((317, 200), None, (10, 300, 20, 190)),
}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
def test_the_map_lies_on_the_grid_of_the_study(grid):
    """What is said of the lesion's pixels comes back to its voxels, up to two at its edge."""
    shape, spacing, box = grid
    top, bottom, left, right = box
    lesion = np.zeros((6, *shape), bool)
    lesion[2:5, top + (bottom - top) // 3 : (top + bottom) // 2, left + (right - left) // 4 : (left + right) // 2] = 1
    levels = mapped(study_of(volume(shape, box), spacing), lesion, echo)
    around = np.ones((1, 5, 5), bool)
    assert (levels[ndimage.binary_erosion(lesion, around)] >= 199).all()
    assert not levels[~ndimage.binary_dilation(lesion, around)].any()
    assert not levels[[0, 1, 5]].any()


def test_the_map_ends_with_the_head_and_covers_what_is_dark_in_it():
    shape, box = (120, 100), (20, 100, 15, 85)
    images = volume(shape, box)
    images[:, 50:60, 40:50] = 0
    lesion = np.zeros(images.shape, bool)
    lesion[1:3, 30, 40] = 1
    levels = mapped(study_of(images), lesion, everywhere)
    np.testing.assert_array_equal(levels[1:3] == 200, np.stack([ellipse(shape, box)] * 2))
    assert not levels[1:3][:, ~ellipse(shape, box)].any()


def test_all_slices_share_one_scale():
    lesion = np.zeros((6, 80, 80), bool)
    lesion[1, 30:34, 30:34] = lesion[4, 30:50, 30:50] = 1
    strength = iter([0.25, 1.0])

    def look(planes, pixels):
        np.testing.assert_allclose(pixels.sum(axis=(1, 2)), [1, 1], rtol=1e-5)
        return pixels * 0 + np.array([next(strength) for _ in pixels])[:, np.newaxis, np.newaxis].astype(np.float32)

    levels = mapped(study_of(volume((80, 80), (10, 70, 12, 66))), lesion, look)
    assert [levels[index].max() for index in range(6)] == [0, 50, 0, 0, 200, 0]


def test_a_long_lesion_is_looked_at_around_its_fullest_slice(monkeypatch):
    monkeypatch.setattr(grad_cam, "MOST_SLICES", 3)
    lesion = np.zeros((6, 80, 80), bool)
    lesion[:, 30, 30:32] = lesion[3, 30:40, 30:40] = 1
    levels = mapped(study_of(volume((80, 80), (10, 70, 12, 66))), lesion, everywhere)
    assert np.flatnonzero(levels.any(axis=(1, 2))).tolist() == [2, 3, 4]


def test_steps_are_batches_and_only_the_last_one_has_the_map():
    lesion = np.zeros((11, 80, 80), bool)
    lesion[:, 30:35, 30:35] = 1
    steps = stream_map(study_of(volume((80, 80), (10, 70, 12, 66), 11)), lesion, 1, everywhere)
    told = [(step.done, step.total, bool(step.levels.any())) for step in steps]
    assert told == [(8, 11, False), (11, 11, True)]


@pytest.mark.parametrize("look", [everywhere, lambda planes, pixels: 0 * pixels])
def test_without_a_lesion_or_without_anything_that_counts_the_map_is_empty(look):
    study = study_of(volume((80, 80), (10, 70, 12, 66)))
    lesion = np.zeros(study.shape, bool)
    lesion[:, 30:35, 30:35] = look is not everywhere
    assert not mapped(study, lesion, look).any()


@pytest.fixture(scope="module")
def glioma():
    """A sample, and five slices of its tumour."""
    study = read_study(read_files(sorted((FOLDER.parent / "sample_scans" / "glioma").iterdir())))
    lesion = study.reference > 0
    fullest = int(np.count_nonzero(lesion, axis=(1, 2)).argmax())
    lesion[: fullest - 2] = lesion[fullest + 3 :] = False
    return replace(study, reference=None), lesion


def test_the_shipped_network_looks_at_the_lesion_and_one_with_random_weights_does_not(glioma):
    """Source: Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018. Each layer keeps its own weights, in
    random order."""
    study, lesion = glioma
    *_, last = Segmenter().stream_map(study, lesion)
    learned = last.levels
    near = ndimage.binary_dilation(lesion, iterations=10)
    assert learned[near].sum() > 0.5 * learned.sum()
    network, random = load_network(), np.random.default_rng(2)
    np.testing.assert_array_equal(mapped(study, lesion, looker(network)), learned)
    slices = lesion.any(axis=(1, 2))
    inside = next(iter(study.images.values()))[slices] > 0
    for _ in range(2):
        for layer in network.layers:
            layer.set_weights([random.permutation(w.ravel()).reshape(w.shape) for w in layer.get_weights()])
        scrambled = mapped(study, lesion, looker(network))
        alike = spearmanr(learned[slices][inside], scrambled[slices][inside]).statistic if scrambled.any() else 0.0
        assert alike < 0.4
