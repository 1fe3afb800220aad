"""The Keras network as a PyTorch module, layer by layer, with the same weights."""

from typing import Any

import keras
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class TorchNetwork(nn.Module):
    """`(n, channels, rows, columns)` planes to the tumour logit and the likeliest class, `(n, rows, columns)` each.

    Args:
        network: made of the layers that `_module` knows, up to its logits; without normalisation, as it serves.

    Raises ValueError for a layer that is not known here.
    """

    def __init__(self, network: keras.Model) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_module(layer) for layer in network.layers)
        places = {id(layer.output): number for number, layer in enumerate(network.layers)}
        self._sources = [
            [] if isinstance(layer, keras.layers.InputLayer) else [places[id(x)] for x in _listed(layer.input)]
            for layer in network.layers
        ]

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        outputs: list[Tensor] = []
        for layer, sources in zip(self.layers, self._sources, strict=True):
            outputs.append(layer(*(outputs[number] for number in sources)) if sources else planes)
        logits = outputs[-1].float()
        tumour = logits[:, 1:]
        return tumour.logsumexp(dim=1) - logits[:, 0], tumour.argmax(dim=1).to(torch.uint8)


class Joined(nn.Module):
    """Several inputs behind one another, along the channels."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """`(n, channels, rows, columns)`, those of all together."""
        return torch.cat(inputs, dim=1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _module(layer: keras.layers.Layer) -> nn.Module:
    """The module that does what a layer does when it serves."""
    match type(layer).__name__:
        case "InputLayer" | "SpatialDropout2D":
            return nn.Identity()
        case "Conv2D":
            return _convolution(layer)
        case "Conv2DTranspose":
            return _upwards(layer)
        case "ReLU":
            return nn.ReLU()
        case "MaxPooling2D":
            return nn.MaxPool2d(layer.pool_size, layer.strides)
        case "Concatenate":
            return Joined()
    raise ValueError(f"This layer is not known here. Received: {type(layer).__name__} {layer.name!r}")


def _convolution(layer: keras.layers.Conv2D) -> nn.Conv2d:
    kernel, bias = (np.asarray(weight) for weight in layer.get_weights())
    rows, columns, inputs, outputs = kernel.shape
    module = nn.Conv2d(inputs, outputs, (rows, columns), padding=layer.padding)
    return _filled(module, kernel.transpose(3, 2, 0, 1), bias)


def _upwards(layer: keras.layers.Conv2DTranspose) -> nn.ConvTranspose2d:
    kernel, bias = (np.asarray(weight) for weight in layer.get_weights())
    rows, columns, outputs, inputs = kernel.shape
    module = nn.ConvTranspose2d(inputs, outputs, (rows, columns), stride=layer.strides)
    return _filled(module, kernel.transpose(3, 2, 0, 1), bias)


def _filled(module: Any, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> Any:
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(np.ascontiguousarray(kernel)))
        module.bias.copy_(torch.from_numpy(bias))
    return module
