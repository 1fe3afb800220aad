import pytest

from app.decision.change import Category, Change, category_of


def test_a_change_has_a_difference_and_a_share():
    assert Change(8.0, 10.0).difference == 2 and Change(8.0, 10.0).share == 0.25
    assert Change(0.0, 10.0).difference == 10 and Change(0.0, 10.0).share is None
    assert Change(10.0, 0.0).share == -1


@pytest.mark.parametrize(
    ("before", "after", "category"),
    [
        (1000, 1250, Category.GREW),
        (1000, 1249.99, Category.BETWEEN),
        (1000, 1000, Category.BETWEEN),
        (1000, 500.01, Category.BETWEEN),
        (1000, 500, Category.SHRANK),
        (1000, 0, Category.GONE),
        (0, 700, Category.UNDEFINED),
        (0.3, 0.375, Category.GREW),  # not quite a quarter more in floating point
        (0.1 + 0.2, 0.15, Category.SHRANK),
    ],
)
def test_categories_at_their_borders(before, after, category):
    assert category_of(Change(before, after)) is category


def test_no_category_speaks_of_disease():
    assert not any(word in category.lower() for category in Category for word in ("progress", "response", "disease"))
