from app.exports.card_table import card_table
from app.model.checkpoint import Card, Curve
from app.model.serving import Serving
from app.study import Sequence

FLAIR, T1, *_ = Sequence


def counts(*steps):
    """201 counts: the first up to level 0, the second up to 60, the third up to 199, then 0."""
    first, second, third = steps
    return (first, *[second] * 60, *[third] * 139, 0)


CURVE = Curve(
    "brats", (FLAIR, T1), 2, counts(10, 9, 5), counts(100, 12, 5), 10, 40,
    {"a": {"dice": 0.9, "core": 0.8, "enhancing": None}, "b": {"dice": 0.6, "core": None, "enhancing": None}},
)  # fmt: skip
CARD = Card("c0ffee" * 10 + "0000", 0.3, "", 2, {}, Serving(), {}, (), (), (CURVE,))


def test_a_line_a_curve():
    """At 0.3: 9 of 10 found, 12 called tumour; Dice 18 / 22, which is the best, reached from 0.005 on."""
    title, _, header, rule, row = card_table(CARD).splitlines()
    assert "default threshold 0.300, checkpoint `c0ffeec0ffee`" in title
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    names = [cell.strip() for cell in header.strip("|").split("|")]
    assert dict(zip(names, cells, strict=True)) == {
        "data set": "brats", "sequences": "FLAIR+T1", "patients": "2", "cases": "2", "recall": "0.900",
        "precision": "0.750", "Dice": "0.818", "Dice a case: mean": "0.750", "median": "0.750", "worst": "0.600",
        "core": "0.800", "enhancing": "–", "best Dice": "0.818", "at": "0.005", "ECE": cells[-1],
    }  # fmt: skip
    assert set(rule) <= set("|- ")


def test_the_calibration_error_is_inside_the_head():
    """28 voxels at 0, one of them tumour; 7 at 0.3025, of which 4; 5 of 5 at 0.9975. Weighted gaps over 40."""
    expected = (1 + abs(4 - 7 * 0.3025) + (5 - 5 * 0.9975)) / 40
    assert card_table(CARD).rstrip().rstrip("|").split("|")[-1].strip() == f"{expected:.3f}"
