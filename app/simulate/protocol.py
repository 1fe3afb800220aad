"""What differs from scanner to scanner and from person to person before a picture is taken."""

from dataclasses import dataclass, replace

import numpy as np

from app.simulate.signal import TISSUES, InversionRecovery, SpinEcho, SpoiledGradientEcho, Tissue
from app.study import Sequence

Pulse = SpinEcho | InversionRecovery | SpoiledGradientEcho


@dataclass(frozen=True)
class Scan:
    """How one sequence was taken."""

    pulse: Pulse
    contrast_agent: bool
    blur_mm: tuple[float, float, float]
    """Standard deviation of the point spread along (z, y, x): thick along the slices, thin in plane."""
    noise: float
    """Standard deviation of the noise in each receiver channel, as a part of the white-matter signal."""
    bias: float
    """Standard deviation of the logarithm of the coil's sensitivity."""
    maximum: int
    """Greatest value in the file."""


def draw_protocol(rng: np.random.Generator) -> dict[Sequence, Scan]:
    """A protocol as BraTS sites use them: spin-echo or gradient-echo T1, thin or thick slices, any intensity scale."""

    def scan(pulse: Pulse, contrast_agent: bool = False) -> Scan:
        across = int(rng.choice(3, p=[0.8, 0.1, 0.1]))
        thick = float(rng.choice([0.5, 0.7, 1.4, 1.9] if across == 0 else [0.7, 1.0]))
        z, y, x = (thick if axis == across else 0.5 for axis in range(3))
        maximum = round(float(np.exp(rng.uniform(np.log(200), np.log(32767)))))
        return Scan(pulse, contrast_agent, (z, y, x), rng.uniform(0.008, 0.028), rng.uniform(0.03, 0.10), maximum)

    def weighted_t1() -> SpinEcho | SpoiledGradientEcho:
        if rng.uniform() < 0.5:
            return SpinEcho(tr=rng.uniform(420, 700), te=rng.uniform(8, 15))
        return SpoiledGradientEcho(tr=rng.uniform(7, 11), te=rng.uniform(2.5, 4.5), flip=rng.uniform(11, 18))

    tr, fluid = rng.uniform(8000, 10000), TISSUES["fluid"].t1
    null = fluid * np.log(2 / (1 + np.exp(-tr / fluid)))
    return {
        Sequence.FLAIR: scan(InversionRecovery(tr=tr, te=rng.uniform(95, 140), ti=rng.uniform(0.97, 1.03) * null)),
        Sequence.T1: scan(weighted_t1()),
        Sequence.T1CE: scan(weighted_t1(), contrast_agent=True),
        Sequence.T2: scan(SpinEcho(tr=rng.uniform(3500, 6000), te=rng.uniform(80, 110))),
    }


def draw_tissues(rng: np.random.Generator) -> dict[str, Tissue]:
    """Relaxation of this person's tissues: around the literature's, uptake of contrast agent up to half or double."""
    return {
        name: replace(
            tissue,
            t1=tissue.t1 * np.exp(rng.normal(0, tissue.spread)),
            t2=tissue.t2 * np.exp(rng.normal(0, tissue.spread)),
            gadolinium=tissue.gadolinium * np.exp(rng.uniform(-0.6, 0.6)),
        )
        for name, tissue in TISSUES.items()
    }
