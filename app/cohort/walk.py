"""Every file below a folder, folder by folder: no links followed out of it, none in circles, and not without end."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.errors import LimitError

MARK = "cohort.lock"
"""A folder that holds this file is where results are written, and holds no scans."""
MOST = 2_000_000
"""Files that are looked at; their names take about 1 GB of memory."""
_DISC = "dicomdir"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """One folder, and the files in it."""

    folder: Path
    files: tuple[Path, ...]
    """Sorted; none is hidden."""
    on_disc: bool
    """Whether it is part of a disc from a hospital, on which pictures belong to the viewer that comes with it."""


def walk(root: Path, tell: Tell, most: int = MOST) -> Iterator[Place]:
    """The folders below one that hold files, the folder itself first, in the order of their names.

    Hidden files and folders are left out, and folders with results. A link to a file counts where it leads to a hidden
    place below `root`, as DataLad keeps files; what others lead to inside is found anyway, and outside is left out.

    Args:
        root: the folder, absolute.
        tell: is told a sentence about each thing that was left out and may be missed.
        most: files that are looked at.

    Raises:
        LimitError: there are more.
    """
    real_root = root.resolve()
    waiting, seen, outside = [(root, False)], 0, 0
    while waiting:
        folder, on_disc = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda e: e.name)
        except OSError as error:
            tell(f"{folder} cannot be read and was left out: {error.strerror}.")
            continue
        if folder != root and any(entry.name == MARK for entry in inside):
            continue
        seen += len(inside)
        if seen > most:
            raise LimitError(f"{root} holds more than {most:,} files. Give a part of it at a time.")
        on_disc = on_disc or any(entry.name.lower() == _DISC for entry in inside)
        links = [entry for entry in inside if entry.is_symlink()]
        hidden = {entry.name for entry in links if _is_hidden_file(Path(entry.path), real_root)}
        outside += sum(not Path(entry.path).resolve().is_relative_to(real_root) for entry in links)
        files = [e for e in inside if (e.name in hidden if e.is_symlink() else e.is_file(follow_symlinks=False))]
        if files:
            yield Place(folder, tuple(folder / entry.name for entry in files), on_disc)
        waiting += [(folder / e.name, on_disc) for e in reversed(inside) if e.is_dir(follow_symlinks=False)]
    if outside:
        tell(f"Links that lead out of {root} were not followed: {outside:,}.")


def _is_hidden_file(link: Path, real_root: Path) -> bool:
    target = link.resolve()
    if not target.is_relative_to(real_root) or not target.is_file():
        return False
    return any(part.startswith(".") for part in target.relative_to(real_root).parts)
