"""`python -m app uncertainty`, with a real network on tiny made-up cases, and what it refuses."""

import json

import keras
import numpy as np
import pytest

from app.__main__ import main
from app.model.calibration import Calibration
from app.model.checkpoint import load_card, save_checkpoint
from app.model.serving import Serving
from app.model.uncertainty_record import RECORD, load_uncertainty
from app.model.unet import UNetConfig, build_unet
from app.study import Sequence
from tests.training.dataset_files import write_case


def prepare(folder):
    assert main(["prepare", "brats", str(folder / "brats"), str(folder / "prepared"), "--processes", "1"]) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Eight prepared cases, and a checkpoint that was trained on none of them."""
    folder = tmp_path_factory.mktemp("uncertainty")
    for n in range(8):
        write_case(folder / "brats" / f"B{n}", n)
    prepare(folder)
    keras.utils.set_random_seed(3)
    network = build_unet(UNetConfig(filters=(2, 4)), folded=True)
    card = {
        "threshold": 0.3,
        "threshold_reason": "",
        "calibrations": {"FLAIR": Calibration(1.0, 0.5)},
        "serving": Serving(0, 0),
        "recipe": {},
        "training": [],
        "validation": [f"brats/B{n}" for n in range(8)],
        "curves": [],
    }
    save_checkpoint(folder / "checkpoint", network, card)
    return folder


def measure(folder, *more):
    words = ["--data", folder / "prepared", "--checkpoint", folder / "checkpoint", "--work", folder / "work", *more]
    return main(["uncertainty", *map(str, words)])


def test_the_record_lies_beside_the_checkpoint(folder, capsys):
    assert measure(folder) == 0
    record = load_uncertainty(load_card(folder / "checkpoint"), folder / "checkpoint")
    assert [(group.dataset, group.sequences, len(group.patients)) for group in record.groups] == [
        ("brats", (Sequence.FLAIR,), 8),
        ("brats", tuple(Sequence), 8),
    ]
    assert "brats, FLAIR: 8 patients\n" in capsys.readouterr().out
    first = (folder / "checkpoint" / RECORD).read_bytes()
    assert np.isfinite(json.loads(first)["groups"][0]["low"]).all()
    assert measure(folder) == 0
    assert (folder / "checkpoint" / RECORD).read_bytes() == first


def test_other_sequences(folder):
    assert measure(folder, "--sequences", "t1", "--sequences", "flair,t2") == 0
    record = load_uncertainty(load_card(folder / "checkpoint"), folder / "checkpoint")
    assert [group.sequences for group in record.groups] == [(Sequence.FLAIR, Sequence.T2), (Sequence.T1,)]


def test_sets_without_validation_patients(folder, tmp_path, capsys):
    write_case(tmp_path / "brats" / "B0", 0)
    prepare(tmp_path)
    assert measure(folder, "--data", tmp_path / "prepared") == 1
    assert "7 validation cases of the checkpoint are not in the prepared sets" in capsys.readouterr().err


def test_sequences_that_are_none(folder, capsys):
    with pytest.raises(SystemExit):
        measure(folder, "--sequences", "pet")
    assert "'pet' is none of flair,t1,t1ce,t2" in capsys.readouterr().err
