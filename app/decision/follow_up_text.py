"""What is said of a follow-up, in words and as rows of text that people read."""

from collections.abc import Callable

from app.decision.change import Change
from app.decision.follow_up import MEASURABLE_MM, MOST_TARGETS, FollowUp, Mismatch, TimePoint
from app.decision.lesion_matching import Fate, Match
from app.decision.lesion_table import UNDEFINED, diameters_text
from app.decision.measurements import SMALLEST_ML, Measurements
from app.imaging.rigid import Quality

MINUS = "\N{MINUS SIGN}"
RULE = (
    "Figures of RANO (Wen et al., J Clin Oncol 28(11), 2010): the products of both diameters of the target lesions are "
    f"added up. Targets are at most {MOST_TARGETS} lesions of the baseline whose diameters both reach "
    f"{MEASURABLE_MM:.0f} mm and twice the slice thickness. RANO measures enhancing tumour and asks for more than a "
    "scan; here all that the network marks is measured. This is arithmetic and no diagnosis."
)
NUMBERS = ("", "Baseline", "Later", "Change")
LESIONS = ("What became of it", "Baseline", "Later", "ml, baseline", "ml, later", "Change", "Longest × perp., mm")
ACCURACY = (
    "Measured with this program on scans moved by known amounts, up to 10° and 10 mm: the median error inside the head "
    "was 0.23 mm on 20 BraTS scans and 0.10 mm on 20 LGG scans in slices of 5 mm, and no voxel was off by more than "
    "1 mm. How far this registration is off, nobody knows: look at the edges of the brain."
)
UNLIKE = 0.5
"""Nats of mutual information below which two scans are as unlike as those of two people: 22 pairs of FLAIR scans of
different BraTS patients had 0.26 to 0.47; 54 pairs of one patient, FLAIR and another sequence moved by a known amount,
0.59 to 1.00."""


def numbers_of(found: FollowUp) -> list[tuple[str, ...]]:
    """A row for each quantity under `NUMBERS`."""
    before, after = len(found.baseline.lesions), len(found.later.lesions)
    products = found.bidimensional
    return [
        ("Volume, ml", ml_text(found.volume.before), ml_text(found.volume.after), change_text(found.volume, ml_text)),
        (
            "Sum of products, mm²",
            *(
                (mm2_text(products.before), mm2_text(products.after), change_text(products, mm2_text))
                if found.targets
                else (UNDEFINED,) * 3
            ),
        ),
        (
            f"Lesions of {SMALLEST_ML} ml or more",
            str(before),
            str(after),
            _signed(after - before, str(abs(after - before))),
        ),
    ]


def lesions_of(found: FollowUp) -> list[tuple[str, ...]]:
    """A row for each match under `LESIONS`."""
    rows: list[tuple[str, ...]] = []
    for match in found.matches:
        ml = Change(_ml(found.baseline, match.baseline), _ml(found.later, match.later))
        new, vanished = not match.baseline, not match.later
        rows.append(
            (
                match.fate.capitalize(),
                _numbers(match.baseline),
                _numbers(match.later),
                UNDEFINED if new else ml_text(ml.before),
                UNDEFINED if vanished else ml_text(ml.after),
                _change_of_lesions(match, ml),
                f"{_lines(found.baseline, match.baseline)} → {_lines(found.later, match.later)}",
            )
        )
    return rows


def category_text(found: FollowUp) -> str:
    """What the figures say, with the numbers that they were computed from."""
    fates = [match.fate for match in found.matches]
    others = [
        f"{fates.count(fate)} {name}"
        for fate, name in ((Fate.NEW, "new"), (Fate.VANISHED, "vanished"))
        if fate in fates
    ]
    further = f" Besides, lesions matched with none: {' and '.join(others)}." if others else ""
    if not found.targets:
        return f"{found.category}.{further}"
    used = sum(len(target.lesions) for target in found.targets)
    of = f" of {found.measurable} measurable ones" if found.measurable > used else ""
    lesions = "1 target lesion" if used == 1 else f"{used} target lesions"
    sums = f"{mm2_text(found.bidimensional.before)} → {mm2_text(found.bidimensional.after)} mm²"
    change = "" if found.bidimensional.share is None else f", {percent_text(found.bidimensional.share)}"
    return f"{found.category}: {sums}{change}, from {lesions}{of}.{further}"


def quality_text(quality: Quality) -> str:
    """How the registration went, in plain words."""
    rest = "The search came to rest" if quality.settled else "**The search was cut off before it came to rest**"
    return (
        f"Registered on {quality.sequence}: the later head was turned by {quality.turned_degrees:.1f}° and moved by "
        f"{quality.moved_mm:.1f} mm. {quality.overlap * 100:.0f} % of the smaller head lies in the other one; mutual "
        f"information {quality.information:.2f} nats. {rest}."
    )


def doubt_text(quality: Quality) -> str | None:
    """A warning where the two scans look like those of two people; None otherwise."""
    if quality.information >= UNLIKE:
        return None
    return (
        f"The two scans have little in common (mutual information {quality.information:.2f} nats; scans of different "
        f"people had less than {UNLIKE}). Are they of the same patient? Check that both show the same anatomy before "
        "you read any number here."
    )


def mismatch_text(found: Mismatch) -> str:
    """Why two results are not compared as they were saved."""
    said = []
    for what, before, after in found.differences:
        shown = f" ({before[:8]} and {after[:8]})" if what in ("checkpoint", "preprocessing", "threshold") else ""
        said.append(f"another {what}{shown}")
    return f"The two results were made with {' and '.join(said)}, so that their numbers do not belong together."


def sequences_text(baseline: TimePoint, later: TimePoint) -> str | None:
    """A caveat where the network saw other sequences; None where it saw the same ones."""
    before, after = ("+".join(side.study.sequences) for side in (baseline, later))
    if before == after:
        return None
    return f"The network saw {before} at the baseline and {after} later, which may change a volume by itself."


def ml_text(ml: float) -> str:
    """ "0.053", "5.32" or "84.5"."""
    digits = 1 if ml >= 9.995 else 2 if ml >= 0.0995 or ml == 0 else 3
    return f"{ml:,.{digits}f}"


def mm2_text(mm2: float) -> str:
    """ "1,401"."""
    return f"{mm2:,.0f}"


def percent_text(share: float) -> str:
    """ "+12.3 %"."""
    return _signed(share, f"{abs(share) * 100:.1f} %")


def change_text(change: Change, text: Callable[[float], str]) -> str:
    """ "+3.2 (+12.3 %)"; without the share where there was nothing before."""
    difference = _signed(change.difference, text(abs(change.difference)))
    return difference if change.share is None else f"{difference} ({percent_text(change.share)})"


def _signed(number: float, text: str) -> str:
    return f"{MINUS if number < 0 else '+' if number > 0 else '±'}{text}"


def _numbers(lesions: tuple[int, ...]) -> str:
    return ", ".join(map(str, lesions)) or UNDEFINED


def _ml(measured: Measurements, numbers: tuple[int, ...]) -> float:
    return sum(measured.lesions[number - 1].ml or 0.0 for number in numbers)


def _change_of_lesions(match: Match, ml: Change) -> str:
    return UNDEFINED if match.fate in (Fate.NEW, Fate.VANISHED) else change_text(ml, ml_text)


def _lines(measured: Measurements, numbers: tuple[int, ...]) -> str:
    return ", ".join(diameters_text(measured.lesions[number - 1]) for number in numbers) or UNDEFINED
