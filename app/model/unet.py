"""The network: a 2-D U-Net over axial slices, with the variants that a recipe can ask for.

Source: Ronneberger, Fischer, Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI 2015,
with batch normalisation after each convolution and padding that keeps the size.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

from app.model.normalisation import FusedBatchNormalization, folded_weights
from app.study import Sequence

CLASSES = 4
"""Background, necrotic core, oedema, enhancing: the softmax channels, in this order."""
EPSILON = 1e-3
"""What the normalisation adds to a variance."""
_EXACT = ("planes", "logits", "probabilities")
"""Layers that are float32 in whatever precision the others compute."""


@dataclass(frozen=True)
class UNetConfig:
    """Shape of the network."""

    filters: tuple[int, ...] = (16, 32, 64, 128, 256)
    """Filters on each level, from full resolution down; rows and columns must divide by 2 ** (levels - 1)."""
    neighbours: int = 1
    """Slices on each side that are shown beside the slice in question, as further planes."""
    dropout: float = 0.1
    """Share of channels dropped on the lowest level while training."""
    residual: bool = False
    """Add each block's input to its output (He et al., CVPR 2016)."""
    attention: bool = False
    """Gate the skip connections (Oktay et al., "Attention U-Net", MIDL 2018)."""
    nested: bool = False
    """Fill the skip connections with blocks (Zhou et al., "UNet++", DLMIA 2018)."""
    deep_supervision: int = 0
    """Levels below full resolution that give an output of their own while training (Lee et al., AISTATS 2015)."""

    @property
    def channels(self) -> int:
        """Input planes: one a sequence for the slice itself, then for each neighbour, below before above."""
        return len(Sequence) * (1 + 2 * self.neighbours)


def build_unet(config: UNetConfig, *, folded: bool = False) -> keras.Model:
    """`(n, rows, columns, config.channels)` float32 in, `(n, rows, columns, CLASSES)` softmax probabilities out.

    Under deep supervision a list comes out: the probabilities, then those of each lower level at full resolution.
    With `folded`, the network that serves: each convolution has a bias in place of its normalisation, and there is
    one output.
    """
    builder = _Builder(config, folded)
    inputs = keras.Input((None, None, config.channels), name="planes")
    decoded = builder.nested(inputs) if config.nested else builder.plain(inputs)
    outputs = [builder.head(decoded[0], 0)]
    if not folded:
        outputs += [builder.head(decoded[level], level) for level in range(1, config.deep_supervision + 1)]
    return keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0], name="unet")


def fold(model: keras.Model, config: UNetConfig) -> keras.Model:
    """The same function in a network without normalisation: less to compute, and no layer of our own in the file."""
    network = build_unet(config, folded=True)
    for layer in (layer for layer in network.layers if layer.weights):
        weights = model.get_layer(layer.name).get_weights()
        if layer.name.startswith("convolution_"):
            normalisation = model.get_layer(layer.name.replace("convolution", "normalisation"))
            gamma, beta, mean, variance = normalisation.get_weights()
            weights = list(folded_weights(weights[0], gamma, beta, mean, variance, EPSILON))
        layer.set_weights([np.asarray(weight, np.float32) for weight in weights])
    return network


def logits_model(network: keras.Model) -> keras.Model:
    """The network up to its logits, `(n, rows, columns, CLASSES)`."""
    return keras.Model(network.input, network.get_layer("logits").output)


@contextmanager
def computing_in(network: keras.Model, precision: str) -> Iterator[None]:
    """Have a network compute in "float32" or "bfloat16"; weights, what it takes and what it gives stay float32."""
    inexact = [layer for layer in network.layers if layer.name not in _EXACT]
    before = [layer.dtype_policy for layer in inexact]
    for layer in inexact:
        layer.dtype_policy = "float32" if precision == "float32" else f"mixed_{precision}"
    try:
        yield
    finally:
        for layer, policy in zip(inexact, before, strict=True):
            layer.dtype_policy = policy


def neighbours_of(network: keras.Model) -> int:
    """How many slices on each side the network wants to see beside the one in question."""
    return int(network.input_shape[-1] // len(Sequence) - 1) // 2


class _Builder:
    """Lays the layers, under names that tell the folded network's layers from which they come."""

    def __init__(self, config: UNetConfig, folded: bool) -> None:
        self._config, self._folded, self._count = config, folded, 0

    def plain(self, x: Any) -> list[Any]:
        """The decoder's features, from full resolution down."""
        filters, skips = self._config.filters, []
        for width in filters[:-1]:
            skips.append(self._block(x, width))
            x = layers.MaxPooling2D()(skips[-1])
        decoded = [layers.SpatialDropout2D(self._config.dropout)(self._block(x, filters[-1]))]
        for width, skip in zip(reversed(filters[:-1]), reversed(skips), strict=True):
            decoded.insert(0, self._join([skip], decoded[0], width))
        return decoded

    def nested(self, x: Any) -> list[Any]:
        """As `plain`, each skip passing through blocks that also see the level below."""
        filters = self._config.filters
        rows: list[list[Any]] = []
        for width in filters:
            rows.append([self._block(x if not rows else layers.MaxPooling2D()(rows[-1][0]), width)])
        rows[-1][0] = layers.SpatialDropout2D(self._config.dropout)(rows[-1][0])
        for column in range(1, len(filters)):
            for level in range(len(filters) - column):
                rows[level].append(self._join(rows[level], rows[level + 1][column - 1], filters[level]))
        return [row[-1] for row in rows]

    def head(self, x: Any, level: int) -> Any:
        """Probabilities at full resolution from the features of a level."""
        name = "" if level == 0 else f"_{level}"
        x = layers.Conv2D(CLASSES, 1, dtype="float32", name=f"logits{name}")(x)
        if level:
            x = layers.UpSampling2D(2**level, interpolation="bilinear", dtype="float32")(x)
        return layers.Softmax(dtype="float32", name=f"probabilities{name}")(x)

    def _join(self, skips: list[Any], below: Any, width: int) -> Any:
        up = layers.Conv2DTranspose(width, 2, strides=2, name=self._name("up"))(below)
        if self._config.attention:
            skips = [self._gate(skip, up, width) for skip in skips]
        return self._block(layers.Concatenate()([*skips, up]), width)

    def _gate(self, skip: Any, signal: Any, width: int) -> Any:
        both = layers.Add()([layers.Conv2D(width // 2, 1, name=self._name("gate"))(x) for x in (skip, signal)])
        share = layers.Conv2D(1, 1, activation="sigmoid", name=self._name("gate"))(layers.ReLU()(both))
        return layers.Multiply()([skip, share])

    def _block(self, x: Any, width: int) -> Any:
        shortcut = layers.Conv2D(width, 1, name=self._name("shortcut"))(x) if self._config.residual else None
        x = layers.ReLU()(self._convolution(x, width))
        x = self._convolution(x, width)
        return layers.ReLU()(x if shortcut is None else layers.Add()([x, shortcut]))

    def _convolution(self, x: Any, width: int) -> Any:
        name = self._name("convolution")
        convolution = layers.Conv2D(
            width, 3, padding="same", use_bias=self._folded, kernel_initializer="he_normal", name=name
        )
        if self._folded:
            return convolution(x)
        normalisation = FusedBatchNormalization(
            momentum=0.98, epsilon=EPSILON, name=name.replace("convolution", "normalisation")
        )
        return normalisation(convolution(x))

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._count}"
