"""Which examination a DICOM file is of, from the start of the file."""

from io import BytesIO
from pathlib import Path

from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import MediaStorageDirectoryStorage

from app.errors import AppError
from app.imaging.dicom_errors import guarded
from app.imaging.dicom_header import open_header
from app.imaging.dicom_start import START_BYTES, is_dicom
from app.imaging.files import ScanFile
from app.imaging.limits import LIMITS

_START = 2**16
"""Bytes that are read of a file at first; the identifier of the study lies in the first few thousand."""
_STUDY = 0x0020000D


def study_uid(path: Path) -> str | None:
    """The StudyInstanceUID of a DICOM file; "" where it has none or is damaged, None for any other file.

    The directory of a disc (DICOMDIR) is no scan and counts as another file. Raises OSError.
    """
    with path.open("rb") as file:
        start = file.read(START_BYTES)
        if not is_dicom(start):
            return None
        start += file.read(_START - START_BYTES)
    found = _from_start(path.name, start)
    return _from_whole(path) if found == "" else found


def _from_start(name: str, start: bytes) -> str | None:
    try:
        with guarded(name):
            header = read_partial(BytesIO(start), _is_past, force=True, specific_tags=[_STUDY])
            if header.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
                return None
            return str(header.get("StudyInstanceUID") or "").strip()
    except AppError:
        return ""


def _from_whole(path: Path) -> str:
    """The same of the whole file, within the limits of a scan; for what is compressed, or written in another order."""
    if path.stat().st_size > LIMITS.file_bytes:
        return ""
    try:
        with guarded(path.name):
            return str(open_header(ScanFile(path.name, path.read_bytes()), LIMITS).dataset.get("StudyInstanceUID", ""))
    except AppError:
        return ""


def _is_past(tag: BaseTag, vr: str | None, length: int) -> bool:
    return int(tag) > _STUDY
