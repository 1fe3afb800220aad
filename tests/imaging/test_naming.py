import pytest

from app.imaging.naming import REFERENCE, Role, parse, presentable, study_name
from app.study import Sequence

FLAIR, T1, T1CE, T2 = Sequence


@pytest.mark.parametrize(
    ("file", "role", "case"),
    [
        ("Brats17_2013_10_1_flair.nii.gz", FLAIR, "Brats17_2013_10_1"),
        ("Brats18_TCIA01_131_1_t1.nii.gz", T1, "Brats18_TCIA01_131_1"),
        ("BraTS19_CBICA_AAB_1_t1ce.nii", T1CE, "BraTS19_CBICA_AAB_1"),
        ("BraTS20_Training_001_t2.nii.gz", T2, "BraTS20_Training_001"),
        ("BraTS2021_00495_seg.nii.gz", REFERENCE, "BraTS2021_00495"),
        ("BraTS-GLI-00005-000-t2f.nii.gz", FLAIR, "BraTS-GLI-00005-000"),
        ("BraTS-GLI-00005-000-t1n.nii.gz", T1, "BraTS-GLI-00005-000"),
        ("BraTS-GLI-00005-000-t1c.nii.gz", T1CE, "BraTS-GLI-00005-000"),
        ("BraTS-GLI-00005-000-t2w.nii.gz", T2, "BraTS-GLI-00005-000"),
        ("BraTS-GLI-00005-000-seg.nii.gz", REFERENCE, "BraTS-GLI-00005-000"),
        ("UPENN-GBM-00001_11_T1GD.nii.gz", T1CE, "UPENN-GBM-00001_11"),
        ("sub-01_ses-2_T1w.nii.gz", T1, "sub-01_ses-2"),
        ("sub-01_ce-gadolinium_T1w.nii.gz", T1CE, "sub-01"),
        ("sub-01_T2w.nii", T2, "sub-01"),
        ("case_t1_gd.nii", T1CE, "case"),
        ("case-T1-post.nii", T1CE, "case"),
        ("case t1 post contrast.png", T1CE, "case"),
        ("case_T1+C.png", T1CE, "case"),
        ("case.T1-weighted.png", T1, "case"),
        ("case_t1_pre.jpg", T1, "case"),
        ("case_t2_weighted.jpeg", T2, "case"),
        ("case_t2_flair.tiff", FLAIR, "case"),
        ("case_T2-TIRM.tif", FLAIR, "case"),
        ("TCGA_X_1_mask.tif", REFERENCE, "TCGA_X_1"),
        ("case_segmentation.nii", REFERENCE, "case"),
        ("case_labels.nii", REFERENCE, "case"),
        ("case-ground-truth.png", REFERENCE, "case"),
        ("flair.nii.gz", FLAIR, ""),
        ("case_t1ce_brain.nii.gz", T1CE, "case_brain"),
        ("slice_flair_12.png", FLAIR, "slice_12"),
        ("TCGA_X_1.tif", None, "TCGA_X_1"),
        ("T1D_study.nii", None, "T1D_study"),
        ("unmasked_t12.nii", None, "unmasked_t12"),
        ("inflairment.png", None, "inflairment"),
    ],
)
def test_names(file: str, role: Role | None, case: str) -> None:
    name = parse(file)

    assert (name.role, name.case) == (role, case)


@pytest.mark.parametrize(
    ("file", "role"),
    [
        ("pat_t2_004_flair.nii.gz", FLAIR),
        ("T1-T2-study_007_t1ce.nii", T1CE),
        ("seg_cohort_12_t1.nii", T1),
        ("case_flair_seg.nii.gz", REFERENCE),
        ("flair_t1_mask.png", REFERENCE),
    ],
)
def test_what_is_nearest_the_end_counts(file: str, role: Role) -> None:
    assert parse(file).role == role


@pytest.mark.parametrize(
    ("file", "series", "number"),
    [
        ("TCGA_DU_7301_19911112_10.tif", "TCGA_DU_7301_19911112", 10),
        ("TCGA_DU_7301_19911112_10_mask.tif", "TCGA_DU_7301_19911112", 10),
        ("slice007.png", "slice", 7),
        ("head_flair_3.png", "head", 3),
        ("scan (12).jpg", "scan", 12),
        ("12.png", "", 12),
        ("case_t1.png", "case", None),
    ],
)
def test_slices(file: str, series: str, number: int | None) -> None:
    name = parse(file)

    assert (name.series, name.slice) == (series, number)


def test_upper_and_lower_case_are_alike() -> None:
    assert [parse(file).role for file in ("A_FLAIR.NII.GZ", "A_Flair.Nii", "a_T1Ce.PNG")] == [FLAIR, FLAIR, T1CE]
    assert parse("A_FLAIR.NII.GZ").case == "A"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (["BraTS20_Training_001_flair.nii.gz", "BraTS20_Training_001_seg.nii.gz"], "BraTS20_Training_001"),
        (["pat1_flair.nii", "pat1_t1_registered.nii"], "pat1"),
        (["flair.nii.gz"], "flair"),
        (["flair.nii.gz", "t1.nii.gz"], "study"),
        (["scan.png"], "scan"),
        (["../../etc/passwd"], "passwd"),
        (["C:\\scans\\anna.nii"], "anna"),
        (['a<b>:"c|d?_flair.nii'], "a_b___c_d"),
        (["..nii"], "study"),
        (["a" * 79 + " b.nii"], "a" * 79),
    ],
)
def test_study_names(files: list[str], name: str) -> None:
    names = [parse(file) for file in files]

    assert study_name([(each.case, each.stem) for each in names]) == name


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("p_flair.nii.gz", "p_flair.nii.gz"),
        ("a\nb\0c\u202ed\u200b.nii", "a_b_c_d_.nii"),
        ("\ud800\N{BRAIN}.nii", "_\N{BRAIN}.nii"),
        ("x" * 255, "x" * 255),
        ("a" * 200 + "b" * 200, "a" * 126 + "…" + "b" * 126),
    ],
)
def test_names_that_can_be_shown(file: str, shown: str) -> None:
    assert presentable(file) == shown
    assert presentable(shown) == shown
