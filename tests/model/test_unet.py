from dataclasses import dataclass

import keras
import numpy as np
import pytest

from app.model.unet import UNetConfig, build_unet, fold, logits_model, neighbours_of

VARIANTS = {
    "plain": {},
    "single slices": {"neighbours": 0},
    "two neighbours": {"neighbours": 2},
    "residual": {"residual": True},
    "attention": {"attention": True},
    "nested": {"nested": True},
    "deep supervision": {"deep_supervision": 2},
    "all": {"neighbours": 2, "residual": True, "attention": True, "nested": True, "deep_supervision": 1},
}


def planes(config, shape=(2, 12, 8)):
    return np.random.default_rng(1).normal(size=(*shape, config.channels)).astype(np.float32)


def outputs(network, images):
    """Every output, as arrays."""
    found = network(images, training=False)
    return [keras.ops.convert_to_numpy(output) for output in (found if isinstance(found, list) else [found])]


def unevenly_trained(config):
    """A network whose every weight is as uneven as after a training, moving statistics included."""
    keras.utils.set_random_seed(3)
    network = build_unet(config)
    random = np.random.default_rng(2)
    for variable in network.weights:
        if variable.path.endswith("variance"):
            variable.assign(random.uniform(0.2, 3, variable.shape))
        elif len(variable.shape) == 1:
            variable.assign(random.normal(0.5, 0.5, variable.shape))
    return network


@dataclass
class Tried:
    config: UNetConfig
    network: keras.Model
    folded: keras.Model
    found: list
    """What the network said of `planes(config)`."""


@pytest.fixture(scope="module", params=VARIANTS.values(), ids=VARIANTS.keys())
def tried(request):
    config = UNetConfig(filters=(3, 5, 4), **request.param)
    network = unevenly_trained(config)
    return Tried(config, network, fold(network, config), outputs(network, planes(config)))


class TestEveryVariant:
    def test_class_probabilities_at_full_resolution(self, tried):
        assert tried.network.input_shape == (None, None, None, 4 * (1 + 2 * tried.config.neighbours))
        assert len(tried.found) == 1 + tried.config.deep_supervision
        for probabilities in tried.found:
            assert (probabilities.shape, probabilities.dtype) == ((2, 12, 8, 4), np.float32)
            assert 0 <= probabilities.min() < probabilities.max() <= 1
            assert (np.ptp(probabilities, axis=(0, 1, 2)) > 1e-3).all()
            np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-5)

    def test_folded_it_is_the_same_function_without_normalisation(self, tried):
        assert not [layer for layer in tried.folded.layers if isinstance(layer, keras.layers.BatchNormalization)]
        (probabilities,) = outputs(tried.folded, planes(tried.config))
        np.testing.assert_allclose(probabilities, tried.found[0], atol=1e-5)

    def test_the_softmax_is_over_the_logits(self, tried):
        (logits,) = outputs(logits_model(tried.folded), planes(tried.config))
        np.testing.assert_allclose(keras.ops.softmax(logits), tried.found[0], atol=1e-5)

    def test_what_it_wants_to_see(self, tried):
        assert neighbours_of(tried.network) == neighbours_of(tried.folded) == tried.config.neighbours


@pytest.mark.parametrize("name", ["plain", "all"])
def test_plain_keras_loads_a_folded_network(name, tmp_path):
    config = UNetConfig(filters=(3, 5, 4), **VARIANTS[name])
    folded = fold(unevenly_trained(config), config)
    folded.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", custom_objects={}, compile=False)
    np.testing.assert_array_equal(outputs(loaded, planes(config)), outputs(folded, planes(config)))


@pytest.fixture(scope="module")
def default():
    return build_unet(UNetConfig())


@pytest.mark.parametrize(("rows", "columns"), [(240, 240), (48, 16)])
def test_any_size_that_divides_by_16(default, rows, columns):
    (probabilities,) = outputs(default, planes(UNetConfig(), (1, rows, columns)))
    assert probabilities.shape == (1, rows, columns, 4)


def test_two_million_parameters(default):
    assert default.count_params() == 1_946_868


def block(before, width):
    """Parameters of two convolutions with their normalisations, which have four numbers a filter."""
    return (9 * before * width + 4 * width) + (9 * width * width + 4 * width)


def up(before, width):
    return 4 * before * width + width


PLAIN = block(12, 2) + block(2, 3) + up(3, 2) + block(2 + 2, 2) + (2 * 4 + 4)
TWO, THREE = (2, 3), (2, 3, 4)


@pytest.mark.parametrize(
    ("config", "parameters"),
    [
        (UNetConfig(TWO), PLAIN),
        (UNetConfig(TWO, neighbours=0), PLAIN - 9 * 8 * 2),
        (UNetConfig(TWO, residual=True), PLAIN + (12 * 2 + 2) + (2 * 3 + 3) + (4 * 2 + 2)),
        (UNetConfig(TWO, attention=True), PLAIN + (2 * 1 + 1) + (2 * 1 + 1) + (1 * 1 + 1)),
        (UNetConfig(TWO, nested=True), PLAIN),
        (UNetConfig(TWO, deep_supervision=1), PLAIN + (3 * 4 + 4)),
        (UNetConfig(THREE), PLAIN + block(3, 4) + up(4, 3) + block(3 + 3, 3)),
        (
            UNetConfig(THREE, nested=True),
            PLAIN + block(3, 4) + up(4, 3) + block(3 + 3, 3) + up(3, 2) + block(2 + 2 + 2, 2),
        ),
    ],
)
def test_parameters_by_hand(config, parameters):
    assert build_unet(config).count_params() == parameters


def test_a_residual_block_adds_its_input():
    """With convolutions that say nothing, what is left of the only block is the shortcut."""
    config = UNetConfig((2,), neighbours=0, residual=True)
    network = build_unet(config)
    for layer in network.layers:
        if layer.name.startswith("normalisation"):
            layer.set_weights([0 * weights for weights in layer.get_weights()])
    kernel, bias = network.get_layer("shortcut_1").get_weights()
    head, constant = network.get_layer("logits").get_weights()
    expected = np.maximum(planes(config) @ kernel[0, 0] + bias, 0) @ head[0, 0] + constant
    np.testing.assert_allclose(logits_model(network)(planes(config)), expected, atol=1e-5)


def test_a_closed_gate_silences_the_skip_and_nothing_else():
    config = UNetConfig((2, 4), attention=True)
    closed, deaf = build_unet(config), build_unet(config)
    deaf.set_weights(closed.get_weights())
    (gate,) = [
        layer
        for layer in closed.layers
        if layer.name.startswith("gate") and layer.filters == 1 == layer.input.shape[-1]
    ]
    kernel, _ = gate.get_weights()
    gate.set_weights([0 * kernel, np.array([-200.0])])
    joining = [layer for layer in deaf.layers if layer.name.startswith("convolution")][4]
    (kernel,) = joining.get_weights()
    kernel[:, :, :2] = 0  # the skip comes before what came up
    joining.set_weights([kernel])
    np.testing.assert_allclose(outputs(closed, planes(config)), outputs(deaf, planes(config)), atol=1e-6)


def test_a_lower_level_says_it_at_its_own_resolution():
    network = build_unet(UNetConfig((2, 3, 4), deep_supervision=2))
    logits = [network.get_layer(name).output for name in ("logits_1", "logits_2")]
    found = outputs(keras.Model(network.input, logits), planes(UNetConfig(), (1, 16, 8)))
    assert [output.shape for output in found] == [(1, 8, 4, 4), (1, 4, 2, 4)]


def test_the_output_is_float32_whatever_the_arithmetic():
    """A bfloat16 probability has steps of 1/256: coarser than the 200 levels."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = build_unet(UNetConfig(filters=(2, 4), deep_supervision=1))
    finally:
        keras.config.set_dtype_policy(before)
    assert network.get_layer("convolution_1").compute_dtype == "bfloat16"
    assert [output.dtype for output in network.outputs] == ["float32", "float32"]
    assert network.get_layer("logits").compute_dtype == network.get_layer("logits_1").compute_dtype == "float32"


def test_skips_bring_full_resolution_to_the_output():
    """A single pixel of the input changes its own place in the output most."""
    keras.utils.set_random_seed(3)
    network = build_unet(UNetConfig(filters=(8, 8)))
    images = np.zeros((2, 16, 24, 12), np.float32)
    images[1, 5, 17, 0] = 4
    (flat, marked), *_ = outputs(network, images)
    change = np.abs(marked - flat).sum(axis=-1)
    row, column = np.unravel_index(change.argmax(), change.shape)
    assert abs(row - 5) <= 2
    assert abs(column - 17) <= 2
    assert change[12:, :8].max() == 0
