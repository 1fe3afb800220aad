"""`python -m app cohort` with the network, killed in the middle and begun again."""

import csv
import io
import subprocess
import sys
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from app.__main__ import main
from app.imaging import read_files, read_study

SAMPLE = Path(__file__).parents[2] / "sample_scans" / "glioma"


@pytest.fixture
def scans(tmp_path):
    """Three slabs of a simulated head, one with its reference, and a file that is cut off."""
    folder = tmp_path / "scans"
    for number, first in enumerate((60, 70, 80), 1):
        for part in ("flair", "t1ce", "seg")[: 3 if number == 1 else 2]:
            volume = nib.load(SAMPLE / f"glioma_{part}.nii.gz").slicer[..., first : first + 6]
            path = folder / f"p{number}" / f"p{number}_{part}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            volume.to_filename(path)
    whole = (folder / "p1" / "p1_flair.nii.gz").read_bytes()
    (folder / "cut_flair.nii.gz").write_bytes(whole[: len(whole) // 2])
    return folder


def content(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
def test_killed_and_begun_again_it_is_as_if_nothing_had_happened(scans, tmp_path, capfd):
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    command = subprocess.Popen(
        [sys.executable, "-m", "app", "cohort", scans, "--out", killed, "--workers", "1"],
        cwd=SAMPLE.parents[1],
        stderr=subprocess.DEVNULL,
    )
    while not (first := [*killed.glob("studies/*/result.json")]):
        assert command.poll() is None
        time.sleep(0.02)
    command.kill()
    command.wait()
    times = {path: path.stat().st_mtime_ns for path in first}
    assert main(["cohort", str(scans), "--out", str(killed), "--workers", "1"]) == 3
    assert {path: path.stat().st_mtime_ns for path in first} == times
    assert main(["cohort", str(scans), "--out", str(undisturbed), "--workers", "2"]) == 3
    assert content(killed) == content(undisturbed)
    assert "cut_flair.nii.gz" in capfd.readouterr().err

    rows = {row["study"]: row for row in csv.DictReader(io.StringIO((killed / "cohort.csv").read_text(), newline=""))}
    assert {name: row["status"] for name, row in rows.items()} == dict.fromkeys(("p1", "p2", "p3"), "done") | {
        "cut": "problem"
    }
    study = read_study(read_files([scans / "p1"]))
    mask = nib.load(killed / "studies" / "p1" / "p1_mask.nii.gz").get_fdata()
    assert int(rows["p1"]["tumour_voxels"]) == mask.sum() > 0
    assert rows["p1"]["sequences"] == "FLAIR+T1ce" and float(rows["p1"]["dice"]) > 0.5
    assert float(rows["p1"]["reference_ml"]) == np.round((study.reference > 0).sum() * study.voxel_ml, 6)
