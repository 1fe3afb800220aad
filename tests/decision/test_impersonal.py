import json
from dataclasses import replace

import numpy as np
import pytest

from app.decision.impersonal import OTHER, impersonal, impersonal_notes
from app.study import DicomPlane, DicomSource, Sequence
from tests.decision.readings import study_of

GRID = "256 x 256 x 22 voxels of 0.9 x 0.9 x 5 mm"
AS_IT_IS = (
    f"T1ce was resampled from {GRID} to the grid of FLAIR.",
    f"T1 was resampled from {GRID} to the grid of T1ce, of which it covers 87%; the rest of it is background.",
    f"T2 was resampled from {GRID.replace('0.9', '1e-03')} to the grid of FLAIR.",
    f"The reference mask was resampled (nearest neighbour) from {GRID} to the grid of FLAIR: scores are of the "
    "resampled mask.",
    "The files are of 2 examinations; proposed is what was made in the largest one.",
    "DICOM objects that hold no slices of a scan were left out (2 Encapsulated PDF, 1 Key Object Selection).",
)


@pytest.mark.parametrize("note", AS_IT_IS)
def test_sentences_of_our_own_words_stay(note: str) -> None:
    assert impersonal_notes([note]) == (note,)


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        (
            "smith_john.nii is taken for FLAIR, though nothing in it says so. Correct it if it is another.",
            "The scan is taken for FLAIR, though nothing in it says so. Correct it if it is another.",
        ),
        (
            "smith.nrrd does not say how it lies in the patient: its axes are taken to run to the left, to the back "
            "and to the head.",
            "A file does not say how it lies in the patient: its axes are taken to run to the left, to the back and to "
            "the head.",
        ),
        (
            "smith.mgz does not say how it lies in the patient: coronal slices and voxels of 1 mm are assumed, as "
            "FreeSurfer does.",
            "A file does not say how it lies in the patient: coronal slices and voxels of 1 mm are assumed, as "
            "FreeSurfer does.",
        ),
        (
            "Series 3 · Smith: 2 slices came twice with equal pixels; one of each was kept.",
            "A series: 2 slices came twice with equal pixels; one of each was kept.",
        ),
        (
            "Series 3 · Smith: 2 slices of 22 are missing (5, 10, 15, 20, 25 … mm from the first); they were left "
            "black.",
            "A series: 2 slices of 22 are missing (5, 10, 15, 20, 25 … mm from the first); they were left black.",
        ),
        (
            "Series 3 · Smith: these are no MR images (SMITH); the network knows MRI only.",
            "A series: these are no MR images; the network knows MRI only.",
        ),
        (
            "Series 3 · Smith: its only slice has no thickness, so that nothing is given in ml.",
            "A series: its only slice has no thickness, so that nothing is given in ml.",
        ),
        (
            "Series 7: the series holds more than are offered, which are the first 16.",
            "A series: the series holds more than are offered, which are the first 16.",
        ),
        (
            "Series 3 · Smith: its slices lie 1 to 2 mm apart. The series was left out.",
            "A series that makes no volume was left out.",
        ),
        ("A file that is no scan was left out: smith.txt.", "What is no scan was left out."),
        ("1,234 files that are no scans were left out: smith.txt, b.pdf, c.doc …", "What is no scan was left out."),
        ("Smith has a new kind of sentence.", OTHER),
        (f"{AS_IT_IS[0]} smith.nii is another.", OTHER),
        ("", OTHER),
    ],
)
def test_sentences_that_name_files_or_series_name_them_no_more(note: str, kept: str) -> None:
    assert impersonal_notes([note]) == (kept,)
    assert impersonal_notes([note.replace("Smith", "Smith\n\nJohn")]) == (kept,)


def test_what_is_equal_then_is_said_once() -> None:
    assert impersonal_notes(["one.", AS_IT_IS[4], "two."]) == (OTHER, AS_IT_IS[4])


def test_a_study_keeps_what_the_network_sees_and_loses_its_name() -> None:
    study = study_of("smith_john", notes=("smith is new.", AS_IT_IS[0]), reference=np.ones((4, 8, 20), np.uint8))
    kept = impersonal(study)
    assert (kept.name, kept.notes, kept.sha256) == ("", (OTHER, AS_IT_IS[0]), study.sha256)
    assert kept.source is study.source and kept.reference is study.reference
    assert kept.images[Sequence.FLAIR] is study.images[Sequence.FLAIR]


def test_the_header_of_dicom_names_nobody() -> None:
    header = {
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Smith^John"}]},
        "0020000D": {"vr": "UI", "Value": ["1.2.840.99.1"]},
    }
    planes = tuple(DicomPlane("1.2.840.10008.5.1.4.1.1.4", f"1.2.840.99.{n}", None, (0.0, 0.0, n)) for n in range(4))
    study = study_of()
    kept = impersonal(replace(study, source=replace(study.source, dicom=DicomSource(json.dumps(header), planes))))
    assert kept.source.dicom is not None and "Smith" not in kept.source.dicom.header
    assert "1.2.840.99" not in kept.source.dicom.header + str(kept.source.dicom.planes)
    assert [plane.position[2] for plane in kept.source.dicom.planes if plane] == [0, 1, 2, 3]
