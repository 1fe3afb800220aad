"""A Keras network as the bytes of a `.keras` file, without a file: what was hashed is what is loaded.

Keras takes file objects in `saving_lib` alone, which it does not export; its public functions want a path, and what
lies there can be another file by the time it is opened.
"""

import io
import json
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def pack_network(network: "keras.Model") -> bytes:
    """The network as a `.keras` file."""
    from keras.src.saving import saving_lib

    packed = io.BytesIO()
    saving_lib.save_model(network, packed)
    return packed.getvalue()


def unpack_network(data: bytes) -> "keras.Model":
    """The network of a `.keras` file, to serve and not to train; nothing that it holds is run as Python code."""
    from keras.src.saving import saving_lib

    return saving_lib.load_model(io.BytesIO(data), compile=False, safe_mode=True)


def input_channels(data: bytes) -> int:
    """Channels of the planes that the network of a `.keras` file sees, without loading it.

    Raises ValueError when the file is none of ours.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            layers = json.loads(file.read("config.json"))["config"]["layers"]
        (planes,) = (layer for layer in layers if layer["class_name"] == "InputLayer")
        return int(planes["config"]["batch_shape"][-1])
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"This is no network of Gliolens: {error}") from error
