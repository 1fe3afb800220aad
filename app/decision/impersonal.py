"""A study without what may tell whose it is: what is kept of it in the records.

Voxels, geometry and the reference stay as they are; text that is burnt into the pixels stays with them.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from app.imaging.deidentify import deidentified
from app.study import Sequence, Study

OTHER = "More was said of how the files were read; it is not kept, because it may name them."
_NAMES = "|".join(Sequence)
_GRID = r"[\d x]+ (?:pixels|voxels of [\d.e+ x-]+ mm)"
_WHOLE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_NAMES}) was resampled from {_GRID} to the grid of (?:{_NAMES})"
        r"(?:, of which it covers \d+%; the rest of it is background)?\.",
        rf"The reference mask was resampled \(nearest neighbour\) from {_GRID} to the grid of (?:{_NAMES}): scores are "
        r"of the resampled mask\.",
        r"The files are of \d+ examinations; proposed is what was made in the largest one\.",
        r"DICOM objects that hold no slices of a scan were left out \([\w ,/-]+\)\.",
    )
)
"""Sentences that hold nothing but our own words and numbers."""
_ENDS = tuple(
    (subject, re.compile(f".*?({pattern})", re.DOTALL))
    for subject, patterns in {
        "The scan": (r" is taken for FLAIR, though nothing in it says so\. Correct it if it is another\.",),
        "A file": (
            r" does not say how it lies in the patient: its axes are taken to run to the left, to the back and to the "
            r"head\.",
            r" does not say how it lies in the patient: coronal slices and voxels of 1 mm are assumed, as FreeSurfer "
            r"does\.",
        ),
        "A series": (
            r": \d+ slices? came twice with equal pixels; one of each was kept\.",
            r": the series holds more than are offered, which are the first \d+\.",
            r": its only slice has no thickness, so that nothing is given in ml\.",
            r": \d+ slices? of \d+ (?:is|are) missing \([\d, …]+ mm from the first\); (?:it was|they were) left "
            r"black\.",
            r": its slices are tilted by [\d.]+° against the direction in which they are stacked\. They are shown "
            r"upright; exports keep the tilt, and volumes in ml allow for it\.",
        ),
    }.items()
    for pattern in patterns
)
"""Ends of sentences that begin with the name of a file or of a series, and what they begin with instead."""
_INSTEAD = (
    (
        re.compile(r".*: these are no MR images \(.*\); the network knows MRI only\.", re.DOTALL),
        "A series: these are no MR images; the network knows MRI only.",
    ),
    (re.compile(r".*\. The series was left out\.", re.DOTALL), "A series that makes no volume was left out."),
    (
        re.compile(r"(?:A file that is no scan was|[\d,]+ files that are no scans were) left out: .*", re.DOTALL),
        "What is no scan was left out.",
    ),
)


def impersonal(study: Study) -> Study:
    """The study without its name, with a DICOM header that is de-identified, and notes that quote no file.

    What the network sees stays, so `sha256` does.
    """
    dicom = study.source.dicom
    source = study.source if dicom is None else replace(study.source, dicom=deidentified(dicom))
    return replace(study, name="", source=source, notes=impersonal_notes(study.notes))


def impersonal_notes(notes: Iterable[str]) -> tuple[str, ...]:
    """The notes of a study without names of files and descriptions of series.

    Sentences that are known to hold none stay, those that begin with one begin otherwise, and `OTHER` stands for what
    is not known.
    """
    return tuple(dict.fromkeys(_without_names(note) for note in notes))


def _without_names(note: str) -> str:
    if any(whole.fullmatch(note) for whole in _WHOLE):
        return note
    for subject, end in _ENDS:
        if found := end.fullmatch(note):
            return f"{subject}{found[1]}"
    return next((instead for pattern, instead in _INSTEAD if pattern.fullmatch(note)), OTHER)
