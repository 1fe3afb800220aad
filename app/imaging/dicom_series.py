"""DICOM files in, series out: each volume that they hold, with its place in space, to choose from."""

from collections.abc import Collection
from collections.abc import Sequence as ListOf
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.errors import StudyError, UnreadableFileError, UnsupportedFileError
from app.imaging.dicom_errors import guarded
from app.imaging.dicom_geometry import Stack, stack
from app.imaging.dicom_groups import Group, group
from app.imaging.dicom_header import DicomFile, open_header
from app.imaging.dicom_labels import details, label_of, left_out, notes_of, study_title
from app.imaging.dicom_naming import guess
from app.imaging.dicom_pixels import read_volume
from app.imaging.dicom_ranking import one_of_each
from app.imaging.dicom_slices import Slice, slices_of
from app.imaging.dicom_source import dicom_source
from app.imaging.files import ScanFile
from app.imaging.limits import Limits, check_grid
from app.imaging.naming import Name, Role
from app.imaging.orientation import to_canonical
from app.imaging.parts import Part
from app.imaging.thumbnail import thumbnail
from app.study import Source


@dataclass(frozen=True, eq=False)
class DicomSeries:
    """One volume of a series, of which the headers were read; a `Container`."""

    key: str
    """Identifier of the series, and the number of the volume where the series holds several."""
    label: str
    title: str
    """The description of the examination."""
    stack: Stack
    role: Role | None
    notes: tuple[str, ...]
    thumbnail: NDArray[np.uint8] | None
    slices: tuple[int, ...] = ()

    @property
    def name(self) -> Name:
        return Name(self.title, self.title, self.role)

    @property
    def case(self) -> str:
        return self.title

    @cached_property
    def source(self) -> Source:
        return Source("volume", self.stack.shape, self.stack.affine, dicom_source(self.stack))

    @property
    def spacing(self) -> tuple[float, float, float] | None:
        return self.stack.spacing

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part(self.key, 0, self.label, self.role, details(self.stack), True, self.thumbnail),)

    def read(self, indices: Collection[int]) -> dict[int, NDArray[np.float32]]:
        return {index: self._read() for index in indices}

    def _read(self) -> NDArray[np.float32]:
        volume = read_volume(self.stack.slices, self.stack.places)
        return np.ascontiguousarray(to_canonical(volume.transpose(2, 1, 0), self.stack.affine))


def open_dicom(files: ListOf[ScanFile], limits: Limits) -> list[DicomSeries]:
    """Open DICOM files of one patient, and put the slices of each series together.

    Objects that hold no slices, and series that make no volume, are left out, which the notes of all others say.
    Raises UnreadableFileError, naming the file, when one is damaged; LimitError when one claims too much, or a volume
    is too large; UnsupportedFileError when there are no slices; and StudyError when they are of several patients, or no
    series makes a volume.
    """
    slices: list[Slice] = []
    others: list[DicomFile] = []
    for file in files:
        image = open_header(file, limits)
        found = slices_of(image)
        slices += found
        if not found:
            others.append(image)
    if not slices:
        raise UnsupportedFileError(
            f"{files[0].name}: there are no slices of a scan in the DICOM files ({_listed(others)}). "
            "Give the series of images, as the scanner made them."
        )
    _check_one_patient(slices)
    notes = [f"DICOM objects that hold no slices of a scan were left out ({_listed(others)})."] if others else []
    series: list[DicomSeries] = []
    for volume in sorted(group(slices), key=_number):
        try:
            series.append(_series(volume, limits))
        except StudyError as e:
            problem = e
            notes.append(f"{str(e).rstrip('.')}. The series was left out.")
    if not series:
        raise problem
    return _proposed(series, notes)


def _series(volume: Group, limits: Limits) -> DicomSeries:
    first = volume.slices[0].image
    with guarded(first.name):
        label, title = label_of(volume), study_title(first)
        stacked = stack(volume.slices, label)
        role = guess(volume.slices[0].attributes)
        notes = (*stacked.notes, *notes_of(volume, label))
    check_grid(label, stacked.shape, limits)
    key = volume.series or first.name
    return DicomSeries(
        key=key if volume.siblings == 1 else f"{key}#{volume.number}",
        label=label,
        title=title,
        stack=stacked,
        role=role,
        notes=notes,
        thumbnail=_thumbnail(stacked),
    )


def _proposed(series: ListOf[DicomSeries], notes: list[str]) -> list[DicomSeries]:
    """The series with at most one of each role, and with what is to be told about all of them."""
    examinations = len({each.stack.slices[0].examination for each in series})
    if examinations > 1:
        notes.append(f"The files are of {examinations} examinations; proposed is what was made in the largest one.")
    roles = one_of_each(series)
    return [replace(each, role=role, notes=(*each.notes, *notes)) for each, role in zip(series, roles, strict=True)]


def _thumbnail(stacked: Stack) -> NDArray[np.uint8] | None:
    """The middle slice; None where it is damaged, which is said when the series is read."""
    middle = stacked.slices[len(stacked.slices) // 2]
    try:
        plane = read_volume([middle], [0])[0]
    except (UnreadableFileError, UnsupportedFileError):
        return None
    column, row = middle.spacing
    return thumbnail(plane, row / column)


def _check_one_patient(slices: ListOf[Slice]) -> None:
    patients = {each.patient for each in slices} - {""}
    if len(patients) > 1:
        raise StudyError(f"The DICOM files are of {len(patients)} patients. Give the files of one.")


def _number(volume: Group) -> tuple[float, int]:
    first = volume.slices[0]
    with guarded(first.image.name):
        return first.attributes.number("SeriesNumber") or 0, volume.number


def _listed(others: ListOf[DicomFile]) -> str:
    with guarded(others[0].name):
        return left_out(others)
