import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from app.study import Probability

CHECKPOINT = "c0ffee" * 10 + "0000"


class FakeSegmenter:
    """A network that sees tumour where the first sequence is bright: the level is the voxel's value."""

    card = SimpleNamespace(threshold=0.25, sha256=CHECKPOINT)

    def segment(self, study, progress=None):
        if progress:
            progress(0.5)
            progress(1.0)
        levels = study.images[study.sequences[0]].astype(np.uint8)
        return Probability(levels, study.sha256, self.card.sha256)


@pytest.fixture
def network(monkeypatch):
    """Stands in for the module that loads TensorFlow."""
    segmenter = ModuleType("app.model.segmenter")
    segmenter.Segmenter = FakeSegmenter
    monkeypatch.setitem(sys.modules, "app.model.segmenter", segmenter)
