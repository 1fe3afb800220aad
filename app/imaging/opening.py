"""Files, folders and archives to containers, each by the reader that its content asks for."""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from app.errors import InputError, StudyError, UnreadableFileError, UnsupportedFileError
from app.imaging.archive import unzip
from app.imaging.content import Kind, kind_of
from app.imaging.files import ScanFile
from app.imaging.limits import Limits, check_files
from app.imaging.metaimage import open_metaimage
from app.imaging.mgh import open_mgh
from app.imaging.nifti import open_nifti
from app.imaging.nrrd_file import open_nrrd
from app.imaging.parts import Container
from app.imaging.pictures import open_pictures

_VOLUMES: Final[dict[Kind, Callable[[ScanFile, Limits], Container]]] = {
    "nifti": open_nifti,
    "nrrd": open_nrrd,
    "metaimage": open_metaimage,
    "mgh": open_mgh,
}
_FEW = 3


def open_files(files: Collection[ScanFile], limits: Limits) -> tuple[list[Container], tuple[str, ...]]:
    """Open the files of one study; the second is what has to be told about those that were left out.

    A file that is no scan is left out when it came in a folder or an archive, where such lie about.
    Raises UnreadableFileError, UnsupportedFileError, LimitError and StudyError, with a message that names the file.
    """
    if not files:
        raise StudyError("No file was given. Give the scan of one patient: DICOM, NIfTI, PNG, JPG or TIFF.")
    check_files([(file.name, len(file.data)) for file in files], limits)
    found, others = _sorted(_unpacked(files, limits))
    check_files([(file.name, len(file.data)) for _, file in found], limits)
    _check_names([file for kind, file in found if kind != "dicom"])
    volumes = [_VOLUMES[kind](file, limits) for kind, file in found if kind in _VOLUMES]
    series: list[Container] = []
    if slices := [file for kind, file in found if kind == "dicom"]:
        from app.imaging.dicom_series import open_dicom  # takes long to import

        series.extend(open_dicom(slices, limits))
    return [*series, *volumes, *open_pictures((file for kind, file in found if kind == "picture"), limits)], _left_out(
        others
    )


def _unpacked(files: Collection[ScanFile], limits: Limits) -> list[ScanFile]:
    """The files, with what is in them in the place of archives."""
    unpacked: list[ScanFile] = []
    for file in files:
        unpacked.extend(unzip(file, limits) if file.data and _is(file, "zip") else [file])
    return unpacked


def _is(file: ScanFile, kind: Kind) -> bool:
    try:
        return kind_of(file) == kind
    except InputError:
        return False


def _sorted(files: list[ScanFile]) -> tuple[list[tuple[Kind, ScanFile]], list[str]]:
    """The kind of each file that is a scan, and the names of the others."""
    found: list[tuple[Kind, ScanFile]] = []
    others: list[str] = []
    first: InputError | None = None
    for file in files:
        try:
            found.append((kind_of(file), file))
        except (UnreadableFileError, UnsupportedFileError) as error:
            if "/" not in file.name:
                raise
            others.append(file.name)
            first = first or error
    if first is not None and not found:
        raise first
    if any(kind == "dicom" for kind, _ in found):  # a disc from a hospital has a viewer on it, with pictures of its own
        others += [file.name for kind, file in found if kind == "picture" and "/" in file.name]
        found = [(kind, file) for kind, file in found if kind != "picture" or "/" not in file.name]
    return found, others


def _left_out(others: list[str]) -> tuple[str, ...]:
    if not others:
        return ()
    what = "A file that is no scan was" if len(others) == 1 else f"{len(others):,} files that are no scans were"
    names = ", ".join(name.rsplit("/", 1)[-1] for name in others[:_FEW]) + (" …" if len(others) > _FEW else "")
    return (f"{what} left out: {names}.",)


def _check_names(files: list[ScanFile]) -> None:
    times = Counter(file.name for file in files)
    if twice := [name for name, count in times.items() if count > 1]:
        raise StudyError(f"Two files are called {min(twice)}. Rename one, such as a mask to end in _seg.")
