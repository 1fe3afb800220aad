import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.checks.network import SAMPLES, checkpoint, guarantee, samples, segmentation
from app.errors import CheckpointAlteredError, CheckpointMissingError, UnreadableFileError
from app.model.calibration_patients import PATIENTS, CalibrationPatients, PatientGroup, save_patients
from app.model.checkpoint import FOLDER, NETWORK, load_card
from app.study import Sequence


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "checkpoint")


class TestCheckpoint:
    def test_the_one_that_is_shipped(self):
        assert load_card().sha256 in checkpoint().said

    def test_one_that_was_altered(self, copied):
        data = bytearray((copied / NETWORK).read_bytes())
        data[1000] ^= 1
        (copied / NETWORK).write_bytes(data)
        with pytest.raises(CheckpointAlteredError):
            checkpoint(copied)

    def test_none(self, tmp_path):
        with pytest.raises(CheckpointMissingError):
            checkpoint(tmp_path)


class TestGuarantee:
    def test_without_a_record(self, copied):
        (copied / PATIENTS).unlink(missing_ok=True)
        finding = guarantee(copied)
        assert finding.ok and "no record of calibration patients" in finding.said

    def test_groups_are_told(self, copied):
        counts = np.zeros((1, 201), np.int64)
        features, names = np.zeros((1, 1)), ("head size",)
        group = PatientGroup(
            "lgg", (Sequence.FLAIR,), ("P1",), ("shipped",), counts, counts, counts[:, 0], features, names
        )
        save_patients(copied, CalibrationPatients(load_card(copied).sha256, (group,)))
        finding = guarantee(copied)
        assert finding.ok and finding.said == "calibration patients in 1 groups of lgg"

    def test_a_damaged_record(self, copied):
        (copied / PATIENTS).write_bytes(b"PK")
        with pytest.raises(CheckpointAlteredError, match="damaged"):
            guarantee(copied)


class TestSamples:
    @pytest.fixture
    def few(self, tmp_path):
        """Two of the samples, so that it is quick."""
        folder = tmp_path / "samples"
        for name in ("slice_png", "slice_jpg"):
            shutil.copytree(SAMPLES / name, folder / name)
        listed = '[{"files": ["slice_png/slice_png_flair.png"]}, {"files": ["slice_jpg/slice_jpg_flair.jpg"]}]'
        (folder / "samples.json").write_text(listed)
        return folder

    def test_they_can_be_read(self, few):
        finding = samples(few)
        assert finding.ok and finding.said == "2 samples can be read"

    def test_one_that_is_damaged(self, few):
        path = few / "slice_png" / "slice_png_flair.png"
        path.write_bytes(path.read_bytes()[:500])
        with pytest.raises(UnreadableFileError, match=r"slice_png_flair\.png"):
            samples(few)

    @pytest.mark.parametrize("text", [None, "", "[3]", "[{}]"])
    def test_a_list_of_them_that_is_none(self, few, text):
        (few / "samples.json").unlink()
        if text is not None:
            (few / "samples.json").write_text(text)
        finding = samples(few)
        assert not finding.ok and "git" in finding.advice


class TestSegmentation:
    def test_the_tumour_of_the_smallest_sample_is_found(self):
        assert segmentation().ok

    def test_too_little_or_too_much_is_a_failure(self, tmp_path: Path):
        picture = tmp_path / "noise_flair.png"
        noise = np.random.default_rng(1).integers(40, 60, (240, 240)).astype(np.uint8)
        Image.fromarray(noise).save(picture)
        finding = segmentation(picture=picture)
        assert not finding.ok and "1.5% to 6.0% are right" in finding.advice
