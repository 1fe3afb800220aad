"""What the machine can do: one plain, large convolution; and how much work a network has to do."""

from collections.abc import Callable
from math import prod
from typing import Any

import keras
import tensorflow as tf

PLANES, SIDE, CHANNELS, KERNEL = 2, 128, 256, 3
"""Of the plain convolution: planes, their rows and columns, channels in and out, rows and columns of the kernel."""
PLAIN_FLOP = 2 * PLANES * SIDE**2 * CHANNELS**2 * KERNEL**2
"""Floating-point operations of it; a multiplication and an addition count as two, as everywhere here."""


def plain_convolution(dtype: str = "float32") -> Callable[[], object]:
    """The plain convolution with TensorFlow, "float32" or "bfloat16", ready to be called again and again."""
    planes = tf.random.stateless_normal((PLANES, SIDE, SIDE, CHANNELS), (1, 2), dtype=dtype)
    kernel = tf.random.stateless_normal((KERNEL, KERNEL, CHANNELS, CHANNELS), (3, 4), dtype=dtype)

    @tf.function(autograph=False)
    def convolution() -> tf.Tensor:
        return tf.reduce_max(tf.nn.conv2d(planes, kernel, 1, "SAME")[:, ::SIDE, ::SIDE])

    graph = convolution.get_concrete_function()
    return lambda: graph().numpy()


def flop(network: keras.Model, rows: int, columns: int) -> int:
    """Floating-point operations of a network's convolutions for one plane of so many rows and columns.

    What lies between them (biases, ReLU, pooling) is below 1 % of that, and is left out.
    """
    layers = [
        layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose)
    ]
    places = keras.Model(network.input, [_scanned(layer) for layer in layers])
    shapes = places.compute_output_shape((1, rows, columns, network.input_shape[-1]))
    return sum(2 * prod(layer.kernel.shape) * shape[1] * shape[2] for layer, shape in zip(layers, shapes, strict=True))


def _scanned(layer: Any) -> Any:
    """Where a layer's kernel is laid on: each place of its output, or of its input if it is transposed."""
    return layer.input if isinstance(layer, keras.layers.Conv2DTranspose) else layer.output
