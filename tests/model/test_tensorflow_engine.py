import subprocess
import sys
import textwrap

import numpy as np
import pytest
from scipy.special import logsumexp

from app.model.checkpoint import load_card, load_network
from app.model.precision import Precision
from app.model.tensorflow_engine import TensorFlowEngine, arranged
from app.model.unet import UNetConfig, build_unet, computing_in, logits_model

PLANES = np.random.default_rng(8).normal(0, 1, (3, 48, 32, 12)).astype(np.float32)


@pytest.fixture(scope="module")
def engines():
    """The shipped network."""
    return {precision: TensorFlowEngine(precision=precision) for precision in Precision}


def test_it_says_what_the_saved_network_says(engines):
    logits = np.asarray(logits_model(load_network())(PLANES, training=False))
    logit, likeliest = engines[Precision.FLOAT32].forward(PLANES)
    expected = logsumexp(logits[..., 1:], axis=-1) - logits[..., 0]
    np.testing.assert_allclose(logit, expected, atol=1e-4)
    np.testing.assert_array_equal(likeliest, logits[..., 1:].argmax(axis=-1))
    assert (logit.dtype, likeliest.dtype) == (np.float32, np.uint8)
    assert len(np.unique(likeliest)) == 3


def test_of_equal_classes_the_first_is_the_likeliest():
    logits = np.array([[5, 2, 2, 2], [0, 1, 3, 3], [1, 0, 0, 9], [100, -100, -200, 80]], np.float32)
    logit, likeliest = arranged(logits)
    assert likeliest.numpy().tolist() == [0, 1, 2, 2]
    np.testing.assert_allclose(
        logit, [2 + np.log(3) - 5, 3 + np.log(2 + np.exp(-2)), 8 + 2 * np.exp(-9), -20], atol=1e-3
    )


def test_bfloat16_is_near(engines):
    """Half of the voxels within 0.05 of the logit, which changes a probability by 0.0125 at most."""
    exact, near = (engines[precision].forward(PLANES)[0] for precision in Precision)
    difference = np.abs(exact - near)
    assert 0 < np.median(difference) < 0.05
    assert np.corrcoef(exact.ravel(), near.ravel())[0, 1] > 0.999


def test_only_the_convolutions_are_less_exact_and_only_meanwhile():
    network = build_unet(UNetConfig(filters=(2, 4)), folded=True)
    weights = network.get_weights()
    with computing_in(network, Precision.FLOAT32):
        assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    with computing_in(network, Precision.BFLOAT16):
        for layer in network.layers:
            expected = "float32" if layer.name in ("logits", "probabilities", "planes") else "bfloat16"
            assert layer.compute_dtype == expected, layer.name
            assert all(weight.dtype == "float32" for weight in layer.weights)
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    for before, after in zip(weights, network.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_it_names_its_checkpoint(engines):
    engine = engines[Precision.FLOAT32]
    assert (engine.sha256, engine.channels) == (load_card().sha256, 12)
    engine.close()


def test_a_look_is_float32_whatever_the_precision(engines):
    pixels = np.full(PLANES.shape[:3], 1 / (48 * 32), np.float32)
    exact, near = (engines[precision].look(PLANES, pixels) for precision in Precision)
    np.testing.assert_array_equal(exact, near)
    assert exact.shape == PLANES.shape[:3]
    assert exact.max() > 0


def test_so_many_threads_and_no_other_number_afterwards():
    """In a process of its own, as TensorFlow can be told but once."""
    script = """
        import tensorflow as tf
        from app.model.tensorflow_engine import TensorFlowEngine
        TensorFlowEngine(threads=1)
        print(tf.config.threading.get_intra_op_parallelism_threads())
        try:
            TensorFlowEngine(threads=2)
        except RuntimeError:
            print("refused")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["1", "refused"]
