"""The network on a Ray cluster, behind Ray Serve, which spreads the requests over replicas and replaces those that die.

Ray is an optional extra; whatever needs it is inside functions. Replicas are given the checkpoint's files, wherever
they run.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import EngineUnavailableError, InputError
from app.model.checkpoint import CARD, FOLDER, NETWORK, load_card, read_card, read_network
from app.model.engine_requests import NETWORK_HEADER, answer, largest_request

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

NAME = "gliolens"
"""Of the application on the cluster; requests go below the path of that name."""
AT_ONCE, WAITING = 2, 8
"""Requests that a replica is given at once, so that one travels while another is computed, and those that may wait for
each replica; whoever comes then is refused at once, and computes by itself."""
SECONDS = 60
"""After which a request is given up."""
TRIES = 3
"""To start a replica, before the cluster gives up."""


@dataclass(frozen=True)
class Serving:
    """How the network is served on a cluster."""

    replicas: int = 1
    """Networks in all."""
    cores: int = 1
    """For each of them."""
    host: str = "127.0.0.1"
    """The address at which machines of the cluster listen; "0.0.0.0" for all that they have."""
    port: int = 8100

    @property
    def address(self) -> str:
        """For `GLIOLENS_ENGINE`, as seen from a machine of the cluster itself."""
        return f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}/{NAME}"  # noqa: S104


class Replica:
    """One network on the cluster. Made and called by Ray Serve.

    Args:
        network, card: the files of the checkpoint.
        precision: as `Precision` has it.
        cores: that it may use.
    """

    def __init__(self, network: bytes, card: bytes, precision: str, cores: int) -> None:
        from app.model.precision import Precision
        from app.model.tensorflow_engine import TensorFlowEngine

        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / NETWORK).write_bytes(network)
            (folder / CARD).write_bytes(card)
            self._engine = TensorFlowEngine(folder, precision=Precision(precision), threads=cores)

    async def __call__(self, request: "Request") -> "Response":
        """Answer one request."""
        from starlette.responses import Response

        body, most = bytearray(), largest_request(self._engine)
        async for piece in request.stream():
            if len(body) <= most:  # one piece more than allowed is enough to refuse it
                body += piece
        path = "/" + request.url.path.rsplit("/", 1)[-1]
        wanted = request.headers.get(NETWORK_HEADER, "")
        said = await asyncio.to_thread(answer, self._engine, request.method, path, wanted, bytes(body))
        return Response(said.body, said.status, {NETWORK_HEADER: self._engine.sha256}, said.kind)


def start(how: Serving, folder: Path = FOLDER) -> None:
    """Serve the network of a checkpoint on the cluster that this process speaks to; returns when it answers.

    It goes on when this process ends. Raises CheckpointError, InputError when Ray Serve is not installed, the cluster
    is too small, or serves elsewhere already, and EngineUnavailableError when the replicas do not start.
    """
    try:
        import ray
        from ray import serve
    except ImportError as error:
        raise InputError("Serving needs Ray Serve. Run pip install -r requirements-ray.txt.") from error
    from app.model.precision import chosen_precision

    card = load_card(folder)
    files = read_network(folder, card), read_card(folder)
    there, wanted = ray.cluster_resources().get("CPU", 0), how.replicas * how.cores
    if there < wanted:
        raise InputError(
            f"{how.replicas} replicas with {how.cores} cores each need {wanted}; the cluster has {there:.0f}."
        )
    serve.start(
        proxy_location="EveryNode",
        http_options={"host": how.host, "port": how.port, "request_timeout_s": SECONDS},
    )
    _check_place(how)
    replica = serve.deployment(
        name=NAME,
        num_replicas=how.replicas,
        max_ongoing_requests=AT_ONCE,
        max_queued_requests=WAITING * how.replicas,
        ray_actor_options={"num_cpus": how.cores},
        max_constructor_retry_count=TRIES,
    )(Replica)
    try:
        serve.run(replica.bind(*files, str(chosen_precision()), how.cores), name=NAME, route_prefix=f"/{NAME}")
    except RuntimeError as error:
        raise EngineUnavailableError(
            "The cluster cannot start the network. Its machines need the packages of requirements.txt and "
            f"requirements-ray.txt in the versions of this one. Ray says: {error}"
        ) from error


def _check_place(how: Serving) -> None:
    """Raises InputError where Ray Serve listened elsewhere before: it cannot be moved, nor asked by a public name."""
    from ray.serve.context import _get_global_client

    client = _get_global_client()
    if client is not None and (client.http_config.host, client.http_config.port) != (how.host, how.port):
        there = client.http_config
        raise InputError(
            f"Ray Serve runs on this cluster already, at {there.host} and port {there.port}. Give these with --host "
            "and --port, or end it there with `serve shutdown`."
        )


def stop() -> None:
    """Take the network off the cluster, and Ray Serve with it where it serves nothing else."""
    from ray import serve

    serve.delete(NAME)
    if not serve.status().applications:
        serve.shutdown()
