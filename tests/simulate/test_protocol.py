import numpy as np
import pytest

from app.simulate.protocol import draw_protocol, draw_tissues
from app.study import Sequence

SEEDS = range(30)


def contrasts(seed, sequence):
    """Signal of each tissue relative to white matter."""
    rng = np.random.default_rng(seed)
    tissues, scan = draw_tissues(rng), draw_protocol(rng)[sequence]
    signals = {name: scan.pulse.signal(t.enhanced() if scan.contrast_agent else t) for name, t in tissues.items()}
    return {name: signal / signals["white"] for name, signal in signals.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_flair_nulls_fluid_and_shows_oedema(seed):
    signal = contrasts(seed, Sequence.FLAIR)
    assert signal["fluid"] < 0.5 < 0.85 < signal["grey"] < 1.1 * signal["grey"] < signal["oedema"]


@pytest.mark.parametrize("seed", SEEDS)
def test_t1_orders_fluid_grey_white(seed):
    signal = contrasts(seed, Sequence.T1)
    assert 0.9 * signal["fluid"] < signal["necrosis"] < 1.05
    assert signal["fluid"] < signal["grey"] < 1
    assert signal["oedema"] < 1.05


@pytest.mark.parametrize("seed", SEEDS)
def test_t1ce_enhances_the_rim_alone(seed):
    signal = contrasts(seed, Sequence.T1CE)
    assert signal["enhancing"] > 1.4
    assert signal["necrosis"] < 0.8 * signal["enhancing"]
    assert signal["vessel"] > 1.4
    assert signal["fluid"] < signal["grey"] < 1.1


@pytest.mark.parametrize("seed", SEEDS)
def test_t2_orders_white_grey_oedema_fluid(seed):
    signal = contrasts(seed, Sequence.T2)
    assert 1 < signal["grey"] < signal["oedema"] < signal["fluid"]
    assert signal["vessel"] < 0.6


def test_only_t1ce_is_taken_with_contrast_agent():
    protocol = draw_protocol(np.random.default_rng(0))
    assert tuple(protocol) == tuple(Sequence)
    assert [sequence for sequence, scan in protocol.items() if scan.contrast_agent] == [Sequence.T1CE]


def test_intensity_scales_span_those_of_brats():
    maxima = [scan.maximum for s in SEEDS for scan in draw_protocol(np.random.default_rng(s)).values()]
    assert 200 <= min(maxima) < 400
    assert 16000 < max(maxima) <= 32767
