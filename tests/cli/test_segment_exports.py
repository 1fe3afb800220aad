"""`python -m app segment --export`: what is written, what is left out, and that both are told."""

import json

import numpy as np
import pytest
from segment_files import SCAN, nifti, segment_json

from app.__main__ import main
from app.decision.reading import read
from app.exports.formats import ALWAYS, FORMATS
from app.imaging import read_files, read_study


@pytest.mark.usefixtures("network")
def test_every_export_is_byte_for_byte_that_of_the_page(scan, seg, folder, capsys):
    from app.model.segmenter import Segmenter

    keys = ("png", "gif", "csv", "curve-csv", "json", "stl")
    result = segment_json(capsys, scan, "--reference", seg, "--out", folder, "--export", ",".join(keys))

    study = read_study(read_files([scan, seg]))
    card = Segmenter().card
    reading = read(study, Segmenter().segment(study, classes=True), card, None)
    made = {FORMATS[key].file_name(study): FORMATS[key].make(reading) for key in ("mask", "probability", *keys)}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made
    assert (result["files"], result["left_out"]) == (list(made), {})


@pytest.mark.usefixtures("network")
def test_what_a_study_cannot_have_is_left_out_and_told(scan, folder, capsys):
    assert main(["segment", str(scan), "--out", str(folder), "--export", "dicom-seg, JSON ,mask", "--json"]) == 2
    out, err = capsys.readouterr()
    assert err == "gliolens: dicom-seg was not written. The scan did not come as DICOM files.\n"
    assert json.loads(out)["left_out"] == {"dicom-seg": "The scan did not come as DICOM files."}
    assert json.loads(out)["files"] == ["p1_mask.nii.gz", "p1_probability.nii.gz", "p1_numbers.json"]


@pytest.mark.usefixtures("network")
def test_what_has_nothing_to_be_made_of_is_left_out_and_told(scan, folder, capsys):
    arguments = ("--threshold", "1", "--export", "stl,csv")
    nifti(scan, np.minimum(SCAN, 199))
    assert main(["segment", str(scan), "--out", str(folder), *arguments]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("gliolens: stl was not written. No voxel reaches the threshold 1.000")
    assert str(folder / "p1_lesions.csv") in out and not (folder / "p1_tumour.stl").exists()


@pytest.mark.parametrize("text", ["", "pdf", "gif,,stl", "gif;stl", "../gif"])
def test_an_export_that_is_none_is_refused(text, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["segment", "a.nii", "--out", "o", f"--export={text}"])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert "is no export: give some of mask, probability, dicom-seg, png, gif, csv, curve-csv, json, stl" in err
    assert err.count("\n") == 1


def test_the_help_names_every_export(capsys):
    with pytest.raises(SystemExit):
        main(["segment", "--help"])
    words = " ".join(capsys.readouterr().out.replace("-\n", "-").split()).replace("- ", "-")
    listed = words.partition("any of ")[2].partition(".")[0]
    assert listed.split(", ") == [key for key in FORMATS if key not in ALWAYS]
