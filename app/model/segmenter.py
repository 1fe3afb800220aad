"""The shipped network, served with TensorFlow. Importing this module loads TensorFlow; nothing else in the app does."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from app.model.checkpoint import FOLDER, Card, load_card, load_network
from app.model.inference import BATCH, Progress, stream_levels
from app.model.network_input import SIZE
from app.study import Probability, Sequence, Study


class Segmenter:
    """Loads a checkpoint once; segments studies from any thread, one batch at a time.

    Raises CheckpointError from the constructor when the checkpoint is missing or altered.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.card: Card = load_card(folder)
        self._forward = _traced(load_network(folder))
        self._lock = threading.Lock()

    def stream(self, study: Study, first_slice: int | None = None) -> Iterator[Progress]:
        """Segment a study, the slices around `first_slice` first; see `inference.stream_levels`."""
        return stream_levels(study, self._locked_forward, first_slice)

    def segment(self, study: Study, progress: Callable[[float], None] | None = None) -> Probability:
        """Segment a whole study; `progress` is told the share that is done, 0 to 1."""
        for step in self.stream(study):
            if progress is not None:
                progress(step.done / step.total if step.total else 1.0)
        return Probability(step.levels, study.sha256, self.card.sha256)

    def _locked_forward(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._lock:
            return np.asarray(self._forward(tf.constant(planes)))


def _traced(network: keras.Model) -> tf.types.experimental.ConcreteFunction:
    """One graph of one shape, with the weights as constants, that gives the tumour probability."""
    signature = tf.TensorSpec((BATCH, SIZE, SIZE, len(Sequence)), tf.float32)

    @tf.function(input_signature=[signature])
    def tumour(planes: tf.Tensor) -> tf.Tensor:
        return 1.0 - network(planes, training=False)[..., 0]

    return tumour.get_concrete_function()
