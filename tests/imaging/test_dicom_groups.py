import numpy as np
import pytest
from dicom_files import AXIAL, CORONAL, dataset, file, series, turned

from app.imaging import LIMITS, ScanFile
from app.imaging.dicom_groups import MAX_VOLUMES, Group, group
from app.imaging.dicom_header import open_header
from app.imaging.dicom_slices import slices_of

VOLUME = np.arange(3 * 2 * 4, dtype=np.uint16).reshape(3, 2, 4)


def grouped(*files: ScanFile) -> list[Group]:
    return group(each for one in files for each in slices_of(open_header(one, LIMITS)))


def names(volume: Group) -> list[str]:
    return [each.image.name for each in volume.slices]


def test_series_are_told_apart_by_their_identifiers_and_sorted_by_place() -> None:
    first, second = series(VOLUME, SeriesDescription="a"), series(VOLUME, (0, 0, -5), SeriesDescription="b")

    found = grouped(second[1], first[2], first[0], second[0], first[1], second[2])

    assert {each.series: names(each) for each in found} == {
        found[0].series: ["b3", "b2", "b1"],
        found[1].series: ["a1", "a2", "a3"],
    }
    assert [(each.number, each.siblings, each.twice) for each in found] == [(0, 1, 0)] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"ImageOrientationPatient": list(CORONAL)},
        {"ImageOrientationPatient": list(turned(AXIAL, 0.5, (1, 0, 0)))},
        {"PixelSpacing": [1, 1.01]},
        {"EchoTime": 98},
        {"ImageType": ["ORIGINAL", "PRIMARY", "P"]},
        {"DiffusionBValue": 1000.0},
        {"TemporalPositionIdentifier": 2},
    ],
)
def test_slices_that_were_not_made_alike_are_volumes_of_their_own(other: dict[str, object]) -> None:
    one = series(VOLUME, SeriesInstanceUID="1.2")
    start = {"ImagePositionPatient": (0, 0, 2), "SeriesInstanceUID": "1.2", "SeriesDescription": "b"}
    two = series(VOLUME + 1, (0, 1, 5), **start, **other)

    found = grouped(*two, *one)

    assert [(each.number, each.siblings) for each in found] == [(0, 2), (1, 2)]
    assert sorted(map(names, found)) == [["IM1", "IM2", "IM3"], ["b1", "b2", "b3"]]


def test_another_size_is_another_volume() -> None:
    one = series(VOLUME, SeriesInstanceUID="1.2")
    two = series(VOLUME[:, :1], ImagePositionPatient=(0, 0, 15), SeriesInstanceUID="1.2")

    assert [len(each.slices) for each in grouped(*one, *two)] == [3, 3]


def test_directions_that_differ_by_rounding_are_one() -> None:
    files = [
        file(
            dataset(
                plane, ImagePositionPatient=[0, 0, 5 * n], ImageOrientationPatient=[1, n * 1e-4, 0, -n * 1e-4, 1, 0]
            ),
            f"{n}",
        )
        for n, plane in enumerate(VOLUME)
    ]

    assert [names(each) for each in grouped(*files)] == [["0", "1", "2"]]


def test_slices_that_came_twice_are_kept_once() -> None:
    files = series(VOLUME)
    again = [ScanFile(f"copy of {each.name}", each.data) for each in files[1:]]

    (only,) = grouped(*files, *again)

    assert (len(only.slices), only.twice, only.siblings) == (3, 2, 1)


def test_other_pixels_at_one_place_are_volumes_one_after_another() -> None:
    first = series(VOLUME, SeriesInstanceUID="1.2", SeriesDescription="a", AcquisitionNumber=2)
    second = series(VOLUME + 100, SeriesInstanceUID="1.2", SeriesDescription="b", AcquisitionNumber=1)

    found = grouped(*first, *second)

    assert [names(each) for each in found] == [["b1", "b2", "b3"], ["a1", "a2", "a3"]]
    assert [(each.number, each.siblings, each.twice) for each in found] == [(0, 2, 0), (1, 2, 0)]


def test_equal_pixels_with_another_scale_are_not_the_same() -> None:
    one = file(dataset(VOLUME[0]), "a")
    other = file(dataset(VOLUME[0], RescaleSlope=2, InstanceNumber=2), "b")

    assert [names(each) for each in grouped(one, other)] == [["a"], ["b"]]


def test_of_a_long_series_the_first_volumes_are_offered() -> None:
    files = [
        each
        for time in range(MAX_VOLUMES + 3)
        for each in series(VOLUME + 100 * time, SeriesInstanceUID="1.2", TemporalPositionIdentifier=time)
    ]

    found = grouped(*files)

    assert [(each.number, each.siblings) for each in found] == [(n, MAX_VOLUMES + 3) for n in range(MAX_VOLUMES)]
