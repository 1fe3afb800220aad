"""DICOM SEG against the source files that it refers to, read by highdicom and, frame by frame, by hand.

Voxels are made so that the stored values of the source files alone say what each segment must hold: the level of a
voxel is its value, and its class follows from the value too.
"""

import io
from collections.abc import Iterable

import highdicom
import numpy as np
import pydicom
import pytest
from dicom_files import AXIAL, CORONAL, SAGITTAL, at, enhanced, file, series, turned
from made_readings import CARD
from pydicom.uid import UID, SegmentationStorage, generate_uid

from app.decision.reading import Reading, read
from app.exports.dicom_seg import dicom_seg
from app.imaging import ScanFile, read_study
from app.study import Probability

VOLUME = np.random.default_rng(5).permutation(5 * 6 * 7).reshape(5, 6, 7).astype(np.uint16)  # 0 to 209
VOLUME[VOLUME > 200] = 3
FRAME = generate_uid(entropy_srcs=["frame of reference"])
CORE, OEDEMA, ENHANCING = (150, 180), (100, 150), (180, 201)
DATED = {"FrameOfReferenceUID": FRAME, "StudyDate": "20200304", "StudyTime": "101112", "PatientSex": "F"}


def reading_of(files: Iterable[ScanFile], threshold: float = 0.5, *, classed: bool = True) -> Reading:
    study = read_study(list(files))
    image = study.images[study.sequences[0]]
    classes = np.where(image < CORE[0], 2, np.where(image < CORE[1], 1, 4)).astype(np.uint8)
    result = Probability(image.astype(np.uint8), study.sha256, CARD.sha256, classes if classed else None)
    return read(study, result, CARD, None, threshold=threshold, smallest=1)


def segments_of(stored: np.ndarray, threshold: int = 100) -> np.ndarray:
    """The number of the segment of every pixel of a source file."""
    found = np.zeros(stored.shape, np.uint8)
    for number, (low, high) in enumerate((CORE, OEDEMA, ENHANCING), 1):
        found[(stored >= max(low, threshold)) & (stored < high)] = number
    return found


def by_hand(seg: pydicom.Dataset) -> dict[tuple[str, int | None], np.ndarray]:
    """Segments by source instance and frame, from the frames and what each says of itself."""
    found: dict[tuple[str, int | None], np.ndarray] = {}
    for pixels, groups in zip(seg.pixel_array, seg.PerFrameFunctionalGroupsSequence, strict=True):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        key = source.ReferencedSOPInstanceUID, source.get("ReferencedFrameNumber")
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        plane = found.setdefault(key, np.zeros(pixels.shape, np.uint8))
        assert not plane[pixels > 0].any()
        plane[pixels > 0] = number
    return found


OBLIQUE = turned(AXIAL, 20, (1, 1, 0))
SERIES = {
    "axial": (AXIAL, (0, 0, 4)),
    "axial, from the head": (AXIAL, (0, 0, -4)),
    "sagittal": (SAGITTAL, (4, 0, 0)),
    "sagittal, from the left": (SAGITTAL, (-4, 0, 0)),
    "coronal": (CORONAL, (0, 4, 0)),
    "oblique": (OBLIQUE, tuple(4 * np.cross(OBLIQUE[:3], OBLIQUE[3:]))),
    "tilted": (AXIAL, (0, 1.5, 4)),
}


@pytest.mark.parametrize("name", SERIES)
def test_each_frame_lies_on_the_slice_that_it_names(name: str) -> None:
    orientation, step = SERIES[name]
    attributes = {"ImageOrientationPatient": [f"{value:.6f}" for value in orientation], "PixelSpacing": [0.5, 0.75]}
    files = series(VOLUME, step, ImagePositionPatient=(-7, 8, 9.25), **attributes, **DATED)

    seg = pydicom.dcmread(io.BytesIO(dicom_seg(reading_of(files))))

    sources = {each.SOPInstanceUID: each for each in (pydicom.dcmread(io.BytesIO(file.data)) for file in files)}
    found = by_hand(seg)
    for uid, source in sources.items():
        np.testing.assert_array_equal(found[uid, None], segments_of(source.pixel_array))
    shared = seg.SharedFunctionalGroupsSequence[0]
    one = next(iter(sources.values()))
    np.testing.assert_allclose(
        [float(cosine) for cosine in shared.PlaneOrientationSequence[0].ImageOrientationPatient],
        [float(cosine) for cosine in one.ImageOrientationPatient],
        atol=1e-5,
    )
    assert shared.PixelMeasuresSequence[0].PixelSpacing == [0.5, 0.75]
    for groups in seg.PerFrameFunctionalGroupsSequence:
        source = sources[groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID]
        position = [float(mm) for mm in groups.PlanePositionSequence[0].ImagePositionPatient]
        assert position == [float(mm) for mm in source.ImagePositionPatient]


@pytest.mark.parametrize("name", SERIES)
def test_highdicom_reads_it_back_onto_the_source_images(name: str) -> None:
    orientation, step = SERIES[name]
    files = series(VOLUME, step, ImageOrientationPatient=[f"{value:.6f}" for value in orientation], **DATED)
    sources = [pydicom.dcmread(io.BytesIO(each.data)) for each in files]

    seg = highdicom.seg.segread(io.BytesIO(dicom_seg(reading_of(files))))

    uids = [source.SOPInstanceUID for source in sources]
    laid_over = seg.get_pixels_by_source_instance(uids, combine_segments=True)
    np.testing.assert_array_equal(laid_over, segments_of(VOLUME))
    if name != "tilted":  # which is no regular volume to it
        volume = seg.get_volume(combine_segments=True)
        for source, plane in zip(sources, VOLUME, strict=True):
            corner = np.array([[float(mm) for mm in source.ImagePositionPatient]])
            place = int(np.rint(volume.map_reference_to_indices(corner))[0, 0])
            np.testing.assert_array_equal(volume.array[place], segments_of(plane))


def test_the_source_is_named_and_repeated() -> None:
    files = series(VOLUME, **DATED)
    sources = [pydicom.dcmread(io.BytesIO(each.data)) for each in files]
    seg = pydicom.dcmread(io.BytesIO(dicom_seg(reading_of(files))))
    first = sources[0]
    repeated = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate")
    assert {word: seg[word].value for word in repeated} == {word: first[word].value for word in repeated}
    assert (seg.FrameOfReferenceUID, seg.ContentDate, seg.ContentTime) == (FRAME, "20200304", "101112")
    assert (seg.SOPClassUID, seg.SegmentationType, seg.Modality) == (SegmentationStorage, "BINARY", "SEG")
    assert seg.SeriesInstanceUID != first.SeriesInstanceUID and UID(seg.SOPInstanceUID).is_valid
    (referenced,) = seg.ReferencedSeriesSequence
    assert referenced.SeriesInstanceUID == first.SeriesInstanceUID
    named = [(each.ReferencedSOPClassUID, each.ReferencedSOPInstanceUID) for each in seg.SourceImageSequence]
    assert named == [(source.SOPClassUID, source.SOPInstanceUID) for source in sources]
    assert "research only" in seg.SeriesDescription and seg.ContentLabel == "RESEARCH_ONLY"
    assert "InstitutionName" not in seg


def test_segments_say_what_they_are_and_who_drew_them() -> None:
    seg = pydicom.dcmread(io.BytesIO(dicom_seg(reading_of(series(VOLUME, **DATED)))))
    said = [
        (each.SegmentNumber, each.SegmentLabel, each.SegmentedPropertyTypeCodeSequence[0].CodeValue)
        for each in seg.SegmentSequence
    ]
    assert said == [(1, "necrotic core", "6574001"), (2, "oedema", "79654002"), (3, "enhancing", "C113842")]
    for each in seg.SegmentSequence:
        (algorithm,) = each.SegmentationAlgorithmIdentificationSequence
        assert (each.SegmentAlgorithmType, algorithm.AlgorithmName) == ("AUTOMATIC", "Gliolens")
        assert "threshold=0.500" in algorithm.AlgorithmParameters
        assert CARD.sha256 in algorithm.AlgorithmParameters


def test_without_classes_there_is_one_segment() -> None:
    files = series(VOLUME, **DATED)
    seg = highdicom.seg.segread(io.BytesIO(dicom_seg(reading_of(files, 0.9, classed=False))))
    assert [each.SegmentLabel for each in seg.SegmentSequence] == ["tumour"]
    uids = [pydicom.dcmread(io.BytesIO(each.data)).SOPInstanceUID for each in files]
    found = seg.get_pixels_by_source_instance(uids, combine_segments=True, assert_missing_frames_are_empty=True)
    np.testing.assert_array_equal(found, (VOLUME >= 180) & (VOLUME < 201))


def test_a_missing_slice_has_its_place_and_names_no_image() -> None:
    files = series(VOLUME, (0, 0, 4), **DATED)
    kept = [*files[:2], *files[3:]]
    reading = reading_of(kept)
    assert reading.result.levels[2].max() < 100
    reading.result.levels[2, 3, 4] = 190  # as if smoothing from slice to slice had filled it

    seg = pydicom.dcmread(io.BytesIO(dicom_seg(reading)))

    alone = [each for each in seg.PerFrameFunctionalGroupsSequence if "DerivationImageSequence" not in each]
    assert [[float(mm) for mm in each.PlanePositionSequence[0].ImagePositionPatient] for each in alone] == [[0, 0, 8]]
    assert len(seg.SourceImageSequence) == 4
    index = list(seg.PerFrameFunctionalGroupsSequence).index(alone[0])
    assert np.argwhere(seg.pixel_array[index]).tolist() == [[3, 4]]


def test_an_enhanced_file_is_named_with_its_frames() -> None:
    frames = [at(4 * (4 - number)) for number in range(5)]  # from the head to the feet
    shared = {"PixelMeasuresSequence": {"PixelSpacing": [1, 1], "SliceThickness": 3}}
    made = enhanced(VOLUME, frames, shared=shared, **DATED)

    seg = pydicom.dcmread(io.BytesIO(dicom_seg(reading_of([file(made)]))))

    found = by_hand(seg)
    assert len(seg.SourceImageSequence) == 1 and len(found) == 5
    measures = seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert (measures.SliceThickness, measures.SpacingBetweenSlices) == (3, 4)
    for number, plane in enumerate(VOLUME, 1):
        np.testing.assert_array_equal(found[made.SOPInstanceUID, number], segments_of(plane))
    read_back = highdicom.seg.segread(io.BytesIO(dicom_seg(reading_of([file(made)]))))
    laid_over = read_back.get_pixels_by_source_frame(made.SOPInstanceUID, [1, 2, 3, 4, 5], combine_segments=True)
    np.testing.assert_array_equal(laid_over, segments_of(VOLUME))


def test_the_same_input_gives_the_same_bytes_and_another_threshold_another_object() -> None:
    files = series(VOLUME, **DATED)
    once, again = dicom_seg(reading_of(files)), dicom_seg(reading_of(files))
    assert once == again
    other = pydicom.dcmread(io.BytesIO(dicom_seg(reading_of(files, 0.505))))
    first = pydicom.dcmread(io.BytesIO(once))
    assert other.SOPInstanceUID != first.SOPInstanceUID and other.SeriesInstanceUID != first.SeriesInstanceUID


def test_an_empty_mask_is_an_object_with_empty_frames() -> None:
    files = series(np.minimum(VOLUME, 199), **DATED)
    seg = highdicom.seg.segread(io.BytesIO(dicom_seg(reading_of(files, 1.0))))
    assert not seg.pixel_array.any()
    uids = [pydicom.dcmread(io.BytesIO(each.data)).SOPInstanceUID for each in files]
    assert not seg.get_pixels_by_source_instance(uids, combine_segments=True).any()


HOSTILE = {
    "no frame of reference, no date": {"FrameOfReferenceUID": "", "StudyDate": "", "StudyTime": ""},
    "out of the standard": {"PatientSex": "UNKNOWN", "PatientBirthDate": "yesterdy", "StudyTime": "noon"},
    "umlauts": {"SpecificCharacterSet": "ISO_IR 100", "PatientName": "Müller^Jürgen", "StudyDescription": "Schädel"},
    "no name as the standard has it": {"PatientName": "BraTS 2021 0006"},
    "long and odd": {"StudyID": "x" * 90, "AccessionNumber": "a\\b\\c", "SeriesNumber": None, "PatientID": None},
}


@pytest.mark.filterwarnings("ignore::UserWarning")  # of pydicom, when the odd files are made
@pytest.mark.parametrize("name", HOSTILE)
def test_odd_headers_do_not_stop_it_and_are_not_logged(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    files = series(VOLUME, **{**DATED, **HOSTILE[name]})
    seg = pydicom.dcmread(io.BytesIO(dicom_seg(reading_of(files))))
    assert UID(seg.FrameOfReferenceUID).is_valid and seg.ContentDate in ("20200304", "19000101")
    np.testing.assert_array_equal(sum(by_hand(seg).values()) > 0, sum(map(segments_of, VOLUME)) > 0)
    assert capfd.readouterr() == ("", "")
    if name == "umlauts":
        assert seg.PatientName == "Müller^Jürgen" and seg.SpecificCharacterSet == "ISO_IR 192"


def test_a_scan_from_other_files_has_none() -> None:
    reading = reading_of(series(VOLUME, **DATED))
    object.__setattr__(reading.study.source, "dicom", None)
    with pytest.raises(ValueError, match="made of a DICOM scan with spacing"):
        dicom_seg(reading)
