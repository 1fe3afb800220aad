"""Six made-up patients, prepared; a checkpoint that held three of them back, and a fold that held the others back."""

import json

import keras
import numpy as np
from dataset_files import write_case

from app.__main__ import main
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.checkpoint import save_checkpoint
from app.model.network_file import pack_network
from app.model.serving import Serving
from app.study import Sequence
from app.training.release import curve_record

ALL = tuple(Sequence)
FLAIR = ALL[:1]
SERVING = Serving(smoothing_mm=2.0, smallest_island=20)
KEYS = [f"brats/P{number}" for number in range(6)]


def network_of(gain):
    """A network whose oedema logit is gain * FLAIR, of background 0, and of the others far below."""
    inputs = keras.Input((None, None, 4))
    logits = keras.layers.Conv2D(4, 1, name="logits")(inputs)
    network = keras.Model(inputs, keras.layers.Softmax()(logits))
    kernel = np.zeros((1, 1, 4, 4), np.float32)
    kernel[0, 0, 0, 2] = gain
    network.get_layer("logits").set_weights([kernel, np.array([0, -50, 0, -50], np.float32)])
    return network


def write_all(folder):
    """`prepared`, `checkpoint` (P0 to P2 held back) and `fold-1` (P3 to P5)."""
    for number in range(6):
        write_case(folder / "data" / f"P{number}", seed=number)
    assert main(["prepare", "brats", str(folder / "data"), str(folder / "prepared"), "--processes", "1"]) == 0
    empty = ThresholdCurve(np.zeros(201, np.int64), np.zeros(201, np.int64), 0)
    curves = [curve_record("brats", subset, {"P0": (empty, 0, {})}, 1) for subset in (ALL, FLAIR)]
    card = {
        "threshold": 0.3, "threshold_reason": "Made up.", "calibrations": {}, "serving": SERVING, "recipe": {},
        "training": KEYS[3:], "validation": [*KEYS[:3], "figshare/1"], "curves": curves,
    }  # fmt: skip
    save_checkpoint(folder / "checkpoint", network_of(2.0), card)
    (folder / "fold-1").mkdir()
    (folder / "fold-1" / "gliolens.keras").write_bytes(pack_network(network_of(5.0)))
    split = {"training": KEYS[:3], "validation": KEYS[3:]}
    (folder / "fold-1" / "split.json").write_text(json.dumps(split))
    return folder
