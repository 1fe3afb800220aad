import io
import zipfile

import keras
import numpy as np
import pytest

from app.model.network_file import input_channels, pack_network, unpack_network
from app.model.unet import UNetConfig, build_unet

PLANES = np.random.default_rng(2).normal(size=(2, 16, 8, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    return build_unet(UNetConfig(filters=(2, 4), neighbours=0), folded=True)


def test_it_comes_back_as_it_was(network):
    unpacked = unpack_network(pack_network(network))
    np.testing.assert_array_equal(unpacked(PLANES, training=False), network(PLANES, training=False))
    assert not unpacked.compiled


def test_the_bytes_are_those_of_keras_own_file(network, tmp_path):
    network.save(tmp_path / "network.keras")
    np.testing.assert_array_equal(unpack_network((tmp_path / "network.keras").read_bytes())(PLANES), network(PLANES))
    (tmp_path / "packed.keras").write_bytes(pack_network(network))
    loaded = keras.saving.load_model(tmp_path / "packed.keras", compile=False)
    np.testing.assert_array_equal(loaded(PLANES), network(PLANES))


def test_no_file_is_needed_to_load_it(network, tmp_path, monkeypatch):
    packed = pack_network(network)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file was opened"))
    assert unpack_network(packed).input_shape == network.input_shape


def test_python_in_a_network_is_not_run():
    layers = [keras.layers.Input((2,)), keras.layers.Lambda(lambda x: x)]
    with pytest.raises(ValueError, match=r"(?i)lambda"):
        unpack_network(pack_network(keras.Sequential(layers)))


def test_what_is_no_network():
    with pytest.raises(zipfile.BadZipFile):
        unpack_network(b"these are notes")


@pytest.mark.parametrize("neighbours", [0, 1])
def test_channels_are_known_without_loading_it(neighbours):
    network = build_unet(UNetConfig(filters=(2, 4), neighbours=neighbours), folded=True)
    assert input_channels(pack_network(network)) == network.input_shape[-1] == 4 * (1 + 2 * neighbours)


def test_channels_of_what_is_no_network():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("config.json", '{"config": {"layers": []}}')
    for data in (b"", b"no zip", packed.getvalue()):
        with pytest.raises(ValueError, match="no network of Gliolens"):
            input_channels(data)
