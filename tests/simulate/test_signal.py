import numpy as np
import pytest

from app.simulate.signal import TISSUES, InversionRecovery, SpinEcho, SpoiledGradientEcho, Tissue

HALF = 1000 * np.log(2)
"""The time in which half of a T1 of 1000 ms recovers."""
WATER = Tissue(density=0.8, t1=1000, t2=100)


def test_spin_echo():
    assert SpinEcho(tr=HALF, te=HALF / 10).signal(WATER) == pytest.approx(0.8 / 2 / 2)


def test_inversion_recovery():
    assert InversionRecovery(tr=1e6, te=0, ti=HALF).signal(WATER) == pytest.approx(0, abs=1e-12)
    assert InversionRecovery(tr=1e6, te=HALF / 10, ti=2 * HALF).signal(WATER) == pytest.approx(0.8 * 0.5 * 0.5)
    assert InversionRecovery(tr=1e6, te=0, ti=0).signal(WATER) == pytest.approx(0.8)


def test_spoiled_gradient_echo():
    assert SpoiledGradientEcho(tr=HALF, te=0, flip=90).signal(WATER) == pytest.approx(0.4)
    assert SpoiledGradientEcho(tr=HALF, te=HALF / 10, flip=30).signal(WATER) == pytest.approx(
        0.8 * 0.5 * 0.5 / (1 - np.sqrt(0.75) / 2) / 2
    )


def test_contrast_agent_shortens_relaxation():
    enhanced = Tissue(0.8, 1000, 100, gadolinium=0.25).enhanced()
    assert enhanced.t1 == pytest.approx(1 / (1 / 1000 + 4 * 0.25 / 1000)) == pytest.approx(500)
    assert enhanced.t2 == pytest.approx(1 / (1 / 100 + 5 * 0.25 / 1000)) == pytest.approx(88.888889)
    assert enhanced.enhanced() == enhanced


def test_only_fluid_takes_up_no_contrast_agent():
    assert [name for name, tissue in TISSUES.items() if tissue.gadolinium == 0] == ["fluid"]
