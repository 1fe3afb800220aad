"""OpenVINO on the processor: one batch after the other on all threads, or as many slices at once as there are."""

from collections.abc import Iterator

import numpy as np
import openvino
from numpy.typing import NDArray

from app.model.inference import BATCH
from app.model.precision import Precision
from benchmarks.engines.contender import Contender, Run, Setup, batched
from benchmarks.engines.graph import tumour_function

_PRECISIONS = {Precision.FLOAT32: "f32", Precision.BFLOAT16: "bf16"}


def contenders(setup: Setup) -> Iterator[Contender]:
    """Both precisions, for latency and in streams."""
    core = openvino.Core()
    whole, single = (
        openvino.convert_model(tumour_function(setup.folder, planes, setup.rows, setup.columns).get_concrete_function())
        for planes in (BATCH, 1)
    )
    for precision in setup.precisions:
        settings = {"INFERENCE_PRECISION_HINT": _PRECISIONS[precision], "INFERENCE_NUM_THREADS": setup.threads}
        latency = core.compile_model(whole, "CPU", settings | {"PERFORMANCE_HINT": "LATENCY"})
        yield Contender(f"OpenVINO, {precision}", _one_after_the_other(latency), precision)
        streams = core.compile_model(single, "CPU", settings | {"NUM_STREAMS": setup.threads})
        name = f"OpenVINO, {precision}, {setup.threads} streams"
        yield Contender(name, _in_streams(streams, setup.threads), precision)


def _one_after_the_other(compiled: openvino.CompiledModel) -> Run:
    request = compiled.create_infer_request()

    def forward(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        request.infer([planes], share_inputs=True)
        return request.get_output_tensor(0).data.copy()

    return batched(forward)


def _in_streams(compiled: openvino.CompiledModel, streams: int) -> Run:
    queue = openvino.AsyncInferQueue(compiled, streams)
    queue.set_callback(_put)

    def run(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = np.empty(planes.shape[:-1], np.float32)
        for number in range(len(planes)):
            queue.start_async([planes[number : number + 1]], (logits, number), share_inputs=True)
        queue.wait_all()
        return logits

    return run


def _put(request: openvino.InferRequest, place: tuple[NDArray[np.float32], int]) -> None:
    logits, number = place
    logits[number] = request.get_output_tensor(0).data[0]
