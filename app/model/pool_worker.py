"""A process of a pool, with a network of its own: `python -m app.model.pool_worker FOLDER SHA256 PRECISION THREADS`.

It answers what comes through its standard input, one request after another, and ends with that: when whoever asked is
gone, killed or not, so is the other end of the pipe. A message is one letter, the length of its content as 8 bytes,
little endian, and the content: arrays as `array_message`, or JSON.
"""

import json
import os
import signal
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.errors import CheckpointAlteredError
from app.log_line import described
from app.model.array_message import pack, size_of, unpack
from app.model.checkpoint import load_card
from app.model.engine_requests import FORWARD_REQUEST, LOOK_REQUEST

if TYPE_CHECKING:
    from app.model.tensorflow_engine import TensorFlowEngine

FORWARD, LOOK = b"f", b"l"
READY, ARRAYS, FAULT = b"r", b"a", b"x"
"""Answers: the network is there, or what it says; or JSON with type and frames of what went wrong."""
_HEAD = struct.Struct("<cQ")
NICER = 5
"""How much the process steps back behind the app's own, which people wait for with every click."""


def send(stream: IO[bytes], kind: bytes, pieces: Sequence[bytes | memoryview] = ()) -> None:
    """Write one message. Raises OSError when the other side is gone."""
    stream.write(_HEAD.pack(kind, size_of(pieces)))
    stream.writelines(pieces)
    stream.flush()


def receive(stream: IO[bytes], most: int) -> tuple[bytes, memoryview]:
    """Read one message with at most so many bytes of content.

    Raises EOFError when the stream ends before it does, ValueError when it is too large.
    """
    kind, size = _HEAD.unpack(_exactly(stream, _HEAD.size).data)
    if size > most:
        raise ValueError(f"A message has {most} bytes at most. Received: {size}")
    return kind, _exactly(stream, size).data


def main(arguments: Sequence[str]) -> None:
    """Load the network, say so, and answer until nobody asks any more."""
    folder, sha256, precision, threads = arguments
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the app says when this one ends
    try:
        engine = _engine(Path(folder), sha256, precision, int(threads))
    except Exception as error:  # noqa: BLE001 - told to whoever started this process
        send(answers, FAULT, [json.dumps(described(error)).encode()])
        return
    if hasattr(os, "nice"):
        os.nice(NICER)
    send(answers, READY)
    while True:
        kind, content = receive(requests, sys.maxsize)
        try:
            arrays = _computed(engine, kind, content)
        except Exception as error:  # noqa: BLE001 - as above
            send(answers, FAULT, [json.dumps(described(error)).encode()])
        else:
            send(answers, ARRAYS, pack(*arrays))


def _engine(folder: Path, sha256: str, precision: str, threads: int) -> "TensorFlowEngine":
    card = load_card(folder)
    if card.sha256 != sha256:
        raise CheckpointAlteredError("The checkpoint was replaced while the app was running. Start the app again.")
    from app.model.precision import Precision
    from app.model.tensorflow_engine import TensorFlowEngine

    return TensorFlowEngine(folder, card, precision=Precision(precision), threads=threads)


def _computed(engine: "TensorFlowEngine", kind: bytes, content: memoryview) -> tuple[NDArray[Any], ...]:
    if kind == FORWARD:
        return engine.forward(*unpack(content, FORWARD_REQUEST))
    return (engine.look(*unpack(content, LOOK_REQUEST)),)


def _exactly(stream: IO[bytes], size: int) -> NDArray[np.uint8]:
    taken = np.empty(size, np.uint8)
    start = 0
    while start < size:
        count = stream.readinto(taken[start:].data)  # type: ignore[attr-defined]
        if not count:
            raise EOFError(f"The message ended after {start} of {size} bytes.")
        start += count
    return taken


if __name__ == "__main__":
    with suppress(EOFError, BrokenPipeError):  # nobody asks any more
        main(sys.argv[1:])
    os._exit(0)  # at once; TensorFlow would tidy up for a while
