"""Messages between the server and the processes that read files: JSON and raw bytes, nothing that could run code.

A message is the length of its JSON as 8 bytes, little endian, the JSON, and then the blobs one after the other, whose
lengths the JSON gives under "blobs".
"""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

if sys.platform == "linux":
    import fcntl

WIDE = 2**20
"""Bytes that a pipe holds; 64 KiB unless asked."""
MAX_HEADER = 64 * 2**20
"""Bytes of JSON at most: parts of a 4-D file with thousands of frames stay far below."""


def send(stream: IO[bytes], values: dict[str, Any], blobs: Sequence[bytes | memoryview]) -> None:
    """Write one message. Raises OSError when the other side is gone."""
    header = json.dumps(values | {"blobs": [memoryview(blob).nbytes for blob in blobs]}).encode()
    stream.write(len(header).to_bytes(8, "little") + header)
    stream.writelines(blobs)
    stream.flush()


def receive(stream: IO[bytes], most: int) -> tuple[dict[str, Any], list[NDArray[np.uint8]]]:
    """Read one message with at most that many bytes of blobs.

    Raises EOFError when the stream ends before it does, ValueError when it is no message or too large.
    """
    size = int.from_bytes(_exactly(stream, 8).tobytes(), "little")
    if size > MAX_HEADER:
        raise ValueError(f"A message's header is {MAX_HEADER} bytes at most. Received: {size}")
    values = json.loads(_exactly(stream, size).tobytes())
    sizes = values.pop("blobs")
    if min(sizes, default=0) < 0 or sum(sizes) > most:
        raise ValueError(f"A message's blobs have {most} bytes at most. Received: {sizes}")
    return values, [_exactly(stream, size) for size in sizes]


def widen(stream: IO[bytes]) -> None:
    """Let a pipe hold more at once where the system can (Linux), so that the two sides take turns less often."""
    if sys.platform == "linux":
        with suppress(OSError):  # more than the system's limit (fs.pipe-max-size), or than is left of it
            fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, WIDE)


def _exactly(stream: IO[bytes], size: int) -> NDArray[np.uint8]:
    taken = np.empty(size, np.uint8)
    start = 0
    while start < size:
        count = stream.readinto(taken[start:].data)  # type: ignore[attr-defined]
        if not count:
            raise EOFError(f"The message ended after {start} of {size} bytes.")
        start += count
    return taken
