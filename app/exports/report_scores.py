"""What the network gives at a threshold, and what is promised: each number with whose it is."""

from app.decision.reading import Reading
from app.decision.validation import Validation, sequences_text, validation_for
from app.evaluation.threshold_curve import Scores, ThresholdCurve
from app.exports.report_parts import Block, Fact, Table
from app.exports.report_text import decimal, missed, plain, score

SOURCE = "Conformal risk control: Angelopoulos et al., arXiv 2208.02814."
_LONGEST = 400
"""Characters of a reason."""


def scores_of(reading: Reading) -> Scores | None:
    """The study against its own reference at the threshold; None without one."""
    if reading.study.reference is None:
        return None
    return ThresholdCurve.from_levels(reading.result.levels, reading.study.reference != 0).at(reading.threshold)


def validation_of(reading: Reading) -> Validation | None:
    """The validation patients with the same sequences; None where the checkpoint has none."""
    return validation_for(reading.card, reading.study)


def scores_table(reading: Reading, exact: Scores | None, validation: Validation | None) -> Table:
    """Recall, precision and Dice of the study against its reference, and of the validation patients."""
    rows, below = [], []
    if exact is None:
        below.append("The study came without a reference mask: what the network gives on it is not known.")
    else:
        rows.append(("this study, exact against its reference mask", *_three(exact)))
    if validation is None:
        below.append(f"No validation patients with {sequences_text(reading.study.sequences)}.")
    else:
        label = f"{validation.label}, all their voxels together"
        rows.append((label, *_three(validation.curve.at(reading.threshold))))
    title = f"What the network gives at threshold {reading.threshold:.3f}"
    return Table(title, ("", "recall", "precision", "Dice"), tuple(rows), below=tuple(below))


def _three(scores: Scores) -> tuple[str, str, str]:
    return score(scores.recall), score(scores.precision), decimal(scores.dice)


def guarantee_block(reading: Reading) -> Block:
    """Whether the guarantee is offered for this study, whether it holds at the threshold, and on what it rests."""
    guarantee = reading.guarantee
    title = f"Recall guarantee: at most {_whole_percent(guarantee.alpha)} missed on average"
    return Block(title, _verdict(reading), _rests_on(reading), _assumptions(reading))


def _verdict(reading: Reading) -> str:
    guarantee = reading.guarantee
    if not guarantee.offered or guarantee.threshold is None:
        reason = plain(guarantee.reason or "No threshold has it.", _LONGEST)
        return f"Not offered for this study. {reason}"
    bound = _whole_percent(guarantee.alpha)
    if reading.threshold <= guarantee.threshold:
        return (
            f"Holds at this report's threshold {reading.threshold:.3f}, which is not above t* = "
            f"{guarantee.threshold:.3f}: on average at most {bound} of tumour voxels are missed."
        )
    return (
        f"Does not hold at this report's threshold {reading.threshold:.3f}: it is above t* = "
        f"{guarantee.threshold:.3f}, up to which on average at most {bound} of tumour voxels are missed."
    )


def _rests_on(reading: Reading) -> tuple[Fact, ...]:
    guarantee = reading.guarantee
    if not guarantee.patients:
        return ()
    facts = [Fact("calibration patients", plain(guarantee.who, _LONGEST))]
    if guarantee.threshold is not None:
        facts += [
            Fact("t*, the largest threshold with it", f"{guarantee.threshold:.3f}"),
            Fact("their mean false-negative rate at t*", missed(guarantee.false_negative_rate)),
            Fact("their mean precision at t*", score(guarantee.precision)),
        ]
    if guarantee.unlikeness is not None:
        likely = f"p = {guarantee.unlikeness:.3f}"
        facts.append(Fact("shift test", likely, "share of such patients who look as unlike them as this study"))
    return tuple(facts)


def _assumptions(reading: Reading) -> tuple[str, ...]:
    guarantee = reading.guarantee
    if not guarantee.patients:
        return ()
    said = ["Assumes a patient drawn as those were. It is a mean over patients, and promises nothing for one of them."]
    if guarantee.out_of_fold:
        said.append(
            "The calibration predictions come from several networks, none of which had seen the patient: for these the "
            "theorem does not hold as stated."
        )
    return (*said, SOURCE)


def _whole_percent(share: float) -> str:
    return f"{share * 100:.3g} %"
