"""The files of a study that was found, read in a process of their own."""

import os
from collections.abc import Sequence
from pathlib import Path

from app.cohort.found import DICOM, Found
from app.errors import StudyError, UnreadableFileError
from app.imaging.confined import open_study
from app.imaging.files import ScanFile
from app.imaging.limits import LIMITS, Limits, check_files
from app.imaging.naming import REFERENCE, presentable
from app.imaging.parts import Part
from app.study import Study

_GZ = ".gz"
_FEW = 5


def read_found(found: Found, limits: Limits = LIMITS) -> Study:
    """Read a study, as the page does when files are dropped on it.

    Raises InputError when the files are missing or make no study, and `confined.ReaderError`.
    """
    opened = open_study(_files(found, limits), limits=limits)
    if opened.study is None and all(part.role in (None, REFERENCE) for part in opened.parts):
        raise StudyError(_nothing_said(opened.parts))
    if opened.problem is not None:
        raise opened.problem
    if opened.study is None:
        raise ValueError(f"A reading gives a study or a problem. Received: neither, of {len(opened.parts)} parts")
    return opened.study


def _nothing_said(parts: Sequence[Part]) -> str:
    labels = ", ".join(part.label for part in parts[:_FEW]) + (" …" if len(parts) > _FEW else "")
    return (
        f"Nothing says that there is FLAIR, T1, T1ce or T2 among {labels}. Open the study on the page, where one can "
        "say what is what, or name its files so."
    )


def _files(found: Found, limits: Limits) -> list[ScanFile]:
    names = _names(found)
    try:
        sizes = [path.stat().st_size for path in found.paths]
        check_files(list(zip(names, sizes, strict=True)), limits)
        return [ScanFile(name, path.read_bytes()) for name, path in zip(names, found.paths, strict=True)]
    except OSError as error:
        name = presentable(Path(str(error.filename)).name)
        raise UnreadableFileError(
            f"{name} cannot be read: {error.strerror}. Check that it is there, on every machine that is at work."
        ) from error


def _names(found: Found) -> list[str]:
    """What the files are called. DICOM: the path below the folder that all are in, which tells series apart; others: by
    their name, and a mask that is called like its scan (`decathlon`) as a mask."""
    if found.kind == DICOM:
        common = os.path.commonpath([path.parent for path in found.paths])
        return [path.relative_to(common).as_posix() for path in found.paths]
    first, *others = (path.name for path in found.paths)
    return [first, *(_mask_name(name) if name == first else name for name in others)]


def _mask_name(name: str) -> str:
    stem, ending = os.path.splitext(name.removesuffix(_GZ))
    return f"{stem}_seg{ending}{_GZ if name.endswith(_GZ) else ''}"
