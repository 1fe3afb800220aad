"""The command with the shipped network, on a sample: what it writes is what the page exports."""

import json
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np

from app.exports import export_mask, export_probability
from app.imaging import read_files, read_study
from app.model.segmenter import Segmenter

ROOT = Path(__file__).parents[2]
CASE = next(path for path in sorted((ROOT / "sample_scans").iterdir()) if len(list(path.glob("*_t1ce.nii.gz"))) == 1)


def test_a_study_is_segmented_scored_and_written_on_its_own_grid(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "segment", str(CASE), "--out", str(tmp_path), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    line = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    study, segmenter = read_study(read_files([CASE])), Segmenter()
    result = segmenter.segment(study)
    for name, data in (export_mask(result, study, line["threshold"]), export_probability(result, study)):
        assert (tmp_path / name).read_bytes() == data
    source = nib.load(next(CASE.glob("*_flair.nii.gz")))
    mask = nib.load(next(tmp_path.glob("*_mask.nii.gz")))
    reference = np.asarray(nib.load(next(CASE.glob("*_seg.nii.gz"))).dataobj) > 0
    found = np.asarray(mask.dataobj) > 0
    assert mask.shape == source.shape and np.array_equal(mask.affine, source.affine)
    assert line["recall"] == (found & reference).sum() / reference.sum()
    assert line["precision"] == (found & reference).sum() / found.sum()
    assert line["checkpoint"] == segmenter.card.sha256 and line["threshold"] == segmenter.card.threshold
    assert abs(line["tumour_ml"] - found.sum() / 1000) < 1e-9
