"""Speaking to a Ray cluster, and giving its machines this program; says what is wrong within seconds."""

import logging
import os
from pathlib import Path
from typing import Any

from app.errors import InputError

ROOT = Path(__file__).parents[2]
SENT = ("app", "checkpoints")
"""What the machines are given of ROOT: so all run the program that this one runs, wherever theirs may be."""
SECONDS = 5
"""In which a cluster answers; by itself Ray waits for minutes, and then ends the process."""
_JOINED = 20
"""Seconds in which Ray finds out whether this machine is of the cluster; by itself it takes a minute. It has the same
patience with all that it asks the head."""
_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "RAY_USAGE_STATS_ENABLED": "0"}


def connect(address: str) -> None:
    """Have this process speak to a cluster, once; until `ray.shutdown()` or its own end.

    Args:
        address: HOST:PORT of the cluster's head, as `ray start` says it. This machine must be one of the cluster's,
            if only with `--num-cpus=0`: results come to it straight from the others.

    Raises InputError: Ray is not installed, the address cannot be reached or is no cluster's, the versions of Ray or
    Python differ, or this machine is not of the cluster.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_gcs_server_request_timeout_seconds", str(_JOINED))
    try:
        import grpc  # comes with ray[default], which speaks it
        import ray
    except ModuleNotFoundError as error:
        raise InputError("A Ray cluster needs the package ray: run pip install -r requirements-ray.txt.") from error
    if ray.is_initialized():
        return
    _check_form(address)
    if os.environ.get("RAY_USE_TLS", "0") in ("", "0") and not _answers(grpc, address):
        raise InputError(
            f"No Ray cluster answers at {address} within {SECONDS} seconds. Start one with `ray start --head`, or give "
            "the address that it said."
        )
    try:
        ray.init(address=address, runtime_env=_program(), log_to_driver=False, logging_level=logging.ERROR)
    except ConnectionError as error:
        raise InputError(
            f"This machine is none of the Ray cluster's at {address}, or the cluster is not well. Make it one that "
            f"computes nothing: ray start --address={address} --num-cpus=0."
        ) from error
    except (RuntimeError, ray.exceptions.RayError) as error:
        said = " ".join(str(error).split())
        raise InputError(
            f"The Ray cluster at {address} cannot be used: {said} (All machines need the same versions.)"
        ) from error


def _answers(grpc: Any, address: str) -> bool:
    """Whether somebody is there who speaks like Ray; with TLS, only Ray has the certificates to ask."""
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            grpc.channel_ready_future(channel).result(SECONDS)
        except grpc.FutureTimeoutError:
            return False
    return True


def _check_form(address: str) -> None:
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not (port.isascii() and port.isdecimal() and 0 < int(port) < 2**16):
        raise InputError(
            f"{address!r} is no address of a Ray cluster: give HOST:PORT as `ray start` says it, such as 10.0.0.1:6379."
        )


def _program() -> dict[str, object]:
    """The runtime environment of the tasks: the program that is sent to the machines, and what it is told there."""
    others = [f"/{path.name}" for path in sorted(ROOT.iterdir()) if path.name not in SENT]
    return {"working_dir": str(ROOT), "excludes": [*others, "__pycache__"], "env_vars": _ENVIRONMENT}
