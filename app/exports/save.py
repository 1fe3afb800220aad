"""Writing a file whole or not at all."""

import os
from pathlib import Path

from app.errors import InputError


def save(folder: Path, name: str, content: bytes) -> Path:
    """Write `folder / name`, in place of a file of that name; a reader never sees half of it.

    Raises InputError when the folder cannot be written to.
    """
    target = folder / name
    partial = folder / f".{name}.{os.getpid()}.partial"
    try:
        partial.write_bytes(content)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"{target} cannot be written: {error.strerror}. Choose another folder.") from error
    return target
