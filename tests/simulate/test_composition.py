import numpy as np

from app.simulate.composition import compose
from app.simulate.growth import ENHANCING, NECROTIC, OEDEMA
from app.simulate.signal import TISSUES


def test_fractions_sum_to_one(head, grid):
    labels = np.zeros(grid.shape, np.uint8)
    labels[10:20, 10:20, 10:20], labels[12:18, 12:18, 12:18], labels[14:16, 14:16, 14:16] = 2, 4, 1
    parts = compose(np.random.default_rng(1), head, grid, labels)
    assert parts.keys() == TISSUES.keys()
    assert np.allclose(sum(parts.values()), 1, atol=1e-5)
    assert min(float(part.min()) for part in parts.values()) > -1e-6


def test_tumour_tissue_is_where_its_label_is(head, grid):
    labels = np.zeros(grid.shape, np.uint8)
    labels[10:20, 10:20, 10:20], labels[12:18, 12:18, 12:18], labels[14:16, 14:16, 14:16] = 2, 4, 1
    parts = compose(np.random.default_rng(1), head, grid, labels)
    assert (parts["oedema"][labels == OEDEMA] >= 0.3).all()
    assert (parts["enhancing"][labels == ENHANCING] >= 0.4).all()
    assert parts["necrosis"][labels == NECROTIC].mean() > 0.5
    assert parts["oedema"][labels == 0].max() == 0
    assert parts["enhancing"][labels != ENHANCING].max() == 0
    assert parts["necrosis"][labels != NECROTIC].max() == 0


def test_a_healthy_head_has_no_tumour_tissue(head, grid):
    parts = compose(np.random.default_rng(1), head, grid, np.zeros(grid.shape, np.uint8))
    assert parts.keys() == TISSUES.keys() - {"oedema", "enhancing", "necrosis"}
    assert parts["vessel"].max() > 0.5
