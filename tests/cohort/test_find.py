import numpy as np
import pytest
from dicom_files import dataset, packed
from PIL import Image

from app.cohort.find import find
from app.errors import InputError, LimitError

PIXELS = np.arange(6, dtype=np.uint16).reshape(2, 3)


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")


def dicom(root, name, **attributes):
    put(root, name)
    (root / name).write_bytes(packed(dataset(PIXELS, **attributes)))


def told(root, said=None):
    """Name to kind and files."""
    return {
        each.name: (each.kind, [path.relative_to(root).as_posix() for path in each.paths])
        for each in find(root, ([] if said is None else said).append)
    }


def test_cases_wherever_they_lie(tmp_path):
    put(tmp_path, "LGG/p1/p1_flair.nii.gz", "LGG/p1/p1_seg.nii.gz", "HGG/p1/p1_t1.nii.gz", "flat/a_t1.mha")
    put(tmp_path, "flat/b_t1.mha", "top_flair.nrrd", "notes.txt")
    assert told(tmp_path) == {
        "HGG--p1": ("NIfTI", ["HGG/p1/p1_t1.nii.gz"]),
        "LGG--p1": ("NIfTI", ["LGG/p1/p1_flair.nii.gz", "LGG/p1/p1_seg.nii.gz"]),
        "flat--a": ("MetaImage", ["flat/a_t1.mha"]),
        "flat--b": ("MetaImage", ["flat/b_t1.mha"]),
        "top": ("NRRD", ["top_flair.nrrd"]),
    }


def test_dicom_by_examination_wherever_its_files_lie(tmp_path):
    dicom(tmp_path, "p1/series1/IM1", StudyInstanceUID="1.2")
    dicom(tmp_path, "p1/series2/IM1.dcm", StudyInstanceUID="1.2")
    dicom(tmp_path, "both/IM1", StudyInstanceUID="1.3")
    dicom(tmp_path, "both/IM2", StudyInstanceUID="1.4")
    dicom(tmp_path, "both/IM3", StudyInstanceUID="1.4")
    found = told(tmp_path)
    assert found.pop("p1") == ("DICOM", ["p1/series1/IM1", "p1/series2/IM1.dcm"])
    assert found.pop("both--IM1") == ("DICOM", ["both/IM1"])
    assert found == {"both": ("DICOM", ["both/IM2", "both/IM3"])}


def test_a_damaged_file_is_of_the_only_examination_of_its_folder(tmp_path):
    dicom(tmp_path, "p1/IM1", StudyInstanceUID="1.2")
    dicom(tmp_path, "p1/IM2")
    (tmp_path / "p1" / "IM2").write_bytes((tmp_path / "p1" / "IM2").read_bytes()[:200])
    dicom(tmp_path, "p2/IM1", StudyInstanceUID=None)
    assert told(tmp_path) == {"p1": ("DICOM", ["p1/IM1", "p1/IM2"]), "p2--IM1": ("DICOM", ["p2/IM1"])}


def test_stacks_of_pictures(tmp_path):
    put(
        tmp_path,
        *(f"p1/TCGA_{n}{mask}.tif" for n in (1, 2, 10) for mask in ("", "_mask")),
        "two/a_1.png",
        "two/b_1.png",
    )
    assert told(tmp_path) == {
        "p1": ("pictures", [f"p1/TCGA_{end}.tif" for end in ("1", "10", "10_mask", "1_mask", "2", "2_mask")]),
        "two--a": ("pictures", ["two/a_1.png"]),
        "two--b": ("pictures", ["two/b_1.png"]),
    }


def test_pictures_beside_scans_are_of_no_study(tmp_path):
    put(tmp_path, "p1/p1_flair.nii", "p1/quality.png", "disc/DICOMDIR", "disc/viewer/icon.png", "masks/a_mask.png")
    dicom(tmp_path, "p2/IM1", StudyInstanceUID="1.2")
    put(tmp_path, "p2/key.jpg")
    assert list(told(tmp_path)) == ["p1", "p2--IM1"]


def test_masks_of_the_decathlon(tmp_path):
    put(tmp_path, "imagesTr/b1.nii.gz", "imagesTr/b2.nii.gz", "labelsTr/b1.nii.gz", "labelsTr/b2.nii.gz")
    found = told(tmp_path)
    assert found["imagesTr--b2"] == ("NIfTI", ["imagesTr/b2.nii.gz", "labelsTr/b2.nii.gz"])
    assert list(found) == ["imagesTr--b1", "imagesTr--b2"]


def test_what_was_left_out_is_told(tmp_path):
    put(tmp_path, "p1/p1_flair.nii", "p1/p1_adc.nii", "p2_seg.nii")
    said = []
    told(tmp_path, said)
    assert said == ["Volumes that no study takes in were left out, masks and those of which nothing says what: 2."]


def test_a_dicom_file_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    put(tmp_path, "IM1", "p1_flair.nii")
    monkeypatch.setattr("app.cohort.find.study_uid", lambda path: (_ for _ in ()).throw(PermissionError(13, "Denied")))
    said = []
    assert list(told(tmp_path, said)) == ["p1"]
    assert said == [f"{tmp_path / 'IM1'} cannot be read and was left out: Denied."]


def test_the_folder_itself_may_be_a_case(tmp_path, monkeypatch):
    put(tmp_path, "p1/p1_flair.nii", "p1/p1_t1.nii")
    monkeypatch.chdir(tmp_path)
    (found,) = find(tmp_path / "p1" / ".." / "p1")
    assert found.name == "p1" and len(found.paths) == 2
    assert all(path.is_absolute() and ".." not in path.parts for path in found.paths)


def test_folders_without_a_study(tmp_path):
    put(tmp_path, "notes.txt")
    with pytest.raises(InputError, match="holds no study"):
        find(tmp_path)
    with pytest.raises(InputError, match="There is no folder"):
        find(tmp_path / "missing")
    with pytest.raises(InputError, match="There is no folder"):
        find(tmp_path / "notes.txt")


def test_too_many_files(tmp_path):
    Image.new("L", (2, 2)).save(tmp_path / "a.png")
    put(tmp_path, "b.txt")
    with pytest.raises(LimitError):
        find(tmp_path, most=1)
