"""Engines and servers of networks that are made up: quick, and as bad as a test wants them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import EngineUnavailableError
from app.model.engine_requests import NETWORK_HEADER, answer

SHA256 = "5e" * 32
CHANNELS = 3
PLANES = np.arange(2 * 3 * 4 * CHANNELS, dtype=np.float32).reshape(2, 3, 4, CHANNELS)
PIXELS = PLANES[..., 1]


class SumEngine:
    """Says the sum of the channels, and the remainder of the first one; notes how often it was asked."""

    sha256, channels, precision = SHA256, CHANNELS, "float32"

    def __init__(self) -> None:
        self.asked, self.closed = 0, False

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        self.asked += 1
        return planes.sum(axis=-1), (planes[..., 0] % 3).astype(np.uint8)

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        self.asked += 1
        return planes[..., 2] * pixels

    def close(self) -> None:
        self.closed = True


class LostEngine(SumEngine):
    """As `SumEngine`, while `there`."""

    there = False
    prepared = 0

    def prepare(self) -> None:
        self.prepared += 1
        self._check()

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        self._check()
        return super().forward(planes)

    def _check(self) -> None:
        if not self.there:
            raise EngineUnavailableError("It is not there.")


Reply = Callable[[BaseHTTPRequestHandler, bytes], None]


def replied(handler: BaseHTTPRequestHandler, status: int, body: bytes, sha256: str = SHA256) -> None:
    """Send an answer."""
    handler.send_response(status)
    handler.send_header(NETWORK_HEADER, sha256)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def well(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answer as `SumEngine` does."""
    wanted = handler.headers.get(NETWORK_HEADER, "")
    said = answer(SumEngine(), handler.command, handler.path.removeprefix("/net"), wanted, body)
    replied(handler, said.status, said.body)


@contextmanager
def served(reply: Reply, port: int = 0) -> Iterator[str]:
    """The address of a server that replies so to every request."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            reply(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

        do_GET = do_POST  # noqa: N815 - the name is http.server's

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Clients leave as they like."""

    with Server(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/net"
        finally:
            server.shutdown()
            thread.join()


def save_tiny(folder: Path) -> Path:
    """A checkpoint of two layers with 2 and 4 filters, whose logits are far apart; returns its folder."""
    import keras

    from app.model.checkpoint import save_checkpoint
    from app.model.serving import Serving
    from app.model.unet import UNetConfig, build_unet

    keras.utils.set_random_seed(4)
    network = build_unet(UNetConfig(filters=(2, 4)), folded=True)
    layer = network.get_layer("logits")
    layer.set_weights([4 * weights for weights in layer.get_weights()])
    lists: dict[str, list[str]] = {"training": [], "validation": [], "curves": []}
    values = {"threshold": 0.3, "threshold_reason": "", "calibrations": {}, "recipe": {}, **lists}
    save_checkpoint(folder, network, {**values, "serving": Serving(0, 0)})
    return folder
