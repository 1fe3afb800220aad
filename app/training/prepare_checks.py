"""What a person should know about a case before a network is trained on it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

import nibabel as nib
import numpy as np
from nibabel.affines import obliquity
from numpy.typing import NDArray

from app.model.network_input import NetworkInput
from app.study import Study
from app.training.datasets import Dataset
from app.training.prepared_index import Entry

_FIELD_MM = (100.0, 500.0)
"""Sides of a slice between which a head is plausible."""
_OBLIQUE = 1.0
"""Degrees from which on axes are called oblique."""
_OUTSIDE = 0.05
"""Share of a reference that may lie where every sequence is black."""


def problems_of(network_input: NetworkInput, digests: Mapping[str, str], dataset: Dataset) -> list[str]:
    """What is unusual in a study that could be read, in a few words each; `digests` are those of its images."""
    return [*_sequences(digests, dataset), *_grid(network_input.study), *_labels(network_input, dataset)]


def digest(array: NDArray[np.generic]) -> str:
    """SHA-256 of shape and content."""
    return hashlib.sha256(repr(array.shape).encode() + np.ascontiguousarray(array).data).hexdigest()


def orientation_of(study: Study) -> str | None:
    """Where the axes of the files lead, such as LPS; None for pictures."""
    return None if study.source.affine is None else "".join(nib.orientations.aff2axcodes(study.source.affine))


class Known:
    """The cases that were seen, by the content of their images."""

    def __init__(self, beside: Mapping[str, Iterable[Entry]]) -> None:
        """Begin with the sets in the folders beside, name to entries."""
        self._images: dict[str, str] = {}
        for name, entries in beside.items():
            for entry in entries:
                self._add(entry, f"{entry.key} in {name}")

    def add(self, entry: Entry) -> None:
        """Remember a case of this set."""
        self._add(entry, entry.key)

    def duplicate(self, entry: Entry) -> str | None:
        """Why the case is one that was seen, or None."""
        for sequence, image in entry.images.items():
            if other := self._images.get(image):
                return f"duplicate of {other}: its {sequence} has the same voxels"
        return None

    def _add(self, entry: Entry, title: str) -> None:
        for image in entry.images.values():
            self._images.setdefault(image, title)


def with_other_cases(entries: Iterable[Entry], beside: Mapping[str, Iterable[Entry]]) -> list[Entry]:
    """The entries with what is unusual about them next to each other, and to the sets beside (name to entries)."""
    references: dict[str, str] = {}
    patients: dict[str, str] = {}
    for name, others in beside.items():
        for other in others:
            patients.setdefault(other.patient, name)
            if other.reference:
                references.setdefault(other.reference, other.key)
    checked = []
    for entry in entries:
        across = []
        if other_set := patients.get(entry.patient):
            across.append(f"patient {entry.patient} is in the set {other_set} too")
        if entry.reference and (same := references.setdefault(entry.reference, entry.key)) != entry.key:
            across.append(f"has the reference of {same}, so perhaps its patient too")
        checked.append(replace(entry, across=across))
    return checked


def _sequences(digests: Mapping[str, str], dataset: Dataset) -> list[str]:
    found = [f"no {sequence}" for sequence in dataset.possible if sequence not in digests]
    first: dict[str, str] = {}
    for sequence, content in digests.items():
        if (other := first.setdefault(content, sequence)) != sequence:
            found.append(f"{other} and {sequence} have the same voxels")
    return found


def _grid(study: Study) -> list[str]:
    found = []
    if study.spacing:
        sides = [n * mm for n, mm in zip(study.shape[1:], study.spacing[1:], strict=True)]
        if min(sides) < _FIELD_MM[0] or max(sides) > _FIELD_MM[1]:
            found.append(f"slices of {sides[1]:.0f} x {sides[0]:.0f} mm are no head: is the spacing right?")
    if study.source.affine is not None:
        angle = float(np.degrees(obliquity(study.source.affine)).max())
        if angle > _OBLIQUE:
            found.append(f"axes are oblique by {angle:.0f}°; read along the closest ones")
    return found


def _labels(network_input: NetworkInput, dataset: Dataset) -> list[str]:
    reference = network_input.study.reference
    if reference is None or not reference.any():
        return ["the reference is empty"]
    found = []
    tumour = reference > 0
    if dataset.classes_known and np.unique(reference[tumour]).tolist() == [1]:
        found.append("the reference has label 1 alone: does it tell classes apart?")
    outside = 1 - float(network_input.head[tumour].mean())
    if outside > _OUTSIDE:
        found.append(f"{outside:.0%} of the reference lie on background")
    lost = np.setdiff1d(np.flatnonzero(tumour.any(axis=(1, 2))), network_input.head_slices)
    if lost.size:
        found.append(f"slices with tumour but no head are left out: {lost.size}")
    return found
