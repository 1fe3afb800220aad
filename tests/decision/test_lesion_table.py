"""Lesions as people read them."""

import numpy as np

from app.decision.lesion_table import classes_text, columns_of, rows_of, size_text, total_text
from tests.decision.readings import levels, reading_of, study_of


def picture():
    image = np.arange(108, dtype=np.float32).reshape(1, 9, 12)
    return study_of(spacing=None, affine=None, image=image)


def test_every_column_has_its_unit_and_every_row_a_cell_for_it() -> None:
    reading = reading_of(study_of())
    assert columns_of(reading) == (
        "Lesion", "Size, ml", "Share", "Longest × perp., mm", "Product, mm²", "Side", "Slices", "Centroid, mm",
    )  # fmt: skip
    large, small = rows_of(reading)
    longest, across = reading.measurements.lesions[0].longest, reading.measurements.lesions[0].perpendicular
    assert longest is not None and across is not None
    lines = f"3.1 × {across.mm:.1f}", f"{longest.mm * across.mm:.0f}"
    assert large == ("1", "0.060", "85.7 %", *lines, "right", "2–3", "R 5 P 0 I 2")
    assert (small[0], small[5], small[6]) == ("2", "left", "4")


def test_a_picture_has_neither_lengths_nor_sides_nor_slices() -> None:
    volume = np.zeros((1, 9, 12), np.uint8)
    volume[0, 2:5, 3:8] = 100
    reading = reading_of(picture(), volume, with_classes=False)
    assert columns_of(reading) == ("Lesion", "Size, pixels", "Share", "Centroid, column, row")
    assert rows_of(reading) == [("1", "15", "100.0 %", "6, 4")]
    assert total_text(reading) == "1 lesion at threshold 0.300, 15 pixels in all."


def test_a_stack_of_pictures_counts_voxels() -> None:
    reading = reading_of(study_of(spacing=None, affine=None))
    assert columns_of(reading) == ("Lesion", "Size, voxels", "Share", "Slices", "Centroid, column, row, slice")
    assert rows_of(reading)[1] == ("2", "4", "14.3 %", "4", "16, 6, 4")


def test_sizes_have_three_digits_that_matter() -> None:
    study = study_of(spacing=(1.0, 1.0, 1.0))
    assert [size_text(n, study) for n in (0, 52, 99, 100, 9_994, 9_995, 1_234_560)] == [
        "0.000", "0.052", "0.099", "0.10", "9.99", "10.0", "1,234.6",
    ]  # fmt: skip
    assert size_text(1234, study_of(spacing=None)) == "1,234"


def test_classes_that_are_there_are_named() -> None:
    reading = reading_of(study_of())
    large, small = reading.measurements.lesions
    assert classes_text(large, reading.study) == "necrotic core 0.003 ml, oedema 0.043 ml, enhancing 0.015 ml"
    assert classes_text(small, reading.study) == "oedema 0.010 ml"
    without = reading_of(study_of(), with_classes=False)
    assert classes_text(without.measurements.lesions[0], without.study) == "–"


def test_the_total_says_what_was_left_out() -> None:
    said = total_text(reading_of(study_of()))
    assert said == (
        "2 lesions at threshold 0.300, 0.070 ml in all. Left out: 1 component of less than 0.005 ml, 0.003 ml in all."
    )


def test_without_a_lesion_it_says_exactly_that() -> None:
    nothing = reading_of(study_of(), np.zeros_like(levels()))
    assert total_text(nothing) == "No lesion: no voxel reaches the threshold 0.300."
    assert rows_of(nothing) == []
    small = reading_of(study_of(), smallest=100)
    assert total_text(small) == (
        "No lesion of 0.25 ml or more at threshold 0.300. Left out: 3 components of less than 0.25 ml, 0.072 ml in all."
    )
