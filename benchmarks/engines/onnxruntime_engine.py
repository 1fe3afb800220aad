"""ONNX Runtime on the processor, which has no bfloat16 there."""

from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO

import numpy as np
import onnxruntime
import tf2onnx
from numpy.typing import NDArray

from app.model.inference import BATCH
from benchmarks.engines.contender import Contender, Setup, batched
from benchmarks.engines.graph import tumour_function

OPSET = 18


def contenders(setup: Setup) -> Iterator[Contender]:
    """The network in float32, batches as the app makes them."""
    function = tumour_function(setup.folder, BATCH, setup.rows, setup.columns)
    with redirect_stderr(StringIO()):  # progress, and what it says to its own authors
        model, _ = tf2onnx.convert.from_function(function, input_signature=function.input_signature, opset=OPSET)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = setup.threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    given, wanted = session.get_inputs()[0].name, _floating(session)

    def forward(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        return session.run(wanted, {given: planes})[0]

    yield Contender("ONNX Runtime, float32", batched(forward))


def _floating(session: onnxruntime.InferenceSession) -> list[str]:
    """The outputs, the logit first."""
    return [output.name for output in sorted(session.get_outputs(), key=lambda output: output.type != "tensor(float)")]
