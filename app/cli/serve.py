"""`python -m app serve`: the network on a Ray cluster, for apps that are told its address."""

import argparse
import signal
import threading
from types import FrameType

from app import NOTICE
from app.cli import silent_stderr


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "serve",
        help="serve the network from a Ray cluster",
        description="Serve the network from a Ray cluster, for apps with GLIOLENS_ENGINE set to its address. Whoever "
        f"reaches the port may use it, and scans travel to it unencrypted: keep it inside a trusted network. {NOTICE}",
    )
    parser.add_argument("--ray", required=True, metavar="ADDRESS", help="HOST:PORT of the cluster's head")
    parser.add_argument("--replicas", type=_count, default=1, metavar="N", help="networks in all (default: 1)")
    parser.add_argument("--cores", type=_count, default=1, metavar="C", help="for each of them (default: 1)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="where its machines listen (default: 127.0.0.1; 0.0.0.0 for everywhere)"
    )
    parser.add_argument("--port", type=_port, default=8100, metavar="P", help="default: 8100")
    parser.add_argument("--detach", action="store_true", help="end when it answers, and leave it running")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start serving and say where; wait for Ctrl-C and take it off the cluster, or leave it there. Returns 0.

    Raises InputError when there is no such cluster or Ray is not installed, CheckpointError, and
    EngineUnavailableError when the network does not start.
    """
    from app.cohort import ray_connection
    from app.model import ray_serving

    how = ray_serving.Serving(args.replicas, args.cores, args.host, args.port)
    with silent_stderr():
        ray_connection.connect(args.ray)
        ray_serving.start(how)
    print(f"The network answers at {how.address}: set GLIOLENS_ENGINE to that for the app.", flush=True)
    if args.detach:
        print("It stays there; `serve delete gliolens` takes it away.", flush=True)
        return 0
    print("Ctrl-C takes it away.", flush=True)
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        threading.Event().wait()
    finally:
        with silent_stderr():
            ray_serving.stop()
    return 0


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 10_000):
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to 10,000")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text} is no port: give 1 to 65535")
    return int(text)


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
