"""What an engine is asked over HTTP, and its answers: whoever serves a network, by Ray Serve or otherwise, says these.

`GET /network` is answered with JSON: {"sha256", "channels", "precision"}. `POST /forward` has the planes as its body
and is answered with logit and likeliest class; `POST /look` has planes and pixels and is answered with the map; all as
`array_message`. Both name the checkpoint that they want in the header `NETWORK_HEADER`, which every answer has too;
another one is answered with status 409, and what is no such request with 400, 404 or 413, and a line of text.
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.model.array_message import largest_message, pack, unpack
from app.model.engine import Engine
from app.model.network_input import SIZE

NETWORK_HEADER = "x-gliolens-network"
"""With the sha256 of the checkpoint's network."""
BINARY = "application/octet-stream"
MOST_SLICES = 64
"""In one request; the app sends 8."""
FORWARD_REQUEST, FORWARD_ANSWER = (np.float32,), (np.float32, np.uint8)
LOOK_REQUEST, LOOK_ANSWER = (np.float32, np.float32), (np.float32,)


class ServedEngine(Engine, Protocol):
    """An engine that can say in what it computes."""

    @property
    def precision(self) -> str:
        """As `Precision` has it."""
        ...


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP, but for the header with the checkpoint."""

    status: int
    body: bytes
    kind: str = BINARY
    """Its media type."""


def largest_request(engine: Engine) -> int:
    """Bytes of a body at most; whoever receives more need not keep it."""
    shape = (MOST_SLICES, SIZE, SIZE)
    return largest_message(FORWARD_REQUEST, (*shape, engine.channels)) + largest_message((np.float32,), shape)


def answer(engine: ServedEngine, method: str, path: str, wanted: str, body: bytes) -> Answer:
    """Answer one request.

    Args:
        engine: what answers it.
        method, path: "POST" and "/forward", for example, below wherever the network is served.
        wanted: what `NETWORK_HEADER` says; empty without it.
        body: of a request for `/forward` or `/look`.
    """
    if (method, path) == ("GET", "/network"):
        known = {"sha256": engine.sha256, "channels": engine.channels, "precision": engine.precision}
        return Answer(200, json.dumps(known).encode(), "application/json")
    if (method, path) not in (("POST", "/forward"), ("POST", "/look")):
        return _refused(404, "There are GET /network, POST /forward and POST /look.")
    if wanted != engine.sha256:
        return _refused(409, f"The network that is served here has the sha256 {engine.sha256}.")
    if len(body) > largest_request(engine):
        return _refused(413, f"A request has {MOST_SLICES} slices at most.")
    try:
        arrays = _computed(engine, path, body)
    except ValueError as error:
        return _refused(400, str(error))
    return Answer(200, b"".join(pack(*arrays)))


def _computed(engine: Engine, path: str, body: bytes) -> tuple[NDArray[Any], ...]:
    """Raises ValueError for a body that is not what was asked for."""
    if path == "/forward":
        (planes,) = unpack(body, FORWARD_REQUEST)
        _check(planes, engine)
        return engine.forward(planes)
    planes, pixels = unpack(body, LOOK_REQUEST)
    _check(planes, engine)
    if pixels.shape != planes.shape[:3]:
        raise ValueError(f"There is one weight a pixel of {planes.shape[:3]}. Received: {pixels.shape}")
    return (engine.look(planes, pixels),)


def _check(planes: NDArray[Any], engine: Engine) -> None:
    if planes.ndim != 4 or planes.shape[3] != engine.channels or planes.shape[0] > MOST_SLICES:
        raise ValueError(
            f"Planes are (n, rows, columns, {engine.channels}), {MOST_SLICES} slices at most. Received: {planes.shape}"
        )
    if max(planes.shape[1:3]) > SIZE:
        raise ValueError(f"A plane has {SIZE} rows and columns at most. Received: {planes.shape}")


def _refused(status: int, why: str) -> Answer:
    return Answer(status, why.encode(), "text/plain; charset=utf-8")
