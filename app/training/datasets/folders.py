"""Sets that keep one folder a case."""

import re
from collections.abc import Callable
from pathlib import Path

from app.errors import DatasetError
from app.imaging import read_files, read_study
from app.study import Study


def find_case_folders(
    folder: Path, is_scan: Callable[[str], bool], visit: re.Pattern[str]
) -> list[tuple[str, str, tuple[Path, ...]]]:
    """Name, patient and files of every case folder, at any depth, as some sets come in parts.

    A folder is a case when it holds files whose names are those of scans, and also when it is empty of them, and of
    folders, but lies beside one that is a case: then the folder stands for its files, and reading it fails.

    Args:
        folder: where to look.
        is_scan: tells whether a file of that name belongs to a case.
        visit: what a folder's name says besides the patient.
    """
    holds: dict[Path, tuple[Path, ...]] = {}
    empty = []
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        inside = sorted(other for other in path.iterdir() if not other.name.startswith("."))
        if files := tuple(other for other in inside if is_scan(other.name) and other.is_file()):
            holds[path] = files
        elif not any(other.is_dir() for other in inside):
            empty.append(path)
    beside = {path.parent for path in holds}
    holds |= {path: (path,) for path in empty if path.parent in beside}
    return [(path.name, visit.sub("", path.name), files) for path, files in holds.items()]


def read_case(files: tuple[Path, ...]) -> Study:
    """Read a case as the app reads an upload.

    Raises DatasetError for a folder without scans, and what `app.imaging.read_study` raises.
    """
    if files[0].is_dir():
        raise DatasetError(f"{files[0]} holds no scans. Copy them again, or take the folder out of the set.")
    return read_study(read_files(files))
