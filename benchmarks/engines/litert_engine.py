"""LiteRT (once TensorFlow Lite) with XNNPACK, slice by slice: its buffers then stay in the caches."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from benchmarks.engines.contender import Contender, Setup, batched
from benchmarks.engines.graph import tumour_function


def contenders(setup: Setup) -> Iterator[Contender]:
    """The network in float32."""
    graph = tumour_function(setup.folder, 1, setup.rows, setup.columns).get_concrete_function()
    graph = convert_variables_to_constants_v2(graph)  # of variables its converter makes NaN
    model = tf.lite.TFLiteConverter.from_concrete_functions([graph]).convert()
    interpreter = Interpreter(model_content=model, num_threads=setup.threads)
    interpreter.allocate_tensors()
    given = interpreter.get_input_details()[0]["index"]
    wanted = next(out["index"] for out in interpreter.get_output_details() if out["dtype"] is np.float32)

    def forward(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        interpreter.set_tensor(given, planes)
        interpreter.invoke()
        return interpreter.get_tensor(wanted)

    yield Contender("LiteRT, float32", batched(forward, 1))
