"""What the chart of a card joins, and what it leaves out."""

from datetime import date

from app.pages.patient_words import settings_text
from app.pages.volume_chart import PRODUCTS, VOLUME, figure_of, lines_of, sum_of_products
from tests.exports.patient_cards import card, lesion, segmentation, study

JANUARY, MARCH, MAY = date(2026, 1, 31), date(2026, 3, 1), date(2026, 5, 2)


def test_results_of_one_checkpoint_and_threshold_are_joined_in_order_of_time() -> None:
    other = {"checkpoint_sha256": "d" * 64}
    lines = lines_of(
        card(
            study(1, MARCH, segmentation(11, 15.0), segmentation(12, 9.0, threshold=0.5), segmentation(13, 14.0)),
            study(2, JANUARY, segmentation(21, 12.0), segmentation(22, 11.0, **other)),
            study(3, MAY, segmentation(31, 8.0, threshold=0.5)),
        ),
        VOLUME,
    )
    assert {name: [(point.day, point.value) for point in points] for name, points in lines.items()} == {
        "threshold 0.485 · checkpoint cccccccc": [(JANUARY, 12.0), (MARCH, 15.0)],  # of two, the latest
        "threshold 0.500 · checkpoint cccccccc": [(MARCH, 9.0), (MAY, 8.0)],
        "threshold 0.485 · checkpoint dddddddd": [(JANUARY, 11.0)],
    }


def test_no_day_or_no_volume_is_not_drawn() -> None:
    assert lines_of(card(study(1, None, segmentation(1, 12.0)), study(2, MARCH, segmentation(2, None))), VOLUME) == {}


def test_the_sum_of_products_is_that_of_all_lesions() -> None:
    assert sum_of_products(segmentation(1)) == 30.0 * 20.0 + 10.0 * 5.0
    assert sum_of_products(segmentation(1, measurements={"lesions": []})) == 0
    assert sum_of_products(segmentation(1, measurements={})) is None
    assert sum_of_products(segmentation(1, None)) is None  # no spacing, no mm
    assert sum_of_products(segmentation(1, measurements={"lesions": [lesion(30.0, 20.0), lesion(4.0, None)]})) is None
    (points,) = lines_of(card(study(1, MARCH, segmentation(1))), PRODUCTS).values()
    assert points[0].value == 650


def test_a_mark_says_what_it_is() -> None:
    row = segmentation(1, 12.0, lesions=1)
    figure = figure_of(lines_of(card(study(1, MARCH, row)), VOLUME), VOLUME)
    (line,) = figure.data
    assert (line.name, list(line.customdata)) == (settings_text(row), [row.id])
    assert line.text[0] == "12.0 ml<br>1 lesion<br>FLAIR+T1ce<br>sum of products 650 mm²"
    assert figure.layout.yaxis.title.text == "ml" and figure.layout.xaxis.ticktext is None
    assert list(figure.layout.xaxis.tickvals) == [MARCH]  # or plotly writes hours
