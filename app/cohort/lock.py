"""One run at a time writes into a folder: a lock that goes with the process that holds it, however that ends."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.cohort.walk import MARK
from app.errors import InputError

_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder in here; the file that is locked stays behind, and tells that results are in it.

    Raises InputError when another run holds it, or the file system cannot be written to or locked.
    """
    path = folder / MARK
    try:
        file = path.open("ab")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Choose another --out.") from error
    with file:
        try:
            _lock(file)
        except OSError as error:
            if error.errno in _TAKEN:
                raise InputError(
                    f"Another run writes into {folder}. Wait for it to end, or choose another --out."
                ) from error
            raise InputError(f"{path} cannot be locked: {error.strerror}. Choose another disk with --out.") from error
        yield


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
