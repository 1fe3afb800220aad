import gzip
import io
import json
import os
import sys

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from segment_files import AFFINE, REFERENCE, SCAN, nifti, segment_json

from app import NOTICE
from app.__main__ import main
from app.cli import silent_stderr
from app.exports import export_mask, export_probability
from app.imaging import read_files, read_study


def opened(path):
    return nib.Nifti1Image.from_bytes(gzip.decompress(path.read_bytes()))


@pytest.mark.usefixtures("network")
class TestSegment:
    def test_json_with_a_reference(self, scan, seg, folder, capsys):
        result = segment_json(capsys, scan, "--reference", seg, "--out", folder)
        assert result.pop("seconds") >= 0
        assert result == {
            "study": "p1",
            "sequences": ["FLAIR"],
            "threshold": 0.25,
            "tumour_ml": pytest.approx(4 * 0.006),
            "precision": 0.75,
            "recall": 0.5,
            "dice": pytest.approx(0.6),
            "notes": [],
            "checkpoint": "c0ffee" * 10 + "0000",
            "files": ["p1_mask.nii.gz", "p1_probability.nii.gz"],
            "left_out": {},
        }

    def test_a_threshold_of_ones_own(self, scan, seg, folder, capsys):
        result = segment_json(capsys, scan, "--reference", seg, "--out", folder, "--threshold", "0.5")
        assert (result["threshold"], result["tumour_ml"]) == (0.5, pytest.approx(0.012))
        assert (result["precision"], result["recall"]) == (1, pytest.approx(1 / 3))
        assert opened(folder / "p1_mask.nii.gz").get_fdata().sum() == 2

    def test_without_a_reference_the_scores_are_null(self, scan, folder, capsys):
        result = segment_json(capsys, scan, "--out", folder)
        assert (result["precision"], result["recall"], result["dice"]) == (None, None, None)

    def test_scores_that_are_undefined_are_null(self, scan, tmp_path, folder, capsys):
        empty = nifti(tmp_path / "p1_seg.nii.gz", np.zeros_like(REFERENCE))
        result = segment_json(capsys, scan, "--reference", empty, "--out", folder)
        assert (result["precision"], result["recall"], result["dice"]) == (0, None, None)

    def test_both_files_lie_on_the_grid_of_the_scan(self, scan, folder, capsys):
        segment_json(capsys, scan, "--out", folder)
        assert sorted(file.name for file in folder.iterdir()) == ["p1_mask.nii.gz", "p1_probability.nii.gz"]
        mask, probability = opened(folder / "p1_mask.nii.gz"), opened(folder / "p1_probability.nii.gz")
        np.testing.assert_array_equal(np.asanyarray(mask.dataobj), SCAN >= 50)
        np.testing.assert_array_equal(np.asanyarray(probability.dataobj), SCAN / np.float32(200))
        np.testing.assert_array_equal(mask.affine, AFFINE)
        np.testing.assert_array_equal(probability.affine, AFFINE)

    def test_the_files_are_byte_for_byte_the_exports(self, scan, folder, capsys):
        from app.model.segmenter import Segmenter

        segment_json(capsys, scan, "--out", folder, "--threshold", "0.3")
        study = read_study(read_files([scan]))
        probability = Segmenter().segment(study)
        for name, content in (export_mask(probability, study, 0.3), export_probability(probability, study)):
            assert (folder / name).read_bytes() == content

    def test_what_was_done_to_the_files_is_told(self, tmp_path, folder, capsys):
        case = tmp_path / "p1"
        nifti(case / "p1_flair.nii.gz", SCAN)
        nifti(case / "p1_t1.nii.gz", SCAN.repeat(2, axis=0), AFFINE @ np.diag([0.5, 1, 1, 1]))
        (note,) = segment_json(capsys, case, "--out", folder)["notes"]
        assert note.startswith("T1 was resampled from 4 x 3 x 4 voxels of 0.5 x 2 x 3 mm to the grid of FLAIR")
        main(["segment", str(case), "--out", str(folder)])
        assert note in capsys.readouterr().out.splitlines()

    def test_a_case_folder_with_its_reference(self, tmp_path, folder, capsys):
        case = tmp_path / "BraTS20_001"
        nifti(case / "BraTS20_001_flair.nii.gz", SCAN)
        nifti(case / "BraTS20_001_t1.nii.gz", SCAN[::-1])
        nifti(case / "BraTS20_001_seg.nii.gz", REFERENCE)
        result = segment_json(capsys, case, "--out", folder)
        assert (result["study"], result["sequences"], result["recall"]) == ("BraTS20_001", ["FLAIR", "T1"], 0.5)

    def test_the_reference_given_takes_the_place_of_the_folders(self, tmp_path, seg, folder, capsys):
        case = tmp_path / "p1"
        nifti(case / "p1_flair.nii.gz", SCAN)
        nifti(case / "p1_seg.nii.gz", (SCAN >= 50).astype(np.uint8))
        assert segment_json(capsys, case, "--out", folder)["recall"] == 1
        assert segment_json(capsys, case, "--reference", seg, "--out", folder)["recall"] == 0.5

    def test_a_picture(self, tmp_path, folder, capsys):
        grey = np.array([[0, 10, 20], [49, 50, 200]], np.uint8)
        for name, picture in (("images", grey), ("masks", (grey > 30).astype(np.uint8) * 255)):
            (tmp_path / name).mkdir()
            Image.fromarray(picture).save(tmp_path / name / "p2.png")
        reference = tmp_path / "masks" / "p2.png"
        result = segment_json(capsys, tmp_path / "images" / "p2.png", "--reference", reference, "--out", folder)
        assert (result["study"], result["tumour_ml"]) == ("p2", None)
        assert (result["precision"], result["recall"]) == (1, pytest.approx(2 / 3))
        mask = np.array(Image.open(io.BytesIO((folder / "p2_mask.png").read_bytes())))
        assert mask.tolist() == [[0, 0, 0], [0, 255, 255]]
        assert (folder / "p2_probability.png").exists()

    def test_a_reference_may_be_called_anything(self, scan, tmp_path, folder, capsys):
        for name in ("p1_flair.nii.gz", "p1_t1.nii.gz", "p1.nii.gz"):
            odd = nifti(tmp_path / "masks" / name, REFERENCE)
            result = segment_json(capsys, scan, "--reference", odd, "--out", folder)
            assert (result["sequences"], result["recall"]) == (["FLAIR"], 0.5)

    def test_a_coloured_mask(self, tmp_path, folder, capsys):
        grey = np.array([[0, 10, 20], [49, 50, 200]], np.uint8)
        red = np.zeros((2, 3, 3), np.uint8)
        red[1, :, 0] = 255
        Image.fromarray(grey).save(tmp_path / "p2.png")
        Image.fromarray(red).save(tmp_path / "drawn.png")
        reference = tmp_path / "drawn.png"
        result = segment_json(capsys, tmp_path / "p2.png", "--reference", reference, "--out", folder)
        assert (result["precision"], result["recall"]) == (1, pytest.approx(2 / 3))

    def test_the_reference_may_be_among_the_files_as_well(self, scan, seg, folder, capsys):
        assert segment_json(capsys, scan, seg, "--reference", seg, "--out", folder)["recall"] == 0.5

    def test_a_summary_for_people(self, scan, seg, folder, capsys):
        assert main(["segment", str(scan), "--reference", str(seg), "--out", str(folder)]) == 0
        out = capsys.readouterr().out
        assert "p1: FLAIR\nTumour at threshold 0.250: 0.0 ml\n" in out
        assert "Against the reference: precision 0.750, recall 0.500, dice 0.600\n" in out
        assert str(folder / "p1_mask.nii.gz") in out
        assert out.endswith(f"{NOTICE}\n")

    def test_progress_is_shown_on_a_terminal_only(self, scan, folder, capsys, monkeypatch):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        assert main(["segment", str(scan), "--out", str(folder), "--json"]) == 0
        out, err = capsys.readouterr()
        assert json.loads(out)["study"] == "p1"
        assert err == f"\r[{'#' * 15}{'.' * 15}]  50%\r[{'#' * 30}] 100%\n"

    def test_a_folder_that_cannot_be_made(self, scan, capsys):
        assert main(["segment", str(scan), "--out", str(scan / "out")]) == 2
        assert "Choose another folder with --out." in capsys.readouterr().err

    def test_a_file_that_is_not_there(self, tmp_path, folder, capsys):
        assert main(["segment", str(tmp_path / "p9_flair.nii.gz"), "--out", str(folder)]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "p9_flair.nii.gz" in err

    def test_a_reference_of_another_grid(self, scan, tmp_path, folder, capsys):
        other = nifti(tmp_path / "p1_seg.nii.gz", REFERENCE[:, :, :3])
        assert main(["segment", str(scan), "--reference", str(other), "--out", str(folder)]) == 2
        assert "p1_seg.nii.gz" in capsys.readouterr().err
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("text", ["-0.005", "1.005", "0.3001", "nan", "inf", "high"])
def test_a_threshold_off_the_grid_is_refused(text, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["segment", "a.nii", "--out", "o", f"--threshold={text}"])
    assert ended.value.code == 2
    assert f"{text} is not a threshold: give 0 to 1 in steps of 0.005" in capsys.readouterr().err


def test_the_import_of_a_library_is_silent_and_what_follows_is_not(capfd):
    with silent_stderr():
        os.write(2, b"chatter\n")
    os.write(2, b"said\n")
    assert capfd.readouterr().err == "said\n"
