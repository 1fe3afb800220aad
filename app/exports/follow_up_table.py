"""What changed between two scans of a patient, as CSV."""

from app import NOTICE
from app.decision.follow_up import FollowUp, TimePoint
from app.decision.lesion_matching import Match
from app.decision.measurements import Measurements
from app.exports.csv_text import Cell, csv_bytes
from app.imaging.rigid import Rigid

DIGITS = 4
_COLUMNS = (
    "baseline", "later", "baseline_study_sha256", "later_study_sha256", "checkpoint_sha256", "threshold", "what",
    "baseline_lesions", "later_lesions", "unit", "baseline_value", "later_value", "difference", "percent", "category",
    "registered_on", "head_overlap", "mutual_information", "notice",
)  # fmt: skip


def follow_up_csv(baseline: TimePoint, later: TimePoint, found: FollowUp, rigid: Rigid) -> bytes:
    """A line for the volume, one for the sum of products, and one for the volume of each match; undefined is empty.

    Lesions are named by their numbers, the largest of each scan 1; several of one match are joined by "+".
    """
    first = (
        baseline.title, later.title, baseline.study.sha256, later.study.sha256, baseline.result.checkpoint_sha256,
        found.threshold,
    )  # fmt: skip
    quality = rigid.quality
    last = (str(quality.sequence), _rounded(quality.overlap), _rounded(quality.information), NOTICE)
    products = found.bidimensional if found.targets else None
    rows: list[tuple[Cell, ...]] = [
        ("volume", "", "", "ml", *_values(found.volume.before, found.volume.after), None),
        (
            "sum of products",
            "+".join(str(number) for target in found.targets for number in target.lesions),
            "+".join(str(number) for target in found.targets for number in target.match.later),
            "mm2",
            *((None,) * 4 if products is None else _values(products.before, products.after)),
            str(found.category),
        ),
        *(_match_row(found, match) for match in found.matches),
    ]
    return csv_bytes(_COLUMNS, ((*first, *row, *last) for row in rows))


def _match_row(found: FollowUp, match: Match) -> tuple[Cell, ...]:
    before = _ml(found.baseline, match.baseline) if match.baseline else None
    after = _ml(found.later, match.later) if match.later else None
    names = ("+".join(map(str, numbers)) for numbers in (match.baseline, match.later))
    return (f"{match.fate} lesion", *names, "ml", *_values(before, after), None)


def _ml(measured: Measurements, numbers: tuple[int, ...]) -> float:
    return sum(measured.lesions[number - 1].ml or 0.0 for number in numbers)


def _values(before: float | None, after: float | None) -> tuple[float | None, ...]:
    """Both, their difference, and that in percent."""
    if before is None or after is None:
        return _rounded(before), _rounded(after), None, None
    percent = None if before == 0 else 100 * (after - before) / before
    return _rounded(before), _rounded(after), _rounded(after - before), _rounded(percent)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
