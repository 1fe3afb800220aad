"""Reading what strangers bring: each study in a process of its own (`worker`), which may crash, hang or be killed."""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence as ListOf
from contextlib import suppress
from pathlib import Path

from app.errors import InputError, LimitError, UnreadableFileError
from app.imaging.files import ScanFile
from app.imaging.limits import LIMITS, Limits, check_files
from app.imaging.message import Roles, pack_request, unpack_opened
from app.imaging.pipe import receive, send, widen
from app.imaging.reading import Opened

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "app.imaging.worker")
_KEPT = ("PATH", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT", "TEMP", "VIRTUAL_ENV")
"""All of the server's environment that a reading process is given; the rest may hold secrets."""
_PATIENCE = 6
"""Times the allowed processor seconds that a process may take by the clock, on a server with much to do."""

_turns = threading.BoundedSemaphore(os.cpu_count() or 1)
_lock = threading.Lock()
_spares: list[subprocess.Popen[bytes]] = []


class ReaderError(Exception):
    """A fault of ours in a reading process."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where
        """The kind of exception and the frames that led to it, none of its words."""


def open_study(files: ListOf[ScanFile], roles: Roles | None = None, *, limits: Limits = LIMITS) -> Opened:
    """What `app.imaging.open_study` gives, from a process of its own; as many at once as there are processors.

    Raises InputError as that one does; UnreadableFileError also when the process crashed, LimitError also when it took
    too much time or memory; and ReaderError.
    """
    check_files([(file.name, len(file.data)) for file in files], limits)
    with _turns:
        process = _take()
        late = threading.Timer(limits.seconds * _PATIENCE, process.kill)
        late.start()
        try:
            return _ask(process, files, roles, limits)
        except (OSError, EOFError) as error:  # it has ended, or is about to
            raise _gave_up(files, process.wait()) from error
        except (ValueError, KeyError, TypeError) as error:
            raise _gave_up(files, None) from error
        finally:
            late.cancel()
            _end(process)


def prepare() -> None:
    """Have a process waiting, so that the next study need not wait for one to start (half a second)."""
    with _lock:
        if not _spares:
            _spares.append(_start())


def _take() -> subprocess.Popen[bytes]:
    with _lock:
        while _spares:
            spare = _spares.pop()
            if spare.poll() is None:
                return spare
            _end(spare)
    return _start()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a fixed command
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"},
    )


def _ask(process: subprocess.Popen[bytes], files: ListOf[ScanFile], roles: Roles | None, limits: Limits) -> Opened:
    requests, answers = process.stdin, process.stdout
    if requests is None or answers is None:
        raise ValueError("A reading process has pipes. Received: one without")
    widen(requests)
    widen(answers)
    send(requests, *pack_request(files, roles, limits))
    values, blobs = receive(answers, limits.memory_bytes)
    if "fault" in values:
        raise ReaderError(values["fault"])
    return unpack_opened(values, blobs)


def _gave_up(files: ListOf[ScanFile], status: int | None) -> InputError:
    names = files[0].name + (f" and {len(files) - 1:,} more" if files[1:] else "")
    if status in (-signal.SIGKILL, -signal.SIGXCPU):
        return LimitError(
            f"Reading {names} took too long and was given up. Give fewer files at a time, or crop the scan."
        )
    return UnreadableFileError(
        f"{names}: the content broke the program that reads it, so it is damaged. Export it again."
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was left to write has nobody to read it
                stream.close()


@atexit.register
def _end_all() -> None:
    while _spares:
        _end(_spares.pop())
