from pathlib import Path

import pytest

from app.cohort.volumes import cases, kind_of

FOLDER = Path("folder")
CASES = {
    "BraTS": (
        ["B_001_flair.nii.gz", "B_001_seg.nii.gz", "B_001_t1.nii.gz", "B_001_t1ce.nii.gz", "B_001_t2.nii.gz"],
        [("B_001", [0, 1, 2, 3, 4])],
        [],
    ),
    "named by sequence alone": (
        ["FLAIR.nii.gz", "T1.nii", "seg.nii", "adc.nii"],
        [("FLAIR", [0, 1, 2])],
        [3],
    ),
    "named by the converter": (["3_mprage_t1.nii", "5_ax_t2.nii"], [("3_mprage", [0, 1])], []),
    "numbers may be patients": (["p1_flair.nii", "p2_t1.nii"], [("p1", [0]), ("p2", [1])], []),
    "several cases side by side": (
        ["p1_flair.nii", "p1_t1.nii", "P1_T2.nii", "p2_flair.nii", "p2_mask.nii", "p3_mask.nii"],
        [("P1", [0, 1, 2]), ("p2", [3, 4])],
        [5],
    ),
    "no sequence is said": (["a.nii", "b.nrrd"], [("a", [0]), ("b", [1])], []),
    "a scan and its mask": (["image.nii.gz", "mask.nii.gz"], [("image", [0, 1])], []),
    "scans and masks of several": (
        ["p1.mha", "p1_seg.mha", "p2.mha", "p2_seg.mha"],
        [("p1", [0, 1]), ("p2", [2, 3])],
        [],
    ),
    "something more of a case": (["p1_flair.nii", "p2_flair.nii", "p1_adc.nii"], [("p1", [0]), ("p2", [1])], [2]),
    "a mask alone": (["p1_seg.nii"], [], [0]),
    "one sequence twice": (["x_t1.nii", "x_t1.nii.gz"], [("x", [0, 1])], []),
}


def dealt(names, **arguments):
    found, others = cases([FOLDER / name for name in names], **arguments)
    return (
        [(called, sorted(names.index(path.name) for path in files)) for called, files in found],
        [names.index(path.name) for path in others],
    )


@pytest.mark.parametrize("case", CASES)
def test_volumes_of_a_folder(case):
    names, found, others = CASES[case]
    assert dealt(names, is_root=False) == (found, others)


def test_the_folder_of_the_cohort_is_nobodys():
    names = ["3_mprage_t1.nii", "5_ax_t2.nii"]
    assert dealt(names, is_root=True) == ([("3_mprage", [0]), ("5_ax", [1])], [])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.nii", "NIfTI"),
        ("A.NII.GZ", "NIfTI"),
        ("a.nrrd", "NRRD"),
        ("a.mha", "MetaImage"),
        ("a.mgz", "MGH"),
        ("nii", None),
        ("a.gz", None),
        ("a.png", None),
    ],
)
def test_kind_of(name, kind):
    assert kind_of(Path(name)) == kind
