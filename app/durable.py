"""Writing a file so that whatever happens meanwhile, its name leads to the old content or to the new, never to less."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"
"""How the names of unfinished files end; what a crash leaves behind under such a name may be deleted."""
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system says when there is no room: on the disk, for this account, or in one file."""


def write_whole(target: Path, content: bytes) -> None:
    """Write a file, in place of one of that name.

    The content goes to a name of its own in the same folder and to the disk first. Raises OSError, and then the
    folder is as it was.
    """
    with writing_whole(target) as file:
        file.write(content)


@contextmanager
def writing_whole(target: Path) -> Iterator[BinaryIO]:
    """Write a file piece by piece, in place of one of that name when the inside is done; it may be read there too.

    When the inside raises anything, or the file cannot be written (OSError), the folder is as it was.
    """
    partial = target.with_name(f".gliolens-{secrets.token_hex(8)}{PARTIAL}")
    try:
        with partial.open("x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except BaseException:
        with suppress(OSError):  # the first error says more
            partial.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Have the folder itself on the disk, so that a new name in it outlives a power cut."""
    with suppress(OSError):  # Windows opens no folder, some network file systems flush none; the file itself is safe
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
