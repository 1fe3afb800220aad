import keras
import numpy as np
import pytest

from app.model.unet import UNetConfig, build_unet


@pytest.fixture(scope="module")
def shipped():
    return build_unet(UNetConfig())


@pytest.mark.parametrize(("rows", "columns"), [(240, 240), (192, 160)])
def test_any_size_that_divides_by_16_gives_class_probabilities(shipped, rows, columns):
    planes = np.random.default_rng(1).normal(size=(1, rows, columns, 4)).astype(np.float32)
    probabilities = keras.ops.convert_to_numpy(shipped(planes, training=False))
    assert probabilities.shape == (1, rows, columns, 4)
    assert probabilities.dtype == np.float32
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-5)


def test_the_shipped_network_has_two_million_parameters(shipped):
    assert 1_900_000 < shipped.count_params() < 2_000_000


def test_parameters_by_hand():
    """Levels of 2 and 3 filters on one channel; a batch normalisation has four numbers a filter."""
    network = build_unet(UNetConfig(channels=1, filters=(2, 3)))
    down = (9 * 1 * 2 + 8) + (9 * 2 * 2 + 8)
    bottom = (9 * 2 * 3 + 12) + (9 * 3 * 3 + 12)
    up = (4 * 3 * 2 + 2) + (9 * 4 * 2 + 8) + (9 * 2 * 2 + 8)
    assert network.count_params() == down + bottom + up + (2 * 4 + 4)


def test_the_softmax_is_over_the_layer_called_logits():
    network = build_unet(UNetConfig(filters=(2, 4)))
    planes = np.random.default_rng(1).normal(size=(2, 8, 6, 4)).astype(np.float32)
    logits = keras.Model(network.input, network.get_layer("logits").output)(planes, training=False)
    np.testing.assert_allclose(keras.ops.softmax(logits), network(planes, training=False), atol=1e-6)


def test_the_output_is_float32_whatever_the_arithmetic():
    """A bfloat16 probability has steps of 1/256: coarser than the 200 levels."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = build_unet(UNetConfig(filters=(2, 4)))
    finally:
        keras.config.set_dtype_policy(before)
    assert network.layers[1].compute_dtype == "bfloat16"
    assert network.output.dtype == "float32"
    assert network.get_layer("logits").compute_dtype == "float32"


def test_skips_bring_full_resolution_to_the_output():
    """A single pixel of the input changes its own place in the output most."""
    keras.utils.set_random_seed(3)
    network = build_unet(UNetConfig(filters=(8, 8)))
    planes = np.zeros((2, 16, 24, 4), np.float32)
    planes[1, 5, 17, 0] = 4
    flat, marked = keras.ops.convert_to_numpy(network(planes, training=False))
    change = np.abs(marked - flat).sum(axis=-1)
    row, column = np.unravel_index(change.argmax(), change.shape)
    assert (abs(row - 5), abs(column - 17)) <= (2, 2)
    assert change[12:, :8].max() == 0
