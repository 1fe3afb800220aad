"""The recall guarantee for the study on screen: from which threshold on it holds, or why it is not offered."""

from dataclasses import dataclass

from app.study import Sequence


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
