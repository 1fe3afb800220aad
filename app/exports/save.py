"""Writing a file whole or not at all."""

from pathlib import Path

from app.durable import DISK_FULL, write_whole
from app.errors import InputError


def save(folder: Path, name: str, content: bytes) -> Path:
    """Write `folder / name`, in place of a file of that name; a reader never sees half of it.

    Raises InputError when the folder cannot be written to or the disk is full; the earlier file is whole then.
    """
    target = folder / name
    try:
        write_whole(target, content)
    except OSError as error:
        advice = "Free some space there, or choose" if error.errno in DISK_FULL else "Choose"
        raise InputError(f"{target} cannot be written: {error.strerror}. {advice} another folder.") from error
    return target
