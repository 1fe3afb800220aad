import hashlib
import json
import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest

from app.errors import CheckpointAlteredError, CheckpointError, CheckpointMissingError
from app.model import checkpoint
from app.model.calibration import Calibration
from app.model.checkpoint import CARD, NETWORK, Curve, load_card, load_network, parse_card, save_checkpoint, subset_name
from app.model.network_input import VERSION
from app.model.serving import Serving
from app.model.unet import UNetConfig, build_unet
from app.study import Sequence

FLAIR = Curve(
    dataset="lgg",
    sequences=(Sequence.FLAIR,),
    patients=2,
    true_positives=tuple(range(200, -1, -1)),
    predicted=tuple(range(1000, 799, -1)),
    positives=210,
    head_voxels=9000,
    patient_scores={"TCGA_1": {"recall": 0.9, "precision": 0.8, "dice": 0.85}, "TCGA_2": {"recall": None}},
)
BOTH = replace(FLAIR, dataset="brats", sequences=(Sequence.FLAIR, Sequence.T1CE), positives=500)
CALIBRATIONS = {"FLAIR": Calibration(1.5, -0.25), "FLAIR+T1ce": Calibration(0.8)}


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    return build_unet(UNetConfig(filters=(2, 4), neighbours=0), folded=True)


@pytest.fixture(scope="module")
def written(tmp_path_factory, network):
    values = {
        "threshold": 0.305,
        "threshold_reason": "chosen by hand",
        "calibrations": CALIBRATIONS,
        "serving": Serving(smoothing_mm=1.5, smallest_island=20),
        "recipe": {"steps": 3, "unet": {"filters": [2, 4]}},
        "training": ["brats/a"],
        "validation": ["lgg/TCGA_1", "lgg/TCGA_2"],
        "curves": [BOTH, FLAIR],
    }
    folder = tmp_path_factory.mktemp("checkpoint") / "made" / "here"
    save_checkpoint(folder, network, values)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(written, tmp_path / "checkpoint")


def change_card(folder, **entries):
    path = folder / CARD
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


class TestRoundTrip:
    def test_the_network_gives_the_same_probabilities(self, folder, network):
        planes = np.random.default_rng(2).normal(size=(2, 16, 8, 4)).astype(np.float32)
        loaded = load_network(folder)
        np.testing.assert_array_equal(loaded(planes, training=False), network(planes, training=False))

    def test_the_card_comes_back(self, folder):
        card = load_card(folder)
        assert card.sha256 == hashlib.sha256((folder / NETWORK).read_bytes()).hexdigest()
        assert (card.threshold, card.threshold_reason) == (0.305, "chosen by hand")
        assert card.calibrations == CALIBRATIONS
        assert card.serving == Serving(smoothing_mm=1.5, smallest_island=20)
        assert card.preprocessing == VERSION
        assert card.recipe == {"steps": 3, "unet": {"filters": [2, 4]}}
        assert (card.training, card.validation) == (("brats/a",), ("lgg/TCGA_1", "lgg/TCGA_2"))
        assert card.curves == (BOTH, FLAIR)

    def test_a_checkpoint_is_replaced(self, folder, network):
        values = vars(load_card(folder)) | {"threshold": 0.5}
        for derived in ("sha256", "preprocessing", "_curves"):
            values.pop(derived, None)
        assert save_checkpoint(folder, network, values).threshold == 0.5
        assert sorted(path.name for path in folder.iterdir()) == [CARD, NETWORK]
        load_network(folder)

    def test_a_curve_is_found_whatever_the_order_of_the_sequences(self, folder):
        card = load_card(folder)
        assert card.curve("brats", (Sequence.T1CE, Sequence.FLAIR)) == BOTH
        assert card.curve("lgg", (Sequence.FLAIR,)) == FLAIR
        assert card.curve("lgg", (Sequence.T2,)) is None
        assert card.curve("brats", (Sequence.FLAIR,)) is None
        assert card.datasets == ("brats", "lgg")

    def test_a_calibration_is_found_whatever_the_order_of_the_sequences(self, folder):
        card = load_card(folder)
        assert card.calibration((Sequence.T1CE, Sequence.FLAIR)) == Calibration(0.8)
        assert card.calibration((Sequence.FLAIR,)) == Calibration(1.5, -0.25)

    def test_a_subset_that_was_not_met_is_not_calibrated(self, folder):
        assert load_card(folder).calibration((Sequence.T2,)) == Calibration(1.0, 0.0)


@pytest.mark.parametrize(
    ("sequences", "name"),
    [
        ((Sequence.T2,), "T2"),
        ((Sequence.T1CE, Sequence.FLAIR), "FLAIR+T1ce"),
        (tuple(reversed(Sequence)), "FLAIR+T1+T1ce+T2"),
    ],
)
def test_a_subset_is_named_in_channel_order(sequences, name):
    assert subset_name(sequences) == name


class TestMissing:
    def test_no_folder(self, tmp_path):
        with pytest.raises(CheckpointMissingError, match=r"card .*gliolens\.json is missing\. Restore it with git"):
            load_card(tmp_path / "nowhere")

    def test_no_network(self, folder):
        (folder / NETWORK).unlink()
        with pytest.raises(CheckpointMissingError, match=r"network .*gliolens\.keras is missing.*app train"):
            load_network(folder)

    def test_no_card(self, folder):
        (folder / CARD).unlink()
        with pytest.raises(CheckpointMissingError):
            load_network(folder)


class TestUnreadable:
    @pytest.mark.parametrize("name", [CARD, NETWORK])
    def test_what_the_system_does_not_let_be_read(self, folder, name):
        (folder / name).unlink()
        (folder / name).mkdir()
        with pytest.raises(CheckpointError, match=rf"{name} cannot be read: Is a directory\. Let the account"):
            load_network(folder)


class TestAltered:
    def test_a_network_that_was_cut_off(self, folder):
        (folder / NETWORK).write_bytes((folder / NETWORK).read_bytes()[:-1])
        with pytest.raises(CheckpointAlteredError, match="not the one"):
            load_network(folder)

    @pytest.mark.parametrize("where", [0, 1000, -1])
    def test_nothing_is_loaded_from_a_network_with_a_changed_byte(self, folder, where, monkeypatch):
        data = bytearray((folder / NETWORK).read_bytes())
        data[where] ^= 1
        (folder / NETWORK).write_bytes(data)
        monkeypatch.setattr(checkpoint, "unpack_network", lambda _: pytest.fail("it was loaded"))
        with pytest.raises(CheckpointAlteredError, match=r"gliolens\.keras is not the one that its card describes"):
            load_network(folder)

    def test_a_sound_network_with_the_card_of_another(self, folder):
        change_card(folder, sha256="0" * 64)
        with pytest.raises(CheckpointAlteredError, match="not the one"):
            load_network(folder)

    @pytest.mark.parametrize("version", [VERSION + 1, VERSION - 1])
    def test_a_network_that_saw_other_preprocessing(self, folder, version):
        change_card(folder, preprocessing=version)
        with pytest.raises(CheckpointAlteredError, match=f"with preprocessing {version}, but this version uses"):
            load_network(folder)

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", '"card"', "3", '{"sha256": "0"}', "\xff"])
    def test_a_card_that_is_none(self, folder, text):
        (folder / CARD).write_text(text, encoding="latin-1")
        with pytest.raises(CheckpointAlteredError, match=r"card .*gliolens\.json cannot be read\. Restore it"):
            load_card(folder)

    def test_the_card_of_an_older_preprocessing_can_still_be_looked_at(self, folder):
        change_card(folder, preprocessing=VERSION - 1)
        card = parse_card((folder / CARD).read_bytes())
        assert (card.preprocessing, card.threshold) == (VERSION - 1, 0.305)
        for content in b"", b"[]", b"{}", b"\xff":
            with pytest.raises(ValueError, match="This is no card"):
                parse_card(content)

    @pytest.mark.parametrize("counts", ["true_positives", "predicted"])
    def test_a_curve_of_200_counts(self, folder, counts):
        curves = json.loads((folder / CARD).read_text())["curves"]
        curves[1][counts] = curves[1][counts][:200]
        change_card(folder, curves=curves)
        with pytest.raises(CheckpointAlteredError) as raised:
            load_card(folder)
        assert "A curve has 201 counts. Received: 200" in str(raised.value.__cause__)

    @pytest.mark.parametrize(
        "entries",
        [
            {"threshold": 1.005},
            {"threshold": "high"},
            {"threshold": None},
            {"curves": None},
            {"curves": [{"dataset": "brats"}]},
            {"calibrations": None},
            {"calibrations": {"FLAIR": 1.5}},
            {"calibrations": {"FLAIR": {"heat": 1.5}}},
            {"calibrations": {"FLAIR": {"temperature": 0}}},
            {"calibrations": {"FLAIR": {"temperature": "warm"}}},
            {"calibrations": {"FLAIR": {"shift": None}}},
            {"calibrations": {"FLAIR": {"shift": float("nan")}}},
            {"serving": None},
            {"serving": {"mirror": True}},
            {"training": 3},
            {"colour": "grey"},
        ],
    )
    def test_entries_that_are_none(self, folder, entries):
        change_card(folder, **entries)
        with pytest.raises(CheckpointAlteredError, match="cannot be read"):
            load_card(folder)

    def test_a_sequence_that_is_none(self, folder):
        curves = json.loads((folder / CARD).read_text())["curves"]
        curves[0]["sequences"] = ["FLAIR", "CT"]
        change_card(folder, curves=curves)
        with pytest.raises(CheckpointAlteredError):
            load_card(folder)


def test_every_error_is_of_one_kind():
    assert issubclass(CheckpointMissingError, CheckpointError)
    assert issubclass(CheckpointAlteredError, CheckpointError)
