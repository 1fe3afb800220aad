"""A small scan for the tests of commands that segment, and its reference."""

import gzip
import json

import nibabel as nib
import numpy as np

from app.__main__ import main

AFFINE = np.diag([-1.0, -2.0, 3.0, 1.0])  # 6 mm³ a voxel
SCAN = np.zeros((2, 3, 4), np.float32)
SCAN[1, 2, :] = [50, 60, 150, 200]  # found at 0.25: four voxels; at 0.5: two
SCAN[0, 0, 0] = 49
REFERENCE = np.zeros((2, 3, 4), np.uint8)
REFERENCE[1, 2, 1:] = [1, 2, 4]
REFERENCE[0, 0, :3] = 2  # six voxels: three found at 0.25, two at 0.5


def nifti(path, voxels, affine=AFFINE):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(nib.Nifti1Image(voxels, affine).to_bytes()))
    return path


def segment_json(capsys, *arguments):
    """Run with --json and return what was printed, which must be one line and nothing on standard error."""
    status = main(["segment", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert (status, out.count("\n"), err) == (0, 1, "")
    return json.loads(out)
