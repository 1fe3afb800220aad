"""The recall guarantee for the study on screen: from which threshold on it holds, or why it is not offered."""

import math
from dataclasses import dataclass, replace

import numpy as np

from app.decision.validation import DATASET_TITLES, datasets_like, sequences_text
from app.evaluation.risk_control import controlled_level, false_negative_rates, fewest_patients, smallest_bound
from app.evaluation.shift_test import Shift, shift_of
from app.model.appearance import Appearance, appearance_of, grains
from app.model.calibration_patients import CalibrationPatients, PatientGroup
from app.model.checkpoint import Card
from app.study import LEVELS, Sequence, Study

FEATURES = {
    "dark": "the brightness of the darker parts of its {}",
    "middle": "the middle brightness of its {}",
    "bright": "the brightness of the brighter parts of its {}",
    "roughness": "the roughness of its {}",
    "size": "the area of its head",
    "height": "the height of its head",
    "spacing": "the distance between its slices",
    "slices": "the number of its slices",
}
"""What people call the features of `appearance`, by their last word."""


@dataclass(frozen=True)
class Guarantee:
    """What conformal risk control says for one α, one data set and one subset of sequences."""

    alpha: float
    """The bound on the mean false-negative rate, 0.01 to 0.20."""
    threshold: float | None
    """t*, the largest threshold with the guarantee, a multiple of 0.005; None where there is none."""
    reason: str | None
    """Why it is not offered for this study, a sentence for people; None where it is. The threshold may be known even
    then, when the calibration patients have one but the study is unlike them."""
    patients: int
    """Calibration patients; 0 where there are none."""
    who: str
    """Who they are: "38 BraTS patients, FLAIR + T1 + T1ce + T2"."""
    out_of_fold: bool
    """Whether the predictions come from several networks, none of which had seen the patient: then the theorem does
    not hold as stated."""
    false_negative_rate: float | None
    """The mean over the calibration patients at t*; None without one."""
    precision: float | None
    """The mean over the calibration patients at t*, those of whom something is marked; None without one."""
    unlikeness: float | None
    """The p-value of the shift test, 0 to 1: the share of patients like those of the calibration who look as unlike
    them as this study does; None where it was not computed."""
    sequences: tuple[Sequence, ...]

    @property
    def offered(self) -> bool:
        """Whether the page may state it for this study."""
        return self.reason is None and self.threshold is not None


def guarantee_for(
    card: Card,
    patients: CalibrationPatients | None,
    study: Study,
    alpha: float,
    appearance: Appearance | None = None,
) -> Guarantee:
    """The guarantee for a study, from the calibration patients that are most like it and were given its sequences.

    Args:
        card: of the checkpoint that segments the study.
        patients: whom the guarantee rests on; None where the checkpoint has no such record.
        study: any; its reference is not looked at.
        alpha: the bound on the mean false-negative rate, 0.01 to 0.20.
        appearance: what `appearance_of(study)` gives, where it is known already; it takes about half a second.

    Raises ValueError when the record is of another checkpoint.
    """
    nobody = Guarantee(alpha, None, None, 0, "nobody", False, None, None, None, study.sequences)
    if patients is None:
        return replace(nobody, reason="This checkpoint has no record of calibration patients.")
    if patients.checkpoint_sha256 != card.sha256:
        raise ValueError(f"The record is of another checkpoint. Received: {patients.checkpoint_sha256}")
    group = _group_for(patients, study)
    if group is None:
        said = f"There are no calibration patients like this one who were given {sequences_text(study.sequences)}."
        return replace(nobody, reason=said)
    found = guarantee_of(group, alpha)
    if found.threshold is None:
        return found
    shift = _shift(group, appearance_of(study) if appearance is None else appearance)
    if shift is None:
        return replace(found, reason="Whether this scan is like theirs cannot be told: theirs have another geometry.")
    if shift.unlike:
        return replace(found, unlikeness=shift.p_value, reason=_unlike(group, shift))
    return replace(found, unlikeness=shift.p_value)


def guarantee_of(group: PatientGroup, alpha: float) -> Guarantee:
    """The guarantee that a group gives for those who are like its patients."""
    rates = false_negative_rates(group.true_positives, group.positives)
    found = Guarantee(
        alpha, None, None, len(rates), who(group), group.out_of_fold, None, None, None, group.sequences
    )  # fmt: skip
    if len(rates) < fewest_patients(alpha):
        least = math.ceil(smallest_bound(len(rates)) * 1000) / 10
        return replace(
            found,
            reason=f"A bound of {_percent(alpha)} needs {fewest_patients(alpha)} calibration patients, and there are "
            f"{len(rates)}, who can hold {least:.1f} % at best.",
        )
    level = controlled_level(rates, alpha)
    if level is None:
        return replace(
            found,
            reason=f"No threshold holds a bound of {_percent(alpha)}: even at {1 / LEVELS:.3f}, "
            f"{rates[:, 1].mean() * 100:.1f} % of the tumour of these patients is missed on average.",
        )
    return replace(
        found,
        threshold=level / LEVELS,
        false_negative_rate=float(rates[:, level].mean()),
        precision=_mean_precision(group, level),
    )


def who(group: PatientGroup) -> str:
    """ "38 BraTS patients, FLAIR alone": those of a group who have tumour in the reference."""
    title = DATASET_TITLES.get(group.dataset, group.dataset)
    return f"{int(group.with_tumour.sum())} {title} patients, {sequences_text(group.sequences)}"


def _group_for(patients: CalibrationPatients, study: Study) -> PatientGroup | None:
    """Of the one data set that is most like the study: others do not stand in for it."""
    most_like = datasets_like(study, patients.datasets)[:1]
    return patients.group(most_like[0], study.sequences) if most_like else None


def _mean_precision(group: PatientGroup, level: int) -> float | None:
    """Over the patients with tumour of whom something is marked; None where nothing is."""
    predicted, found = (each[group.with_tumour, level] for each in (group.predicted, group.true_positives))
    return float((found[predicted > 0] / predicted[predicted > 0]).mean()) if predicted.any() else None


def _shift(group: PatientGroup, appearance: Appearance) -> Shift | None:
    """How unlike the group a scan is; None where the scan lacks one of the features."""
    if not set(group.feature_names) <= set(appearance) or len(group.patients) < 2:
        return None
    own = np.array([appearance[name] for name in group.feature_names])
    return shift_of(group.features, own, grains(group.feature_names))


def _unlike(group: PatientGroup, shift: Shift) -> str:
    sequence, _, kind = group.feature_names[shift.feature].rpartition(" ")
    return (
        f"This scan is unlike those of the calibration patients: of {round(1 / shift.p_value)} who are alike, about "
        f"one looks as odd. Most of all, {FEATURES[kind].format(sequence)} is {abs(shift.deviations):.1f} standard "
        f"deviations {'above' if shift.deviations > 0 else 'below'} theirs."
    )


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
