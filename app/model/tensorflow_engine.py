"""The network in this process, run by TensorFlow. Importing this module loads TensorFlow, which takes seconds."""

import threading
from functools import cached_property
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from app.model.checkpoint import FOLDER, Card, load_card, load_network
from app.model.grad_cam import Look
from app.model.looker import looker
from app.model.precision import Precision, chosen_precision
from app.model.unet import computing_in, logits_model

_SMALLEST = 16
"""Rows and columns of what the network is shown while it is made, so that a visitor's first batch need not wait for
TensorFlow to arrange the graph."""


class TensorFlowEngine:
    """An `Engine`: one graph, one call at a time, on all the threads that TensorFlow has.

    Args:
        folder: the checkpoint's.
        card: the folder's, if it is known already.
        precision: None for `chosen_precision`.
        threads: that TensorFlow may use, for all engines of this process; None for one a core.

    Raises CheckpointError when the checkpoint is missing or altered, InputError when the environment asks for a
    precision that there is not, RuntimeError when TensorFlow runs already with another number of threads.
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        card: Card | None = None,
        *,
        precision: Precision | None = None,
        threads: int | None = None,
    ) -> None:
        if threads is not None:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
        card = load_card(folder) if card is None else card
        self.precision = chosen_precision() if precision is None else precision
        self._keras = load_network(folder, card)
        self.sha256: str = card.sha256
        self.channels: int = self._keras.input_shape[-1]
        self._lock = threading.Lock()
        self._graph = tumour_graph(self._keras, self.precision)
        self.forward(np.zeros((1, _SMALLEST, _SMALLEST, self.channels), np.float32))

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """See `Engine`."""
        with self._lock:
            logit, likeliest = self._graph(tf.constant(planes))
        return logit.numpy(), likeliest.numpy()

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`; always in float32."""
        with self._lock:
            return self._look(planes, pixels)

    def close(self) -> None:
        """Nothing is held outside this process."""

    @cached_property
    def _look(self) -> Look:
        """Traced when it is first needed; only under the lock."""
        return looker(self._keras)


def tumour_graph(
    network: keras.Model, precision: Precision = Precision.FLOAT32
) -> tf.types.experimental.ConcreteFunction:
    """One graph, for planes of any number and size: the tumour logit, and which tumour class is the likeliest."""
    logits_of = logits_model(network)
    signature = tf.TensorSpec((None, None, None, network.input_shape[-1]), tf.float32, "planes")

    @tf.function(input_signature=[signature], autograph=False)  # which would write its Python to a file to translate it
    def tumour(planes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return arranged(logits_of(planes, training=False))

    with computing_in(logits_of, precision):
        return tumour.get_concrete_function()


def arranged(logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`(…, CLASSES)` logits as an `Engine` gives them.

    Plain arithmetic, for TensorFlow is slow to reduce along an axis of three.
    """
    background, core, oedema, enhancing = tf.unstack(logits, axis=-1)
    greatest = tf.maximum(core, tf.maximum(oedema, enhancing))
    shares = tf.add_n([tf.exp(logit - greatest) for logit in (core, oedema, enhancing)])
    likeliest = tf.where(core == greatest, 0, tf.where(oedema == greatest, 1, 2))
    return greatest + tf.math.log(shares) - background, tf.cast(likeliest, tf.uint8)
