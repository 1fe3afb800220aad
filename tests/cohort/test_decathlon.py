from pathlib import Path

from app.cohort.decathlon import masks_apart

TASK = Path("Task01")


def test_masks_belong_to_the_scans_of_their_names():
    scans = [TASK / "imagesTr" / "b1.nii.gz", TASK / "imagesTr" / "b2.nii.gz"]
    masks = [TASK / "labelsTr" / "b2.nii.gz", TASK / "labelsTr" / "b3.nii.gz"]
    tests = [TASK / "imagesTs" / "b4.nii.gz"]
    folders = {TASK / "imagesTr": scans, TASK / "imagesTs": tests, TASK / "labelsTr": masks}
    left, mask_of = masks_apart(folders)
    assert left == {TASK / "imagesTr": scans, TASK / "imagesTs": tests}
    assert mask_of == {scans[1]: masks[0]}


def test_other_folders_stay_as_they_are():
    folders = {TASK / "labels": [TASK / "labels" / "a.nii"], TASK / "scans": [TASK / "scans" / "a.nii"]}
    assert masks_apart(folders) == (folders, {})
