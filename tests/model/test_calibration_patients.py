import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest

from app.errors import CheckpointAlteredError, CheckpointError
from app.model.calibration_patients import (
    PATIENTS,
    SHIPPED,
    CalibrationPatients,
    PatientGroup,
    load_patients,
    save_patients,
)
from app.study import Sequence

FLAIR, T1, _, T2 = Sequence
CARD = SimpleNamespace(sha256="c0ffee")


def group_of(dataset="brats", sequences=(FLAIR, T2), networks=(SHIPPED, "fold-1"), seed=0):
    """Two patients; the second one has no tumour."""
    random = np.random.default_rng(seed)
    found = np.sort(random.integers(0, 5000, (2, 201)), axis=1)[:, ::-1] * [[1], [0]]
    other = np.sort(random.integers(0, 9_000_000, (2, 201)), axis=1)[:, ::-1]
    return PatientGroup(
        dataset, sequences, ("Brats18_1", "Östlich"), networks, found, found + other, found[:, 0],
        np.array([[0.5, -1.25], [0.25, 4.0]]), ("FLAIR middle", "head size"),
    )  # fmt: skip


GROUPS = (group_of(), group_of("lgg", (FLAIR,), (SHIPPED, SHIPPED), 1))


def test_what_is_saved_is_read_back(tmp_path):
    save_patients(tmp_path, CalibrationPatients("c0ffee", GROUPS))
    read = load_patients(tmp_path, CARD)
    assert (read.checkpoint_sha256, read.datasets) == ("c0ffee", ("brats", "lgg"))
    for found, given in zip(read.groups, GROUPS, strict=True):
        for field in dataclasses.fields(given):
            assert np.array_equal(getattr(found, field.name), getattr(given, field.name)), field.name
        assert found.true_positives.dtype == np.int64
    assert [group.out_of_fold for group in read.groups] == [True, False]
    assert read.groups[0].with_tumour.tolist() == [True, False]


def test_a_group_is_found_by_its_sequences_in_any_order():
    patients = CalibrationPatients("c0ffee", GROUPS)
    assert patients.group("brats", (T2, FLAIR)) is GROUPS[0]
    assert patients.group("brats", (FLAIR,)) is None
    assert patients.group("lgg", (FLAIR,)) is GROUPS[1]


def test_the_same_record_gives_the_same_bytes(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        save_patients(tmp_path / name, CalibrationPatients("c0ffee", GROUPS))
    assert (tmp_path / "one" / PATIENTS).read_bytes() == (tmp_path / "other" / PATIENTS).read_bytes()


def test_without_a_record_there_is_none(tmp_path):
    assert load_patients(tmp_path, CARD) is None


def test_a_record_of_another_checkpoint_is_refused(tmp_path):
    save_patients(tmp_path, CalibrationPatients("decaf", GROUPS))
    with pytest.raises(CheckpointAlteredError, match=r"another checkpoint.*python -m app guarantee"):
        load_patients(tmp_path, CARD)


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "no numbers", "pickled", "text"])
def test_a_damaged_record_is_refused(tmp_path, damage):
    path = save_patients(tmp_path, CalibrationPatients("c0ffee", GROUPS))
    data = path.read_bytes()
    middle = len(data) // 2
    if damage in ("no numbers", "pickled"):
        about = {"format": 1, "checkpoint": "c0ffee", "groups": [{"dataset": "brats"}]}
        values = {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)} if damage == "no numbers" else {}
        np.savez(path, **values, **({} if values else {"about": np.array([{"format": 1}], object)}))
    else:
        path.write_bytes({
            "empty": b"",
            "cut": data[:middle],
            "flipped": data[:200] + bytes(255 - byte for byte in data[200:400]) + data[400:],
            "text": b"PK\x03\x04 but no archive",
        }[damage])  # fmt: skip
    with pytest.raises(CheckpointAlteredError, match="is damaged"):
        load_patients(tmp_path, CARD)


def test_what_cannot_be_read_or_written_is_said(tmp_path):
    (tmp_path / PATIENTS).mkdir()
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_patients(tmp_path, CARD)
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_patients(tmp_path / "nowhere", CalibrationPatients("c0ffee", GROUPS))


@pytest.mark.parametrize(
    "change",
    [
        {"patients": ("one",)},
        {"networks": (SHIPPED,)},
        {"feature_names": ("FLAIR middle",)},
        {"features": np.array([[0.5, np.nan], [0.25, 4.0]])},
        {"positives": np.array([1, 0])},
        {"predicted": np.zeros((2, 201), np.int64)},
        {"true_positives": GROUPS[0].true_positives[:, ::-1]},
        {"true_positives": GROUPS[0].true_positives[:, :200]},
    ],
)
def test_the_parts_of_a_group_fit_together(change):
    with pytest.raises(ValueError, match=r"Counts|What is found"):
        dataclasses.replace(GROUPS[0], **change)
