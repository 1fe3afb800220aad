import sys

import numpy as np
import pytest

from app.errors import InputError
from app.model.checkpoint import FOLDER, load_card
from app.model.engine_choice import make_engine
from app.model.openvino_engine import OpenVinoEngine
from app.model.precision import Precision
from app.model.tensorflow_engine import TensorFlowEngine

PLANES = np.random.default_rng(9).normal(0, 1, (3, 48, 32, 12)).astype(np.float32)


@pytest.fixture(scope="module")
def openvino():
    return OpenVinoEngine(precision=Precision.FLOAT32, threads=2)


@pytest.fixture(scope="module")
def tensorflow():
    return TensorFlowEngine(precision=Precision.FLOAT32)


def test_both_engines_say_the_same(openvino, tensorflow):
    """Slice by slice, in any order; probabilities to 1e-5 and better."""
    (logit, likeliest), (expected, classes) = openvino.forward(PLANES), tensorflow.forward(PLANES)
    np.testing.assert_allclose(logit, expected, atol=1e-4)
    assert (likeliest == classes).mean() > 0.999
    assert (logit.dtype, likeliest.dtype) == (np.float32, np.uint8)
    turned, _ = openvino.forward(PLANES[::-1].copy())
    np.testing.assert_array_equal(turned, logit[::-1])
    assert np.abs(logit[0] - logit[1]).max() > 0.1


def test_planes_of_another_size(openvino, tensorflow):
    planes = np.ascontiguousarray(PLANES[:2, :32, 16:])
    np.testing.assert_allclose(openvino.forward(planes)[0], tensorflow.forward(planes)[0], atol=1e-4)


def test_a_map_is_that_of_tensorflow(openvino, tensorflow):
    pixels = np.full(PLANES.shape[:3], 1 / (48 * 32), np.float32)
    np.testing.assert_allclose(openvino.look(PLANES, pixels), tensorflow.look(PLANES, pixels), atol=1e-6)


def test_it_names_its_checkpoint(openvino):
    assert (openvino.sha256, openvino.channels) == (load_card().sha256, 12)
    openvino.close()


def test_it_is_there_for_who_asks_for_it():
    engine = make_engine(FOLDER, load_card(), {"GLIOLENS_ENGINE": "openvino"})
    assert isinstance(engine, OpenVinoEngine)


def test_without_openvino_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(InputError, match="install -r requirements-openvino"):
        OpenVinoEngine()
