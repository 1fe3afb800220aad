"""What people read about DICOM series. Nothing of it names a patient: no name, number, date or hospital goes in."""

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

from app.imaging.dicom_enhanced import Attributes
from app.imaging.dicom_geometry import Stack
from app.imaging.dicom_groups import MAX_VOLUMES, Group
from app.imaging.dicom_header import DicomFile
from app.imaging.dicom_naming import MODALITY

_PLANES = ("sagittal", "coronal", "axial")
"""By the axis of the patient, towards left, back and head, that is at right angles to the slices."""
_OBLIQUE = np.cos(np.radians(10))
_LONGEST = 64


def label_of(group: Group) -> str:
    """The number and description of a series, and which volume of it, where it holds several."""
    first = group.slices[0]
    number, attributes = first.image.dataset.get("SeriesNumber"), first.attributes
    label = "Series" if number in (None, "") else f"Series {number}"
    if text := _public(first.image, "SeriesDescription") or _public(first.image, "ProtocolName"):
        label += f" · {text}"
    if group.siblings == 1:
        return label
    echo, b_value = attributes.number("EffectiveEchoTime"), attributes.number("DiffusionBValue")
    times = "" if echo is None else f", TE {echo:.3g} ms"
    return f"{label} · volume {group.number + 1} of {group.siblings}{times}" + (
        "" if b_value is None else f", b {b_value:.4g}"
    )


def details(stack: Stack) -> str:
    """`22 slices of 5.0 mm, axial, 0.45 x 0.45 mm`: from slice to slice, and the size of pixels."""
    first = stack.slices[0]
    axis = int(np.abs(first.normal).argmax())
    plane = _PLANES[axis] if abs(first.normal[axis]) > _OBLIQUE else f"oblique {_PLANES[axis]}"
    column, row = first.spacing
    count = len(stack.slices)
    thickness = "" if stack.spacing is None else f" of {stack.distance:.1f} mm"
    return f"{count} slice{'s' * (count > 1)}{thickness}, {plane}, {column:.2f} x {row:.2f} mm"


def notes_of(group: Group, label: str) -> tuple[str, ...]:
    """What is to be told about how the slices of a volume were found."""
    notes = []
    if group.twice:
        slices = "1 slice" if group.twice == 1 else f"{group.twice} slices"
        notes.append(f"{label}: {slices} came twice with equal pixels; one of each was kept.")
    if group.siblings > MAX_VOLUMES:
        notes.append(f"{label}: the series holds more than are offered, which are the first {MAX_VOLUMES}.")
    modality = Attributes(group.slices[0].image.dataset).text("Modality")
    if modality != MODALITY:
        notes.append(f"{label}: these are no MR images ({_plain(modality) or 'unknown'}); the network knows MRI only.")
    return tuple(notes)


def left_out(images: Iterable[DicomFile]) -> str:
    """The kinds of objects that hold no slices, with how many of each: `2 Encapsulated PDF, 1 Key Object Selection`."""
    kinds = Counter(_kind(image) for image in images)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def study_title(image: DicomFile) -> str:
    """The description of the examination."""
    return _public(image, "StudyDescription") or "DICOM study"


def _kind(image: DicomFile) -> str:
    name = image.kind.name.removesuffix(" Storage")
    if name == image.kind:
        name = "object of an unknown kind"
    if not name.endswith("Image"):
        return name
    return f"{name} {'in colour' if image.pixels and image.samples > 1 else 'without a place in space'}"


def _public(image: DicomFile, keyword: str) -> str:
    """A description, or nothing where somebody has written the patient's name or number into it."""
    attributes = Attributes(image.dataset)
    text = _plain(attributes.text(keyword))
    private = [*re.split(r"[\^= ,]+", attributes.text("PatientName")), attributes.text("PatientID").strip()]
    lower = text.lower()
    return "" if any(len(word) > 2 and word.lower() in lower for word in private) else text[:_LONGEST]


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
