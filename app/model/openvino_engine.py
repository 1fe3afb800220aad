"""The network in this process, run by OpenVINO: an optional engine. TensorFlow is loaded to convert the network."""

import os
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError
from app.model.checkpoint import FOLDER, Card, load_card, load_network
from app.model.grad_cam import Look
from app.model.precision import Precision, chosen_precision

if TYPE_CHECKING:
    from openvino import InferRequest

_PRECISIONS = {Precision.FLOAT32: "f32", Precision.BFLOAT16: "bf16"}


class OpenVinoEngine:
    """An `Engine`: as many slices side by side as there are threads, each on one of them; one call at a time.

    Args:
        folder: the checkpoint's.
        card: the folder's, if it is known already.
        precision: None for `chosen_precision`.
        threads: that OpenVINO may use; None for one a core.

    Raises CheckpointError when the checkpoint is missing or altered, and InputError where OpenVINO is not installed or
    the environment asks for a precision that there is not.
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        card: Card | None = None,
        *,
        precision: Precision | None = None,
        threads: int | None = None,
    ) -> None:
        try:
            import openvino
        except ImportError as error:
            raise InputError("OpenVINO is not installed: `pip install -r requirements-openvino.txt`.") from error
        from app.model.tensorflow_engine import tumour_graph

        card = load_card(folder) if card is None else card
        self.precision = chosen_precision() if precision is None else precision
        self._keras = load_network(folder, card)
        self.sha256: str = card.sha256
        self.channels: int = self._keras.input_shape[-1]
        streams = threads or os.cpu_count() or 1
        settings = {
            "INFERENCE_PRECISION_HINT": _PRECISIONS[self.precision],
            "INFERENCE_NUM_THREADS": streams,
            "NUM_STREAMS": streams,
        }
        network = openvino.compile_model(openvino.convert_model(tumour_graph(self._keras)), "CPU", settings)
        self._queue = openvino.AsyncInferQueue(network, streams)
        self._queue.set_callback(_put)
        self._lock = threading.Lock()

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """See `Engine`."""
        logit, likeliest = np.empty(planes.shape[:-1], np.float32), np.empty(planes.shape[:-1], np.uint8)
        with self._lock:
            for row in range(len(planes)):
                self._queue.start_async([planes[row : row + 1]], (logit[row], likeliest[row]), share_inputs=True)
            self._queue.wait_all()
        return logit, likeliest

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`; by TensorFlow, for OpenVINO has no gradients."""
        with self._lock:
            return self._look(planes, pixels)

    def close(self) -> None:
        """Nothing is held outside this process."""

    @cached_property
    def _look(self) -> Look:
        """Traced when it is first needed; only under the lock."""
        from app.model.looker import looker

        return looker(self._keras)


def _put(request: "InferRequest", places: tuple[NDArray[Any], ...]) -> None:
    """Take the answer of a slice to where it belongs."""
    for number, place in enumerate(places):
        place[...] = request.get_output_tensor(number).data[0]
