"""The gradients behind `grad_cam`, by TensorFlow, which importing this module loads."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from app.model.grad_cam import Look

STEPS_UP = 1
"""The layer: so many steps up from the lowest level. In five BraTS patients the lowest one, the bottleneck, left up to
17 % of a large lesion's slices empty, for the skip connections go past it; two steps up the map was the mask again,
with 99 % of it within 10 mm of the lesion."""


def looker(network: keras.Model, features: Any | None = None) -> Look:
    """Seg-Grad-CAM of a network, traced.

    Args:
        network: with a layer "logits", `(n, rows, columns, CLASSES)`.
        features: the tensor inside it whose features are weighed, `(n, any, any, features)`; None for
            `features_of(network)`.
    """
    inside = features_of(network) if features is None else features
    model = keras.Model(network.input, [inside, network.get_layer("logits").output])
    planes = tf.TensorSpec((None, None, None, network.input_shape[-1]), tf.float32)
    pixels = tf.TensorSpec((None, None, None), tf.float32)

    @tf.function(input_signature=[planes, pixels], autograph=False)
    def traced(planes: tf.Tensor, pixels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(planes)
            activations, logits = model(planes, training=False)
            logit = tf.reduce_logsumexp(logits[..., 1:], axis=-1) - logits[..., 0]
            asked = tf.reduce_sum(logit * pixels)
        weights = tf.reduce_mean(tape.gradient(asked, activations), axis=(1, 2), keepdims=True)
        heat = tf.nn.relu(tf.reduce_sum(weights * activations, axis=-1, keepdims=True))
        return tf.image.resize(heat, tf.shape(planes)[1:3])[..., 0]

    concrete = traced.get_concrete_function()

    def look(planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        heat: NDArray[np.float32] = concrete(tf.constant(planes), tf.constant(pixels)).numpy()
        return heat

    return look


def features_of(network: keras.Model, steps_up: int = STEPS_UP) -> Any:
    """The features of a U-Net so many steps up from its lowest level: 0 for that level itself, the bottleneck.

    They are what the next step up begins with; where the network has fewer steps, those of its last one.
    """
    ups = {layer.filters: layer for layer in network.layers if isinstance(layer, keras.layers.Conv2DTranspose)}
    widest_first = sorted(ups, reverse=True)  # of several on one level the last one has seen most
    return ups[widest_first[min(steps_up, len(ups) - 1)]].input
