"""Files as they come: from an upload, from paths, or from the folder of a case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import StudyError, UnreadableFileError
from app.imaging.limits import LIMITS, Limits, check_files
from app.imaging.naming import parse

_NIFTI = (".nii", ".nii.gz")
_PICTURES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class ScanFile:
    """A file as it came."""

    name: str
    data: bytes = field(repr=False)


def read_files(paths: Iterable[Path], *, limits: Limits = LIMITS) -> list[ScanFile]:
    """Read the files of one study.

    A folder stands for the case in it: its NIfTI files whose names say which sequence or reference they are, or where
    there is none its pictures.
    Raises UnreadableFileError when a path is missing or closed, StudyError when a folder holds no case, and LimitError,
    before anything is read, when there is too much.
    """
    try:
        found = [file for path in paths for file in (_case(path) if path.is_dir() else [path])]
        check_files([(path.name, path.stat().st_size) for path in found], limits)
        return [ScanFile(path.name, path.read_bytes()) for path in found]
    except OSError as e:
        raise UnreadableFileError(f"{e.filename} cannot be read: {e.strerror}. Check the path.") from e


def _case(folder: Path) -> list[Path]:
    inside = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    volumes = [path for path in inside if path.name.lower().endswith(_NIFTI) and parse(path.name).role]
    if found := volumes or [path for path in inside if path.suffix.lower() in _PICTURES]:
        return found
    raise StudyError(
        f"{folder} holds no case: neither pictures nor NIfTI files whose names end in _flair, _t1, _t1ce, _t2 or _seg. "
        "Give the folder of one case, or the files themselves."
    )
