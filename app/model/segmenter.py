"""The shipped network, served with TensorFlow. Importing this module loads TensorFlow; nothing else in the app does."""

import threading
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from app.model.checkpoint import FOLDER, Card, load_card, load_network
from app.model.grad_cam import Look, looker, stream_map
from app.model.inference import Network, Progress, stream_levels
from app.model.looks import LooksProgress, stream_looks
from app.model.unet import logits_model, neighbours_of
from app.study import Probability, Study, threshold_level


class Segmenter:
    """Loads a checkpoint once; segments studies from any thread, one batch at a time.

    Raises CheckpointError from the constructor when the checkpoint is missing or altered.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.card: Card = load_card(folder)
        network = load_network(folder, self.card)
        self._keras, self._traced = network, _traced(network)
        self._network = Network(self._locked_forward, neighbours_of(network), self.card.serving)
        self._lock = threading.Lock()

    def stream(self, study: Study, first_slice: int | None = None, *, classes: bool = False) -> Iterator[Progress]:
        """Segment a study, the slices around `first_slice` first; see `inference.stream_levels`."""
        calibration = self.card.calibration(study.sequences)
        level = threshold_level(self.card.threshold)
        return stream_levels(study, self._network, calibration, level, first_slice, classes=classes)

    def stream_looks(self, study: Study) -> Iterator[LooksProgress]:
        """Look at a study again, in the ways of `looks.LOOKS`; see there. The plain look is what `segment` gives."""
        level = threshold_level(self.card.threshold)
        return stream_looks(study, self._network, self.card.calibration(study.sequences), level)

    def stream_map(self, study: Study, lesion: NDArray[np.bool_]) -> Iterator[Progress]:
        """Map what counted for a lesion, `(z, y, x)` on the study's grid; see `grad_cam.stream_map`."""
        return stream_map(study, lesion, self._network.neighbours, self._locked_look)

    def segment(
        self, study: Study, progress: Callable[[float], None] | None = None, *, classes: bool = False
    ) -> Probability:
        """Segment a whole study, with the tumour classes if asked; `progress` is told the share done, 0 to 1."""
        for step in self.stream(study, classes=classes):
            if progress is not None:
                progress(step.done / step.total if step.total else 1.0)
        return Probability(step.levels, study.sha256, self.card.sha256, step.classes)

    def _locked_forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        with self._lock:
            logit, likeliest = self._traced(tf.constant(planes))
        return logit.numpy(), likeliest.numpy()

    def _locked_look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._lock:
            return self._look(planes, pixels)

    @cached_property
    def _look(self) -> Look:
        """Traced when it is first needed; only under the lock."""
        return looker(self._keras)


def _traced(network: keras.Model) -> tf.types.experimental.ConcreteFunction:
    """One graph: the tumour logit, and which tumour class is the likeliest."""
    logits_of = logits_model(network)
    signature = tf.TensorSpec((None, None, None, network.input_shape[-1]), tf.float32)

    @tf.function(input_signature=[signature], autograph=False)  # which would write its Python to a file to translate it
    def tumour(planes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        logits = logits_of(planes, training=False)
        logit = tf.reduce_logsumexp(logits[..., 1:], axis=-1) - logits[..., 0]
        return logit, tf.cast(tf.argmax(logits[..., 1:], axis=-1), tf.uint8)

    return tumour.get_concrete_function()
