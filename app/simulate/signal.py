"""Signal equations of the four sequences, and the relaxation of the tissues that they meet.

Equations: R. W. Brown et al., "Magnetic Resonance Imaging: Physical Principles and Sequence Design", 2nd ed., Wiley
2014, ch. 8 (spin echo, inversion recovery) and 18 (spoiled gradient echo). Relaxation times lie between those measured
at 1.5 T and at 3 T: J. P. Wansapura et al., JMRI 9 (1999) 531-538 (grey and white matter, 3 T); G. J. Stanisz et al.,
MRM 54 (2005) 507-512 (1.5 and 3 T); W. D. Rooney et al., MRM 57 (2007) 308-318 (T1, blood, fluid, field dependence);
tumour and oedema: M. Just and M. Thelen, Radiology 169 (1988) 779-785; gadolinium: M. Rohrer et al., Invest Radiol 40
(2005) 715-724 (relaxivity of Gd-DTPA in plasma).
"""

from dataclasses import dataclass, replace

import numpy as np

RELAXIVITY_T1 = 4.0
"""Longitudinal relaxivity of gadolinium chelates in plasma, per mM and second."""
RELAXIVITY_T2 = 5.0
"""Transverse relaxivity, per mM and second."""


@dataclass(frozen=True)
class Tissue:
    """Relaxation of one tissue."""

    density: float
    """Proton density relative to water."""
    t1: float
    """Longitudinal relaxation time in ms."""
    t2: float
    """Transverse relaxation time in ms."""
    gadolinium: float = 0.0
    """Concentration in mM a few minutes after contrast agent was given."""
    spread: float = 0.05
    """Standard deviation of the logarithm of the relaxation times from person to person."""

    def enhanced(self) -> "Tissue":
        """The tissue after contrast agent: 1 / T = 1 / T0 + relaxivity * concentration."""
        t1 = 1 / (1 / self.t1 + RELAXIVITY_T1 * self.gadolinium / 1000)
        t2 = 1 / (1 / self.t2 + RELAXIVITY_T2 * self.gadolinium / 1000)
        return replace(self, t1=float(t1), t2=float(t2), gadolinium=0.0)


TISSUES = {
    "white": Tissue(0.70, 780, 76, 0.01),
    "grey": Tissue(0.81, 1250, 95, 0.02),
    "fluid": Tissue(1.00, 4000, 1700, spread=0.015),
    "vessel": Tissue(0.85, 1500, 40, 1.4),
    "plexus": Tissue(0.88, 1500, 150, 0.5),
    "hyperintensity": Tissue(0.80, 1250, 130, 0.01),
    "oedema": Tissue(0.87, 1550, 185, 0.02, 0.08),
    "enhancing": Tissue(0.85, 1500, 135, 0.60, 0.08),
    "necrosis": Tissue(0.94, 2400, 260, 0.03, 0.18),
}
"""Every tissue of the phantom."""


@dataclass(frozen=True)
class SpinEcho:
    """S = density * (1 - exp(-TR / T1)) * exp(-TE / T2); times in ms."""

    tr: float
    te: float

    def signal(self, tissue: Tissue) -> float:
        """Magnitude relative to water at full magnetisation."""
        return float(tissue.density * (1 - np.exp(-self.tr / tissue.t1)) * np.exp(-self.te / tissue.t2))


@dataclass(frozen=True)
class InversionRecovery:
    """S = density * |1 - 2 exp(-TI / T1) + exp(-TR / T1)| * exp(-TE / T2); times in ms."""

    tr: float
    te: float
    ti: float

    def signal(self, tissue: Tissue) -> float:
        """Magnitude relative to water at full magnetisation."""
        recovered = 1 - 2 * np.exp(-self.ti / tissue.t1) + np.exp(-self.tr / tissue.t1)
        return float(tissue.density * abs(recovered) * np.exp(-self.te / tissue.t2))


@dataclass(frozen=True)
class SpoiledGradientEcho:
    """S = density * sin(a) * (1 - E1) / (1 - cos(a) * E1) * exp(-TE / T2), E1 = exp(-TR / T1); times in ms.

    T2* is taken as T2, as the echo is short.
    """

    tr: float
    te: float
    flip: float
    """Flip angle a in degrees."""

    def signal(self, tissue: Tissue) -> float:
        """Magnitude relative to water at full magnetisation."""
        angle, decay = np.deg2rad(self.flip), np.exp(-self.tr / tissue.t1)
        steady = np.sin(angle) * (1 - decay) / (1 - np.cos(angle) * decay)
        return float(tissue.density * steady * np.exp(-self.te / tissue.t2))
