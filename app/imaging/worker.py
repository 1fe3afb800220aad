"""`python -m app.imaging.worker`: reads the files of one study in a process of its own, and ends.

What people upload is decoded by libraries in C, which damaged or hostile bytes may crash, hang or fill with memory. In
here that ends one process, which holds nothing of anybody else's. Request and answer are those of `message`; where the
system has them (Linux), memory, processor time and files are limited by the kernel.
"""

import logging
import os
import sys
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import IO

from app.errors import InputError, LimitError
from app.imaging.limits import MIB, Limits
from app.imaging.message import Message, pack_opened, pack_problem, unpack_request
from app.imaging.pipe import receive, send
from app.imaging.reading import open_study

MOST = 8 * 2**30
"""Bytes of a request that are believed; `limits.study_bytes` decides, when it is known."""


def main() -> None:
    """Answer one request on the standard streams, which are closed to everything else."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)  # libraries in C write to them what is not for users
    warnings.simplefilter("ignore")
    logging.disable()
    with suppress(EOFError):  # the server ended before it had anything to read
        serve(requests, answers)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Read one request and answer it. Raises EOFError when there is none."""
    values, blobs = receive(requests, MOST)
    files, roles, limits = unpack_request(values, blobs)
    del blobs
    confine(limits)
    try:
        answer: Message = pack_opened(open_study(files, roles, limits=limits))
    except InputError as error:
        answer = {"problem": pack_problem(error)}, []
    except MemoryError:
        answer = {"problem": pack_problem(_too_much_memory(limits))}, []
    except Exception as error:  # noqa: BLE001 - a fault of ours, which the server logs and apologises for
        answer = {"fault": _where(error)}, []
    send(answers, *answer)


def confine(limits: Limits) -> None:
    """Hold this process to the limits, for good; nothing where the system cannot."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    for kind, most in (
        (resource.RLIMIT_AS, mapped + limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _too_much_memory(limits: Limits) -> LimitError:
    return LimitError(
        f"Reading these files takes more than {limits.memory_bytes // MIB:,} MiB of memory. "
        "Give fewer series or files at a time, or crop the scan."
    )


def _where(error: Exception) -> str:
    """The kind of an exception and the frames that led to it; what it says may hold names of files or patients."""
    frames = traceback.extract_tb(error.__traceback__)
    steps = (f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} in {' > '.join(steps)}"


if __name__ == "__main__":
    main()
