import sys
from types import ModuleType

import numpy as np
import pytest
from segment_files import REFERENCE, SCAN, nifti

from app.model.checkpoint import Card
from app.model.serving import Serving
from app.study import Probability

CHECKPOINT = "c0ffee" * 10 + "0000"


class FakeSegmenter:
    """A network that sees tumour where the first sequence is bright: the level is the voxel's value."""

    card = Card(CHECKPOINT, 0.25, "made up", 1, {}, Serving(), {}, (), (), ())

    def segment(self, study, progress=None, *, classes=False):
        if progress:
            progress(0.5)
            progress(1.0)
        levels = study.images[study.sequences[0]].astype(np.uint8)
        likeliest = np.where(levels < 100, 2, 4).astype(np.uint8) if classes else None
        return Probability(levels, study.sha256, self.card.sha256, likeliest)


@pytest.fixture
def network(monkeypatch, tmp_path_factory):
    """Stands in for the module that loads TensorFlow, and for a folder without a record of calibration patients."""
    monkeypatch.setattr("app.model.checkpoint.FOLDER", tmp_path_factory.mktemp("checkpoint"))
    segmenter = ModuleType("app.model.segmenter")
    segmenter.Segmenter = FakeSegmenter
    monkeypatch.setitem(sys.modules, "app.model.segmenter", segmenter)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def scan(tmp_path):
    return nifti(tmp_path / "p1_flair.nii.gz", SCAN)


@pytest.fixture
def seg(tmp_path):
    return nifti(tmp_path / "elsewhere" / "p1_seg.nii.gz", REFERENCE)
