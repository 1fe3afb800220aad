"""The record of what looks are worth: written, read back, and refused when it does not belong here."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from looks_records import FLAIR, T1, group_of, record_of

from app.errors import CheckpointAlteredError, CheckpointError
from app.model.checkpoint import FOLDER, load_card
from app.model.uncertainty_record import RECORD, load_uncertainty, save_uncertainty

CARD = SimpleNamespace(sha256="0" * 64)


def test_it_is_read_back_as_it_was(tmp_path):
    record = record_of(group_of(), group_of("lgg", (FLAIR, T1), level=None))
    assert save_uncertainty(record, tmp_path) == tmp_path / RECORD
    assert load_uncertainty(CARD, tmp_path) == record


def test_groups_are_found_whatever_the_order():
    record = record_of(group_of(), group_of("lgg", (FLAIR, T1)))
    assert record.group("lgg", (T1, FLAIR)) is record.groups[1]
    assert record.group("lgg", (FLAIR,)) is None
    assert record.group("brats", (FLAIR, T1)) is None


def test_without_a_record_there_is_none(tmp_path):
    assert load_uncertainty(CARD, tmp_path) is None


def altered(tmp_path, change):
    save_uncertainty(record_of(), tmp_path)
    values = json.loads((tmp_path / RECORD).read_text())
    change(values)
    (tmp_path / RECORD).write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda values: values.pop("groups"), "damaged"),
        (lambda values: values["groups"][0]["right"].pop(), "damaged"),
        (lambda values: values["groups"][0]["low"].pop(), "damaged"),
        (lambda values: values["groups"][0].update(sequences=["T9"]), "damaged"),
        (lambda values: values["groups"][0]["patients"].update(P1=3), "damaged"),
        (lambda values: values.update(checkpoint="1" * 64), "another checkpoint"),
        (lambda values: values.update(looks=99), "other looks"),
    ],
)
def test_what_does_not_belong_here_is_refused(tmp_path, change, said):
    altered(tmp_path, change)
    with pytest.raises(CheckpointAlteredError, match=f"{said}.*python -m app uncertainty"):
        load_uncertainty(CARD, tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"groups": 7}'])
def test_damaged_files_are_refused(tmp_path, content):
    (tmp_path / RECORD).write_bytes(content)
    with pytest.raises(CheckpointAlteredError, match="damaged"):
        load_uncertainty(CARD, tmp_path)


def test_a_folder_that_cannot_be_written_to(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_uncertainty(record_of(), tmp_path / "missing")


def test_a_name_that_is_no_file(tmp_path):
    (tmp_path / RECORD).mkdir()
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_uncertainty(CARD, tmp_path)


def test_the_shipped_record_speaks_of_the_shipped_checkpoint():
    card = load_card()
    record = load_uncertainty(card)
    assert record is not None and record.threshold == card.threshold
    for group in record.groups:
        assert {f"{group.dataset}/{case}" for case in group.patients} <= set(card.validation)
        curve = card.curve(group.dataset, group.sequences)
        assert sum(patient.reference for patient in group.patients.values()) == curve.positives
        marked = curve.predicted[round(200 * card.threshold)]
        assert sum(patient.volume for patient in group.patients.values()) == pytest.approx(marked, rel=0.001)
    assert (FOLDER / RECORD).stat().st_size < 200_000


def test_a_group_without_an_interval_has_no_ends():
    assert replace(group_of(level=None)).low == ()
    with pytest.raises(ValueError, match="201"):
        replace(group_of(level=None), level=0.8)
