"""Files as they come: from an upload, from paths, or from the folder of a case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import StudyError, UnreadableFileError
from app.imaging.dicom_start import START_BYTES, is_dicom
from app.imaging.limits import LIMITS, Limits, check_files
from app.imaging.naming import parse, presentable

_VOLUMES = (".nii", ".nii.gz", ".nrrd", ".mha", ".mgh", ".mgz")
_PICTURES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class ScanFile:
    """A file as it came, under a name that can be shown."""

    name: str
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", presentable(self.name))


def read_files(paths: Iterable[Path], *, limits: Limits = LIMITS) -> list[ScanFile]:
    """Read the files of one study.

    A folder stands for the case in it: its volumes whose names say which sequence or reference they are, where there is
    none its pictures, and where there are none either the DICOM files in it and in the folders below.
    Raises UnreadableFileError when a path is missing or closed, StudyError when a folder holds no case, and LimitError,
    before anything is read, when there is too much.
    """
    try:
        found = [(path, file) for path in paths for file in (_case(path) if path.is_dir() else [path])]
        check_files([(file.name, file.stat().st_size) for _, file in found], limits)
        return [ScanFile(_named(path, file), file.read_bytes()) for path, file in found]
    except OSError as e:
        raise UnreadableFileError(f"{e.filename} cannot be read: {e.strerror}. Check the path.") from e


def _case(folder: Path) -> list[Path]:
    inside = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    volumes = [path for path in inside if path.name.lower().endswith(_VOLUMES) and parse(path.name).role]
    pictures = [path for path in inside if path.suffix.lower() in _PICTURES]
    if found := volumes or pictures or [path for path in sorted(folder.rglob("*")) if _is_dicom(path)]:
        return found
    raise StudyError(
        f"{folder} holds no case: neither DICOM files nor pictures, nor volumes whose names end in _flair, _t1, _t1ce, "
        "_t2 or _seg. Give the folder of one case, or the files themselves."
    )


def _is_dicom(path: Path) -> bool:
    if not path.is_file() or path.name.startswith("."):
        return False
    with path.open("rb") as file:
        return is_dicom(file.read(START_BYTES))


def _named(given: Path, found: Path) -> str:
    """The name of a file; of one in a folder below the given one with the folders between, which tell series apart."""
    return found.relative_to(given).as_posix() if found.parent not in (given, given.parent) else found.name
