"""Where the network runs, as whoever runs the server has chosen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from app.errors import InputError

if TYPE_CHECKING:
    from app.model.checkpoint import Card
    from app.model.engine import Engine

ENGINE = "GLIOLENS_ENGINE"
"""Environment variable: `local`, `openvino`, `processes`, `processes:N`, or `http://HOST:PORT`. Set by who runs the
server."""
MOST_PROCESSES = 64
"""Each has a network of its own."""
REMOTE_AT_ONCE = 4
"""Batches that are under way to a server of networks at once, unless `GLIOLENS_INFERENCES` says otherwise."""


@dataclass(frozen=True)
class Choice:
    """What `GLIOLENS_ENGINE` says."""

    kind: Literal["local", "openvino", "processes", "http"]
    processes: int | None = None
    """With "processes"; None to have one for as many cores as an inference is counted with."""
    address: str = ""
    """With "http", without a slash at its end."""


def engine_choice(environ: Mapping[str, str]) -> Choice:
    """What the environment asks for. Raises InputError for anything that is none of the choices."""
    told = environ.get(ENGINE, "").strip()
    if told in ("", "local"):
        return Choice("local")
    if told == "openvino":
        return Choice("openvino")
    if told == "processes":
        return Choice("processes")
    if counted := re.fullmatch(r"processes:([0-9]{1,3})", told):
        if 1 <= int(counted[1]) <= MOST_PROCESSES:
            return Choice("processes", int(counted[1]))
    elif _is_address(told):
        return Choice("http", address=told.rstrip("/"))
    raise InputError(
        f"{ENGINE} is {told!r}. Set it to local, openvino, processes, processes:N (N from 1 to {MOST_PROCESSES}), or "
        "the address of a server of networks such as http://127.0.0.1:8100, without a name or password in it."
    )


def make_engine(folder: Path, card: "Card", environ: Mapping[str, str]) -> "Engine":
    """The engine that the environment asks for, ready to answer.

    Where the network is to run elsewhere and does not, it runs in this process meanwhile: see `FallbackEngine`.
    Raises InputError for what is none of the choices, and CheckpointError.
    """
    choice = engine_choice(environ)
    if choice.kind == "local":
        return _local(folder, card)
    if choice.kind == "openvino":
        from app.model.openvino_engine import OpenVinoEngine

        return OpenVinoEngine(folder, card)
    from app.model.fallback_engine import FallbackEngine, RemoteEngine

    remote: RemoteEngine
    if choice.kind == "processes":
        from app.model.pool_engine import PoolEngine
        from app.model.turns import inferences_at_once

        remote = PoolEngine(folder, card, choice.processes or inferences_at_once({}))
    else:
        from app.model.checkpoint import read_network
        from app.model.http_engine import HttpEngine
        from app.model.network_file import input_channels

        remote = HttpEngine(choice.address, card.sha256, input_channels(read_network(folder, card)))
    engine = FallbackEngine(remote, lambda: _local(folder, card))
    engine.prepare()
    return engine


def _local(folder: Path, card: "Card") -> "Engine":
    from app.model.tensorflow_engine import TensorFlowEngine

    return TensorFlowEngine(folder, card)


def _is_address(told: str) -> bool:
    try:
        parts = urlsplit(told)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of the port
        return False
    rest = parts.query or parts.fragment or parts.username is not None or parts.password is not None
    return known and not rest and told.isascii() and told.isprintable() and " " not in told
