"""Engines of the comparison whose packages are installed give what TensorFlow gives, on a network of two levels."""

import numpy as np
import pytest

from app.model.checkpoint import load_network
from app.model.precision import Precision
from app.model.tensorflow_engine import TensorFlowEngine
from app.model.unet import UNetConfig, build_unet, logits_model
from benchmarks.engines.contender import Setup, batched
from benchmarks.engines.lineup import ENGINES, lineup
from tests.model.engines import save_tiny

ROWS, COLUMNS = 8, 6


@pytest.fixture(scope="module")
def setup(tmp_path_factory):
    folder = save_tiny(tmp_path_factory.mktemp("checkpoint"))
    return Setup(folder, ROWS, COLUMNS, threads=2, precisions=(Precision.FLOAT32,))


@pytest.fixture(scope="module")
def planes(setup):
    channels = load_network(setup.folder).input_shape[-1]
    return np.random.default_rng(5).normal(size=(16, ROWS, COLUMNS, channels)).astype(np.float32)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_float32_is_the_same(engine, setup, planes):
    expected = TensorFlowEngine(setup.folder, precision=Precision.FLOAT32).forward(planes)[0]
    entries = list(lineup(setup, [engine]))
    if isinstance(entries[0], str):
        pytest.skip(entries[0])
    exact = [entry for entry in entries if entry.precision is Precision.FLOAT32]
    assert exact
    for contender in exact:
        np.testing.assert_allclose(contender.run(planes), expected, atol=2e-4, err_msg=contender.name)


def test_what_serves_is_first(setup):
    names = [entry.name for entry in lineup(setup, ENGINES[:1])]
    assert names[0].startswith("TensorFlow as served")
    assert names[-1].startswith("keras.Model.predict")


def test_an_engine_without_its_package_is_left_out_with_a_sentence(setup, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name}", name="openvino.tools")

    monkeypatch.setattr("benchmarks.engines.lineup.import_module", missing)
    assert list(lineup(setup, ["openvino_engine"])) == [
        "openvino_engine is left out: the package openvino is not installed (requirements-bench.txt)."
    ]


def test_a_missing_package_that_is_required_is_an_error(setup, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name}", name="keras")

    monkeypatch.setattr("benchmarks.engines.lineup.import_module", missing)
    with pytest.raises(ModuleNotFoundError):
        list(lineup(setup, ["openvino_engine"]))


def test_planes_are_cut_into_batches_and_put_together():
    seen = []

    def forward(batch):
        seen.append(len(batch))
        return batch[..., 0] * 2

    planes = np.arange(5 * 2 * 3 * 4, dtype=np.float32).reshape(5, 2, 3, 4)
    np.testing.assert_array_equal(batched(forward, 2)(planes), planes[..., 0] * 2)
    assert seen == [2, 2, 1]


def test_a_layer_that_torch_does_not_get():
    pytest.importorskip("torch")
    from benchmarks.engines.torch_network import TorchNetwork

    network = logits_model(build_unet(UNetConfig(filters=(2, 4), attention=True), folded=True))
    with pytest.raises(ValueError, match="not known here"):
        TorchNetwork(network)
