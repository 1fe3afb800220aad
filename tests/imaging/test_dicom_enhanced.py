import numpy as np
import pytest
from dicom_files import at, dataset, enhanced, file

from app.errors import UnreadableFileError
from app.imaging import LIMITS
from app.imaging.dicom_enhanced import Attributes, frames_of
from app.imaging.dicom_header import open_header
from app.imaging.dicom_series import DicomSeries, open_dicom

FRAMES = np.arange(4 * 2 * 3, dtype=np.uint16).reshape(4, 2, 3)


def opened(*args: object, **attributes: object) -> list[DicomSeries]:
    return open_dicom([file(enhanced(*args, **attributes))], LIMITS)  # type: ignore[arg-type]


def test_an_attribute_comes_from_the_frame_then_from_all_frames_then_from_the_dataset() -> None:
    frames = [
        at(0, MREchoSequence={"EffectiveEchoTime": 11}),
        at(5, PixelMeasuresSequence={"PixelSpacing": [2, 3]}),
    ]
    shared = {"MREchoSequence": {"EffectiveEchoTime": 99}}
    made = enhanced(FRAMES[:2], frames, shared=shared, RepetitionTime=700)

    first, second = frames_of(open_header(file(made), LIMITS))

    assert [each.number("EffectiveEchoTime") for each in (first, second)] == [11, 99]
    assert [each.numbers("PixelSpacing") for each in (first, second)] == [(1, 1), (2, 3)]
    assert [each.number("RepetitionTime") for each in (first, second)] == [700, 700]
    assert [each.text("FrameType") for each in (first, second)] == ["ORIGINAL\\PRIMARY\\M"] * 2
    assert first.get("InversionTimes") is None


def test_a_classic_slice_is_asked_in_the_same_way() -> None:
    attributes = Attributes(dataset(FRAMES[0], EchoTime=98, AcquisitionNumber=2, ScanningSequence=["SE", "IR"]))

    assert attributes.number("EffectiveEchoTime") == 98
    assert attributes.number("FrameAcquisitionNumber") == 2
    assert attributes.text("ScanningSequence") == "SE\\IR"
    assert attributes.numbers("ImagePositionPatient") == (0, 0, 0)
    assert (attributes.get("InversionTimes"), attributes.numbers("EchoTrainLength")) == (None, ())


def test_frames_are_sorted_and_rescaled_one_by_one() -> None:
    scales = {2: (1, 0), 0: (2, 1), 3: (1, -5), 1: (0.5, 0)}
    frames = [
        at(4 * place, PixelValueTransformationSequence={"RescaleSlope": slope, "RescaleIntercept": intercept})
        for place, (slope, intercept) in scales.items()
    ]

    (series,) = opened(FRAMES, frames)

    assert series.source.shape == (3, 2, 4)
    assert series.spacing == (4, 1, 1)
    expected = [FRAMES[1] * 2.0 + 1, FRAMES[3] * 0.5, FRAMES[0], FRAMES[2] - 5.0]
    np.testing.assert_array_equal(series.read([0])[0], expected)


def test_echoes_are_volumes_of_their_own() -> None:
    frames = [
        at(3 * (n // 2), MREchoSequence={"EffectiveEchoTime": echo}, FrameContentSequence={"StackID": "1"})
        for n, echo in enumerate([12, 96, 12, 96])
    ]

    first, second = opened(FRAMES, frames)

    assert (first.label, second.label) == (
        "Series 4 · AX FLAIR · volume 1 of 2, TE 12 ms",
        "Series 4 · AX FLAIR · volume 2 of 2, TE 96 ms",
    )
    assert first.key != second.key
    np.testing.assert_array_equal(first.read([0])[0], FRAMES[::2])
    np.testing.assert_array_equal(second.read([0])[0], FRAMES[1::2])


@pytest.mark.parametrize("keyword", ["StackID", "TemporalPositionIndex"])
def test_stacks_and_times_are_volumes_of_their_own(keyword: str) -> None:
    frames = [at(z, FrameContentSequence={keyword: value}) for z, value in ((0, 1), (5, 1), (2, 2), (4, 2))]
    if keyword == "StackID":
        for frame in frames:
            frame["FrameContentSequence"][keyword] = str(frame["FrameContentSequence"][keyword])

    first, second = opened(FRAMES, frames)

    np.testing.assert_array_equal(first.read([0])[0], FRAMES[:2])
    np.testing.assert_array_equal(second.read([0])[0], FRAMES[2:])
    assert (first.spacing, second.spacing) == ((5, 1, 1), (2, 1, 1))


def test_b_values_are_volumes_of_their_own_and_no_sequence() -> None:
    frames = [at(z, MRDiffusionSequence={"DiffusionBValue": b}) for b in (0, 1000) for z in (0, 5)]

    first, second = opened(FRAMES, frames)

    assert first.label.endswith("volume 1 of 2, b 0")
    assert second.label.endswith("volume 2 of 2, b 1000")
    assert second.role is None


def test_fewer_groups_than_frames() -> None:
    with pytest.raises(UnreadableFileError, match=r"^IM1 is a DICOM file that is cut off or damaged"):
        opened(FRAMES, [at(0), at(5), at(10)])


def test_many_frames_without_groups_have_no_place_in_space() -> None:
    made = dataset(FRAMES, NumberOfFrames=4)
    single = dataset(FRAMES[0], SeriesInstanceUID="1.2.3")

    (series,) = open_dicom([file(made, "many"), file(single, "one")], LIMITS)

    assert series.source.shape == (3, 2, 1)
    assert series.notes == (
        "DICOM objects that hold no slices of a scan were left out (1 MR Image without a place in space).",
    )
