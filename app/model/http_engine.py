"""The network on another machine, asked over HTTP as `engine_requests` says."""

import json
import time
from collections.abc import Sequence
from typing import Any

import httpx2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from app.errors import EngineUnavailableError
from app.model.array_message import largest_message, pack, unpack
from app.model.engine_requests import BINARY, FORWARD_ANSWER, LOOK_ANSWER, NETWORK_HEADER
from app.model.precision import Precision

SECONDS = 30.0
"""For one answer at most; a batch takes a fraction of one, and whoever waits for it is a person."""
SECONDS_TO_CONNECT = 2.0
MOST_WORDS = 4096
"""Bytes that are read of an answer which is no array."""
_AGAIN = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
"""What a server that was started again does to connections from before; requests change nothing, so they are sent
once more."""


class HttpEngine:
    """An `Engine` whose network is served elsewhere; every call raises EngineUnavailableError when it is not.

    Asks nothing when it is made. Planes go to that address and nowhere else: no proxy and no redirection is followed.

    Args:
        address: "http://host:port/path", without what comes after the path.
        sha256, channels: of the checkpoint's network, which the other side has to have.
        seconds: for one answer.
    """

    def __init__(self, address: str, sha256: str, channels: int, *, seconds: float = SECONDS) -> None:
        self.sha256, self.channels = sha256, channels
        self.address = address.rstrip("/")
        self._seconds = seconds
        self._client = httpx2.Client(
            headers={NETWORK_HEADER: sha256, "content-type": BINARY, "accept-encoding": "identity"},
            timeout=httpx2.Timeout(seconds, connect=min(seconds, SECONDS_TO_CONNECT)),
            trust_env=False,
        )

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """See `Engine`."""
        logit, likeliest = self._ask("/forward", (planes,), FORWARD_ANSWER, planes.shape[:3])
        if not np.isfinite(logit).all() or likeliest.max() > 2:
            raise self._nonsense("numbers that no network says")
        return logit, likeliest

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        (heat,) = self._ask("/look", (planes, pixels), LOOK_ANSWER, pixels.shape)
        if not np.isfinite(heat).all() or heat.min() < 0:
            raise self._nonsense("numbers that no map has")
        return heat

    def prepare(self) -> None:
        """Return when the network there answers and is the one that is wanted."""
        self.precision_there()

    def precision_there(self) -> Precision:
        """In what the network there computes; raises unless it is the one that is wanted."""
        status, body = self._exchange("GET", "/network", None, MOST_WORDS)
        if status != 200:
            raise self._refused(status, body)
        try:
            known = json.loads(body)
            fits = (known["sha256"], known["channels"]) == (self.sha256, self.channels)
            precision = Precision(known["precision"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._nonsense("no description of a network") from error
        if not fits:
            raise self._other()
        return precision

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(
        self, path: str, arrays: Sequence[NDArray[Any]], dtypes: Sequence[DTypeLike], shape: tuple[int, ...]
    ) -> list[NDArray[Any]]:
        most = largest_message(dtypes, shape)
        status, body = self._exchange("POST", path, b"".join(pack(*arrays)), most)
        if status != 200:
            raise self._refused(status, body)
        try:
            found = unpack(body, dtypes)
        except ValueError as error:
            raise self._nonsense("no arrays") from error
        if any(array.shape != shape for array in found):
            raise self._nonsense("arrays of another shape")
        return found

    def _exchange(self, method: str, path: str, content: bytes | None, most: int) -> tuple[int, bytes]:
        try:
            try:
                return self._exchange_once(method, path, content, most)
            except _AGAIN:
                return self._exchange_once(method, path, content, most)
        except httpx2.TimeoutException as error:
            raise self._unavailable("does not answer in time") from error
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise self._unavailable("does not answer") from error

    def _exchange_once(self, method: str, path: str, content: bytes | None, most: int) -> tuple[int, bytes]:
        """Status and body, of which no more than `most` bytes are kept, or `MOST_WORDS` of what is no answer."""
        late = time.monotonic() + self._seconds
        body = bytearray()
        with self._client.stream(method, self.address + path, content=content) as response:
            if response.status_code == 200:
                if method == "POST" and response.headers.get(NETWORK_HEADER) != self.sha256:
                    raise self._other()
                limit = most
            else:
                limit = MOST_WORDS
            for piece in response.iter_raw():
                body += piece
                if len(body) > limit:
                    raise self._nonsense("more than was asked for")
                if time.monotonic() > late:
                    raise httpx2.ReadTimeout("The answer took too long.")
            return response.status_code, bytes(body)

    def _refused(self, status: int, body: bytes) -> EngineUnavailableError:
        return self._other() if status == 409 else self._unavailable(f"refuses with status {status}")

    def _other(self) -> EngineUnavailableError:
        return self._unavailable("has another checkpoint than this app")

    def _nonsense(self, what: str) -> EngineUnavailableError:
        return self._unavailable(f"answers with {what}")

    def _unavailable(self, what: str) -> EngineUnavailableError:
        return EngineUnavailableError(
            f"The network's server at {self.address} {what}. Start it with `python -m app serve`, with the checkpoint "
            "of this app, or unset GLIOLENS_ENGINE to have the network in the app's own process."
        )
