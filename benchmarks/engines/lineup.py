"""Who takes part: the engines whose packages are installed."""

from collections.abc import Iterable, Iterator
from importlib import import_module

from benchmarks.engines.contender import Contender, Setup

ENGINES = ("tensorflow_engines", "onnxruntime_engine", "openvino_engine", "torch_engine", "litert_engine")
"""Modules of this folder; the first has what the app serves."""
OPTIONAL = {"ai_edge_litert", "onnxruntime", "openvino", "tf2onnx", "torch"}
"""Packages that requirements.txt does not have."""


def lineup(setup: Setup, engines: Iterable[str] = ENGINES) -> Iterator[Contender | str]:
    """The contenders of each engine, or a sentence on why it is left out.

    Raises ModuleNotFoundError when something is missing that is not optional, CheckpointError.
    """
    for engine in engines:
        try:
            module = import_module(f"benchmarks.engines.{engine}")
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package not in OPTIONAL:
                raise
            yield f"{engine} is left out: the package {package} is not installed (requirements-bench.txt)."
            continue
        yield from module.contenders(setup)
