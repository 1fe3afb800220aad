"""The network: a 2-D U-Net over axial slices.

Source: Ronneberger, Fischer, Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI 2015,
with batch normalisation (Ioffe and Szegedy, 2015) after each convolution and padding that keeps the size.
"""

from dataclasses import dataclass

import keras
from keras import layers

CLASSES = 4
"""Background, necrotic core, oedema, enhancing: the softmax channels, in this order."""


@dataclass(frozen=True)
class UNetConfig:
    """Shape of the network."""

    channels: int = 4
    """Input planes: one for each member of `Sequence`."""
    filters: tuple[int, ...] = (16, 32, 64, 128, 256)
    """Filters on each level, from full resolution down; rows and columns must divide by 2 ** (levels - 1)."""
    dropout: float = 0.1
    """Share of channels dropped on the lowest level while training."""


def build_unet(config: UNetConfig) -> keras.Model:
    """`(n, rows, columns, channels)` float32 in, `(n, rows, columns, CLASSES)` softmax probabilities out."""
    inputs = keras.Input((None, None, config.channels), name="planes")
    x, skips = inputs, []
    for filters in config.filters[:-1]:
        x = _double_convolution(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = _double_convolution(x, config.filters[-1])
    x = layers.SpatialDropout2D(config.dropout)(x)
    for filters, skip in zip(reversed(config.filters[:-1]), reversed(skips), strict=True):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = _double_convolution(layers.Concatenate()([skip, x]), filters)
    logits = layers.Conv2D(CLASSES, 1, dtype="float32", name="logits")(x)
    outputs = layers.Softmax(dtype="float32", name="probabilities")(logits)
    return keras.Model(inputs, outputs, name="unet")


def _double_convolution(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization(momentum=0.98)(x)
        x = layers.ReLU()(x)
    return x
