"""The network as a TensorFlow function of one fixed shape: what other engines convert."""

from pathlib import Path

import tensorflow as tf

from app.model.checkpoint import load_network
from app.model.tensorflow_engine import arranged
from app.model.unet import logits_model


def tumour_function(folder: Path, planes: int, rows: int, columns: int) -> tf.types.experimental.PolymorphicFunction:
    """`(planes, rows, columns, channels)` to tumour logits and likeliest classes, with the arithmetic of the app.

    Raises CheckpointError when the checkpoint cannot be used.
    """
    network = load_network(folder)
    logits_of = logits_model(network)
    signature = tf.TensorSpec((planes, rows, columns, network.input_shape[-1]), tf.float32, "planes")

    @tf.function(input_signature=[signature], autograph=False)
    def tumour(shown: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return arranged(logits_of(shown, training=False))

    return tumour
