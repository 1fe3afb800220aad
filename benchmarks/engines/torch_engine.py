"""PyTorch on the processor, which calls oneDNN: channels last; bfloat16 by autocast, and as a frozen trace."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from app.model.checkpoint import load_network
from app.model.inference import BATCH
from app.model.precision import Precision
from app.model.unet import logits_model
from benchmarks.engines.contender import Contender, Run, Setup, batched
from benchmarks.engines.torch_network import TorchNetwork

Planes = torch.Tensor


def contenders(setup: Setup) -> Iterator[Contender]:
    """float32; bfloat16 in both ways."""
    torch.set_num_threads(setup.threads)
    keras_network = logits_model(load_network(setup.folder))
    network = TorchNetwork(keras_network).eval().to(memory_format=torch.channels_last)
    yield Contender("PyTorch, float32", batched(_forward(network)))
    if Precision.BFLOAT16 not in setup.precisions:
        return

    def autocast(planes: Planes) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            return network(planes)

    yield Contender("PyTorch, bfloat16 autocast", batched(_forward(autocast)), Precision.BFLOAT16)
    example = torch.zeros((BATCH, keras_network.input_shape[-1], setup.rows, setup.columns))
    yield Contender(
        "PyTorch, bfloat16 frozen trace",
        batched(_forward(_frozen(TorchNetwork(keras_network), example))),
        Precision.BFLOAT16,
    )


def _frozen(network: TorchNetwork, example: Planes) -> Callable[[Planes], tuple[torch.Tensor, torch.Tensor]]:
    """All of it in bfloat16 but the head, weights as constants, so that oneDNN has them in its own order."""
    narrow = network.eval().to(dtype=torch.bfloat16, memory_format=torch.channels_last)
    shown = example.to(dtype=torch.bfloat16, memory_format=torch.channels_last)
    with torch.inference_mode():
        traced = torch.jit.freeze(torch.jit.trace(narrow, shown))
    return lambda planes: traced(planes.to(torch.bfloat16))


def _forward(network: Callable[[Planes], tuple[torch.Tensor, torch.Tensor]]) -> Run:
    """`(n, rows, columns, channels)` is a view of channels last, so nothing is copied."""

    def forward(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return network(torch.from_numpy(planes).permute(0, 3, 1, 2))[0].numpy()

    return forward
