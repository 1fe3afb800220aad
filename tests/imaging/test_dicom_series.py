import logging
import re
from dataclasses import replace

import numpy as np
import pytest
from dicom_files import AXIAL, SAGITTAL, dataset, file, series, turned
from pydicom.uid import (
    CTImageStorage,
    EncapsulatedPDFStorage,
    JPEG2000Lossless,
    KeyObjectSelectionDocumentStorage,
    SecondaryCaptureImageStorage,
    SegmentationStorage,
    generate_uid,
)

from app.errors import InputError, LimitError, StudyError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile, to_lps_mm, to_source
from app.imaging.dicom_series import DicomSeries, open_dicom
from app.imaging.naming import study_name
from app.study import Sequence

BARE = {"PixelData": None, "Rows": None, "Columns": None}
VOLUME = np.arange(4 * 3 * 5, dtype=np.uint16).reshape(4, 3, 5)


def opened(*files: ScanFile) -> list[DicomSeries]:
    return open_dicom(files, LIMITS)


def test_what_people_are_shown() -> None:
    (only,) = opened(*series(VOLUME, (0, 0, 5), PixelSpacing=[0.45, 0.5], StudyDescription="MR Head"))

    (part,) = only.parts
    assert (part.file, part.index) == (only.key, 0)
    assert (part.label, part.role) == ("Series 4 · AX FLAIR", Sequence.FLAIR)
    assert part.details == "4 slices of 5.0 mm, axial, 0.50 x 0.45 mm"
    assert part.thumbnail is not None
    assert part.thumbnail.dtype == np.uint8
    assert (only.source.kind, only.source.shape, only.spacing) == ("volume", (5, 3, 4), (5, 0.45, 0.5))
    assert (only.name.stem, only.case, only.name.role, only.slices) == ("MR Head", "MR Head", Sequence.FLAIR, ())
    assert study_name([(only.case, only.name.stem)]) == "MR Head"


def test_voxels_come_in_the_order_of_places_whatever_files_are_called() -> None:
    files = series(VOLUME)

    (only,) = opened(files[2], files[0], files[3], files[1])

    volume = only.read([0])[0]
    assert (volume.dtype, volume.flags.c_contiguous) == (np.float32, True)
    np.testing.assert_array_equal(volume, VOLUME)
    np.testing.assert_array_equal(to_source(volume, only.source), VOLUME.transpose(2, 1, 0))


@pytest.mark.parametrize("step", [(-4, 0, 0), (4, 0, 0)])
def test_a_sagittal_series_is_turned_to_the_canonical_axes(step: tuple[float, float, float]) -> None:
    """Columns run to the back, rows to the feet, and slices to the right or left."""
    (only,) = opened(*series(VOLUME, step, ImageOrientationPatient=list(SAGITTAL)))

    x_first = VOLUME if step[0] > 0 else VOLUME[::-1]
    np.testing.assert_array_equal(only.read([0])[0], x_first.transpose(1, 2, 0)[::-1])
    assert only.spacing == (1, 1, 4)
    assert only.parts[0].details.startswith("4 slices of 4.0 mm, sagittal, ")


def test_an_oblique_series_goes_to_the_closest_axes_and_keeps_its_place() -> None:
    orientation = turned(AXIAL, 20, (1, 0, 0))
    step = 5 * np.cross(orientation[:3], orientation[3:])

    (only,) = opened(*series(VOLUME, step, ImageOrientationPatient=list(orientation), ImagePositionPatient=(9, 8, 7)))

    np.testing.assert_array_equal(only.read([0])[0], VOLUME)
    assert only.parts[0].details == "4 slices of 5.0 mm, oblique axial, 1.00 x 1.00 mm"
    to_mm = to_lps_mm(only.source)
    assert to_mm is not None
    place = [9, 8, 7] + 3 * step + 2 * np.array(orientation[3:]) + [1, 0, 0]
    np.testing.assert_allclose(to_mm @ [3, 2, 1, 1], place, atol=1e-4)


def test_missing_slices_are_black_and_told() -> None:
    (only,) = opened(*np.delete(np.array(series(np.arange(1, 7, dtype=np.uint8).reshape(6, 1, 1))), [3]).tolist())

    assert only.read([0])[0].ravel().tolist() == [1, 2, 3, 1, 5, 6]
    assert only.notes == ("Series 4 · AX FLAIR: 1 slice of 6 is missing (15 mm from the first); it was left black.",)


def test_slices_that_came_twice_are_told() -> None:
    files = series(VOLUME)

    (only,) = opened(*files, *(ScanFile(f"copy/{each.name}", each.data) for each in files))

    assert only.notes == ("Series 4 · AX FLAIR: 4 slices came twice with equal pixels; one of each was kept.",)


def test_what_holds_no_slices_is_left_out_and_told() -> None:
    rgb = dataset(np.zeros((2, 3, 3), np.uint8), SOPClassUID=SecondaryCaptureImageStorage)
    rgb.Rows, rgb.Columns, rgb.SamplesPerPixel, rgb.PhotometricInterpretation = 2, 3, 3, "RGB"
    rgb.PlanarConfiguration = 0
    pdf = dataset(VOLUME[0], SOPClassUID=EncapsulatedPDFStorage, **BARE)
    key = dataset(VOLUME[0], SOPClassUID=KeyObjectSelectionDocumentStorage, **BARE)

    (only,) = opened(file(pdf, "p1"), file(rgb, "rgb"), *series(VOLUME), file(key, "k"), file(pdf, "p2"))

    assert only.notes == (
        "DICOM objects that hold no slices of a scan were left out (2 Encapsulated PDF, 1 Key Object Selection "
        "Document, 1 Secondary Capture Image in colour).",
    )


def test_nothing_but_what_holds_no_slices() -> None:
    pdf = dataset(VOLUME[0], SOPClassUID=EncapsulatedPDFStorage, **BARE)

    with pytest.raises(
        UnsupportedFileError,
        match=r"^p: there are no slices of a scan in the DICOM files \(1 Encapsulated PDF\)\. Give the series",
    ):
        opened(file(pdf, "p"))


def test_a_segmentation_is_no_scan() -> None:
    made = dataset(VOLUME[0].astype(np.uint8), SOPClassUID=SegmentationStorage, Modality="SEG")

    with pytest.raises(UnsupportedFileError, match=r"\(1 Segmentation\)"):
        opened(file(made))


def test_a_series_that_makes_no_volume_does_not_stop_the_others() -> None:
    uneven = [
        file(
            dataset(VOLUME[0], SeriesInstanceUID="1.2", ImagePositionPatient=[0, 0, z], SeriesDescription="Loc"), f"{z}"
        )
        for z in (0, 5, 11, 16, 21, 26)
    ]

    (only,) = opened(*uneven, *series(VOLUME))

    assert len(only.notes) == 1
    assert only.notes[0].startswith("Series 4 · Loc: its slices are not evenly spaced")
    assert only.notes[0].endswith("The series was left out.")
    with pytest.raises(StudyError, match=r"^Series 4 · Loc: its slices are not evenly spaced"):
        opened(*uneven)


def test_only_the_best_of_a_kind_is_proposed() -> None:
    sagittal = series(VOLUME, (4, 0, 0), ImageOrientationPatient=list(SAGITTAL), SeriesNumber=1)
    derived = series(VOLUME, SeriesNumber=2, ImageType=["DERIVED", "SECONDARY", "MPR"])
    short = series(VOLUME[:3], SeriesNumber=3)
    best = series(VOLUME, SeriesNumber=5)
    t1 = series(VOLUME, SeriesNumber=6, SeriesDescription="T1")

    found = opened(*t1, *best, *short, *derived, *sagittal)

    assert [each.role for each in found] == [None, None, None, Sequence.FLAIR, Sequence.T1]
    alone = opened(*sagittal, *derived)
    assert [each.role for each in alone] == [None, Sequence.FLAIR]
    three_d = opened(*best, *series(VOLUME, (4, 0, 0), ImageOrientationPatient=list(SAGITTAL), MRAcquisitionType="3D"))
    assert [each.role for each in three_d].count(Sequence.FLAIR) == 1


def test_what_is_proposed_is_of_one_examination() -> None:
    before = series(VOLUME[:3], StudyInstanceUID=generate_uid(), SeriesDescription="T2")
    now = series(VOLUME, SeriesNumber=9)

    found = opened(*before, *now)

    assert [each.role for each in found] == [None, Sequence.FLAIR]
    told = "The files are of 2 examinations; proposed is what was made in the largest one."
    assert [each.notes for each in found] == [(told,)] * 2


def test_two_patients_are_no_study() -> None:
    with pytest.raises(StudyError, match=r"^The DICOM files are of 2 patients\. Give the files of one\."):
        opened(*series(VOLUME), *series(VOLUME, PatientID="another"))


def test_another_modality_is_told() -> None:
    (only,) = opened(*series(VOLUME, Modality="CT", SOPClassUID=CTImageStorage, SeriesDescription="T1"))

    assert only.role is None
    assert only.notes == ("Series 4 · T1: these are no MR images (CT); the network knows MRI only.",)


def test_a_volume_is_held_against_the_limits() -> None:
    with pytest.raises(LimitError, match=r"^Series 4 · AX FLAIR holds 5 x 3 x 4 voxels"):
        open_dicom(series(VOLUME), replace(LIMITS, voxels=59))


def test_damaged_pixels_name_their_file_when_the_series_is_read() -> None:
    planes = np.random.default_rng(1).integers(0, 999, (3, 40, 40)).astype(np.uint16)
    files = [
        file(dataset(plane, ImagePositionPatient=[0, 0, n]), f"IM{n}", JPEG2000Lossless)
        for n, plane in enumerate(planes)
    ]
    start = files[1].data.index(b"\xff\x4f\xff\x51")
    files[1] = ScanFile("IM1", files[1].data[: start + 40] + bytes(len(files[1].data) - start - 40))

    (only,) = opened(*files)

    assert only.parts[0].thumbnail is None
    with pytest.raises(UnreadableFileError, match=r"^IM1 is a DICOM file that is cut off or damaged"):
        only.read([0])


def test_no_patient_is_named_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    private = {"SeriesDescription": "FLAIR Doe", "ProtocolName": "id-4711 head", "StudyDescription": "MR JANE"}

    (only,) = opened(*series(VOLUME, **private))

    (part,) = only.parts
    assert (part.label, only.case) == ("Series 4", "DICOM study")
    assert re.fullmatch(r"[\d.]+", part.file)  # the UID of the series, whose random digits may be anything
    shown = " ".join([part.label, part.details, only.case, *only.notes, caplog.text.replace(part.file, "")]).lower()
    assert not any(word in shown for word in ("doe", "jane", "4711", "1970"))


def test_hostile_descriptions_are_made_plain_and_short() -> None:
    (only,) = opened(*series(VOLUME, SeriesDescription="FLAIR\x1b[31m\x07", StudyDescription="../../etc\x00"))

    assert only.label == "Series 4 · FLAIR [31m"
    assert study_name([(only.case, only.name.stem)]) == "etc"


def test_values_out_of_the_standard_raise_no_warnings() -> None:
    data = file(dataset(VOLUME[0], SliceThickness="1.25", SeriesDescription="T2")).data
    odd = data.replace(b"AX", b"ax").replace(b"1.25", b"1,25").replace(b"19700101", b"yesterdy")

    with pytest.raises(InputError, match=r"^IM1 "):
        opened(ScanFile("IM1", odd))
    assert opened(ScanFile("IM1", data.replace(b"19700101", b"yesterdy")))[0].role == Sequence.T2
