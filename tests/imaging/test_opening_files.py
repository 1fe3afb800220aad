"""What lies about in folders and archives is left out; what somebody gives by hand is not."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from dicom_files import series
from scan_files import asymmetric, picture, scan

from app.errors import LimitError, StudyError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile, read_study
from app.imaging.opening import open_files

FLAIR = scan("x_flair.nii", asymmetric(5, 4, 3))
NOTES = ScanFile("notes.txt", b"nothing to see")


def inside(file: ScanFile) -> ScanFile:
    return replace(file, name=f"case/{file.name}")


def zipped(*files: ScanFile) -> ScanFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.data)
    return ScanFile("case.zip", packed.getvalue())


def test_by_hand_every_file_counts() -> None:
    with pytest.raises(UnreadableFileError, match=r"^notes\.txt is of no kind"):
        open_files([FLAIR, NOTES], LIMITS)


@pytest.mark.parametrize(
    ("others", "note"),
    [
        ([], ()),
        ([NOTES], ("A file that is no scan was left out: notes.txt.",)),
        (
            [replace(NOTES, name=f"{n}.txt") for n in range(4)],
            ("4 files that are no scans were left out: 0.txt, 1.txt, 2.txt ….",),
        ),
    ],
)
def test_in_a_folder_what_is_no_scan_is_left_out(others: list[ScanFile], note: tuple[str, ...]) -> None:
    containers, notes = open_files([inside(FLAIR), *map(inside, others)], LIMITS)

    assert [container.case for container in containers] == ["x"] and notes == note


def test_a_folder_without_a_scan() -> None:
    with pytest.raises(UnsupportedFileError, match=r"^case/a\.pdf is a PDF document"):
        open_files([inside(ScanFile("a.pdf", b"%PDF-1.7")), inside(NOTES)], LIMITS)


def test_archive() -> None:
    study = read_study([zipped(FLAIR, scan("x_t1.nii.gz", asymmetric(5, 4, 3)), NOTES)])

    assert (study.name, len(study.images)) == ("x", 2)
    assert study.notes == ("A file that is no scan was left out: notes.txt.",)


def test_limits_hold_for_what_is_in_an_archive() -> None:
    archive = zipped(FLAIR, replace(FLAIR, name="x_t1.nii"))
    with pytest.raises(LimitError, match=r"^case\.zip holds more than 1 files"):
        open_files([archive], replace(LIMITS, files=1))


def test_one_name_twice() -> None:
    grey = picture("a.png", np.arange(20, dtype=np.uint8).reshape(4, 5))
    with pytest.raises(StudyError, match=r"^Two files are called a\.png\. Rename one"):
        open_files([grey, FLAIR, grey], LIMITS)
    assert len(open_files([grey, inside(grey)], LIMITS)[0]) == 2


def test_pictures_beside_dicom_belong_to_the_viewer_on_the_disc() -> None:
    slices = [inside(file) for file in series(asymmetric(3, 4, 5).astype(np.uint16), SeriesDescription="AX FLAIR")]
    logo = picture("logo.png", np.arange(20, dtype=np.uint8).reshape(4, 5))

    containers, notes = open_files([*slices, inside(logo)], LIMITS)
    assert len(containers) == 1 and notes == ("A file that is no scan was left out: logo.png.",)
    assert len(open_files([*slices, logo], LIMITS)[0]) == 2


def test_series_that_nobody_named_are_left_out() -> None:
    files = [
        replace(file, name=f"{description}/{file.name}")
        for description in ("AX FLAIR", "ADC")
        for file in series(asymmetric(3, 4, 5).astype(np.uint16), SeriesDescription=description)
    ]
    study = read_study(files)
    assert study.sequences == ("FLAIR",) and study.name == "DICOM study"


def test_a_lone_series_that_nobody_named_is_taken_for_flair_and_said_so() -> None:
    study = read_study(series(asymmetric(3, 4, 5).astype(np.uint16), SeriesDescription="PD"))
    assert study.sequences == ("FLAIR",) and "PD is taken for FLAIR, though nothing in it says so" in study.notes[0]
