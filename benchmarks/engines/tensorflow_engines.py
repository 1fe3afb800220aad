"""TensorFlow: as the app serves it, and as most published apps use Keras."""

from collections.abc import Iterator

import keras
import numpy as np
from numpy.typing import NDArray

from app.model.checkpoint import load_network
from app.model.precision import chosen_precision
from app.model.tensorflow_engine import TensorFlowEngine
from benchmarks.engines.contender import Contender, Setup, batched

SERVED = "TensorFlow as served"
PLAIN = "keras.Model.predict, slice by slice, 240 x 240"
_LEAST = np.float32(1e-30)


def contenders(setup: Setup) -> Iterator[Contender]:
    """What serves, first; the other precision; and plain Keras."""
    served = chosen_precision()
    for precision in sorted({served, *setup.precisions}, key=lambda each: each is not served):
        engine = TensorFlowEngine(setup.folder, precision=precision)
        name = f"{SERVED}, {precision}" if precision is served else f"TensorFlow, {precision}"
        yield Contender(name, batched(lambda planes, engine=engine: engine.forward(planes)[0]), precision)
    network = load_network(setup.folder)
    yield Contender(PLAIN, batched(lambda planes: _predicted(network, planes), 1), cropped=False)


def _predicted(network: keras.Model, planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logit of the probabilities; where rounding made one 0, a logit far beyond what shows."""
    probability = network.predict(planes, verbose=0)
    logit: NDArray[np.float32] = np.log(np.maximum(probability[..., 1:].sum(axis=-1), _LEAST))
    return logit - np.log(np.maximum(probability[..., 0], _LEAST))
