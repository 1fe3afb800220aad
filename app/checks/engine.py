"""Where the network is to run, and whether it can."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from app.checks.finding import Finding
from app.errors import EngineUnavailableError
from app.model.checkpoint import FOLDER, load_card, read_network
from app.model.engine_choice import ENGINE, engine_choice
from app.model.network_file import input_channels
from app.model.precision import chosen_precision
from app.model.turns import inferences_at_once

MEMORY = 2**30
"""Bytes that each process with a network takes."""


def engine(environ: Mapping[str, str], folder: Path = FOLDER) -> Finding:
    """Whether the environment asks for something that there is, and that answers; raises AppError."""
    choice = engine_choice(environ)
    if choice.kind == "http":
        return _served(choice.address, folder)
    if choice.kind == "processes":
        return _processes(choice.processes or inferences_at_once({}), chosen_precision(environ))
    if choice.kind == "openvino" and find_spec("openvino") is None:
        return Finding(False, "OpenVINO is not installed", "pip install -r requirements-openvino.txt")
    library = "OpenVINO" if choice.kind == "openvino" else "TensorFlow"
    return Finding(True, f"the network runs in the app's own process, by {library} in {chosen_precision(environ)}")


def _processes(count: int, precision: str) -> Finding:
    import psutil

    free, cores = psutil.virtual_memory().available, os.cpu_count() or 1
    said = f"the network runs in {count} processes, on {max(1, cores // count)} of {cores} cores each, in {precision}"
    if count > cores:
        return Finding(False, said, f"Set {ENGINE} to processes:{cores} at most: more of them only take turns.")
    if free < count * MEMORY:
        said += f"; they take about {count} GiB of memory, of which {free / 2**30:.1f} are free"
        return Finding(False, said, f"Set {ENGINE} to fewer processes.")
    return Finding(True, said)


def _served(address: str, folder: Path) -> Finding:
    from app.model.http_engine import HttpEngine

    card = load_card(folder)
    remote = HttpEngine(address, card.sha256, input_channels(read_network(folder, card)))
    try:
        precision = remote.precision_there()
    except EngineUnavailableError as error:
        return Finding(False, str(error), "Until then the app has the network in its own process.")
    finally:
        remote.close()
    how = "" if address.startswith("https:") else "; what travels there is not encrypted"
    return Finding(True, f"{address} serves this checkpoint in {precision}{how}")
