import numpy as np
import pytest
from scan_files import LPS, asymmetric, nifti, picture, scan

from app.errors import InputError, LimitError, StudyError, VoxelError
from app.imaging import LIMITS, REFERENCE, Limits, ScanFile, inspect, open_study, read_study
from app.imaging.parts import Part
from app.study import Sequence

CUBE = asymmetric(5, 4, 3)
FLAIR = scan("x_flair.nii.gz", CUBE)
T1 = scan("x_t1.nii.gz", CUBE + 1)
MASK = scan("x_seg.nii.gz", (CUBE % 3).astype(np.uint8))


def test_files_of_one_study() -> None:
    study = read_study([MASK, T1, FLAIR])

    assert (study.name, study.shape, study.spacing) == ("x", (3, 4, 5), (1, 1, 1))
    assert study.sequences == tuple(study.images) == (Sequence.FLAIR, Sequence.T1)
    assert (study.source.kind, study.source.shape) == ("volume", (5, 4, 3))
    np.testing.assert_array_equal(study.images[Sequence.T1], (CUBE + 1).transpose(2, 1, 0))
    assert study.reference is not None
    np.testing.assert_array_equal(study.reference, (CUBE % 3).transpose(2, 1, 0))
    assert not any(volume.flags.writeable for volume in (*study.images.values(), study.reference))


def test_inspect_tells_parts_without_reading_voxels() -> None:
    headers = [ScanFile(name, nifti(CUBE)[:360]) for name in ("x_flair.nii", "x_seg.nii")]

    size = "5 x 4 x 3 voxels of 1 x 1 x 1 mm"
    assert inspect(headers) == (
        Part("x_flair.nii", 0, "x_flair.nii", Sequence.FLAIR, size),
        Part("x_seg.nii", 0, "x_seg.nii", REFERENCE, size),
    )


@pytest.mark.parametrize("with_mask", [False, True])
def test_an_only_image_without_a_name_counts_as_flair(with_mask: bool) -> None:
    files = [scan("scan.nii", CUBE), *([MASK] if with_mask else [])]

    assert inspect(files)[0].role is Sequence.FLAIR
    study = read_study(files)
    assert study.sequences == (Sequence.FLAIR,)
    assert study.notes[0].startswith("scan.nii is taken for FLAIR, though nothing in it says so.")
    assert open_study(files).study.notes == study.notes  # type: ignore[union-attr]
    assert read_study(files, {("scan.nii", 0): Sequence.FLAIR}).notes == ()


def test_roles_can_be_corrected() -> None:
    study = read_study(
        [FLAIR, T1, MASK],
        {("x_flair.nii.gz", 0): Sequence.T2, ("x_seg.nii.gz", 0): None, ("of another study", 0): Sequence.T1},
    )

    assert study.sequences == (Sequence.T1, Sequence.T2)
    assert study.reference is None


def test_an_image_can_be_made_the_reference() -> None:
    file = scan("x_tumour.nii", (CUBE > 3).astype(np.uint8))

    study = read_study([FLAIR, file], {("x_tumour.nii", 0): REFERENCE})

    assert study.reference is not None
    assert study.reference.sum() == 56


def test_a_file_left_out_counts_for_nothing() -> None:
    other_grid = scan("y_t2.nii", CUBE[:4])

    study = read_study([FLAIR, other_grid], {("y_t2.nii", 0): None})

    assert (study.name, study.sequences) == ("x", (Sequence.FLAIR,))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "^No file was given"),
        (
            [FLAIR, scan("y_flair.nii", CUBE)],
            r"^x_flair\.nii\.gz and y_flair\.nii are both taken for FLAIR\. Leave one out",
        ),
        ([FLAIR, MASK, scan("y_mask.nii", CUBE)], r"^x_seg\.nii\.gz and y_mask\.nii are both taken for the reference"),
        ([MASK], r"^x_seg\.nii\.gz: there is no scan to it, only a mask\. Give the scan as well"),
        ([FLAIR, FLAIR], r"^Two files are called x_flair\.nii\.gz\. Rename one"),
        (
            [FLAIR, scan("scan.nii", CUBE)],
            r"^scan\.nii: its name does not say which sequence it is.*end the name in _flair",
        ),
        ([scan("a.nii", CUBE), scan("b.nii", CUBE)], r"^a\.nii: its name does not say"),
    ],
)
def test_files_that_make_no_study(files: list[ScanFile], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        read_study(files)


def test_nothing_left_in() -> None:
    with pytest.raises(StudyError, match=r"^No part of the files is used"):
        read_study([FLAIR], {("x_flair.nii.gz", 0): None})


def test_other_grids_are_brought_to_that_of_flair() -> None:
    """T1 has every second voxel along i, so between two of them lies their mean; the mask fits T1."""
    fine = np.arange(7 * 4 * 3, dtype=np.int16).reshape(7, 4, 3)
    coarse = LPS @ np.diag([2.0, 1.0, 1.0, 1.0])
    mask = (np.arange(4)[:, None, None] == 1).repeat(4, 1).repeat(3, 2).astype(np.uint8)

    study = read_study(
        [
            scan("x_flair.nii", fine),
            scan("x_t1.nii", fine[::2].astype(np.float32), coarse),
            scan("x_seg.nii", mask, coarse),
        ]
    )

    np.testing.assert_allclose(study.images[Sequence.T1], study.images[Sequence.FLAIR], atol=1e-4)
    assert study.reference is not None and study.reference.any(axis=(0, 1)).tolist().count(True) == 2
    assert study.source.shape == (7, 4, 3) and study.spacing == (1.0, 1.0, 1.0)
    assert [note.split(" was resampled")[0] for note in study.notes] == ["T1", "The reference mask"]


def test_parts_are_there_when_they_make_no_study() -> None:
    opened = open_study([FLAIR, scan("y_flair.nii", CUBE)])

    assert opened.study is None and "both taken for FLAIR" in str(opened.problem)
    assert [part.role for part in opened.parts] == [Sequence.FLAIR, Sequence.FLAIR]
    again = open_study([FLAIR, scan("y_flair.nii", CUBE)], {("y_flair.nii", 0): None})
    assert again.problem is None and again.study is not None and again.study.name == "x"


def test_what_nobody_knows_is_left_out_where_people_choose() -> None:
    opened = open_study([FLAIR, scan("scan.nii", CUBE)])

    assert opened.study is not None and opened.study.sequences == (Sequence.FLAIR,)
    assert opened.parts[1].role is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_voxels_that_are_not_numbers(value: float) -> None:
    data = CUBE.astype(np.float32)
    data[2, 1, 1] = value

    with pytest.raises(VoxelError, match=r"^x_t1\.nii holds voxels that are not numbers \(NaN\) or infinite"):
        read_study([FLAIR, scan("x_t1.nii", data)])


def test_values_beyond_float32_count_as_infinite() -> None:
    with pytest.raises(VoxelError, match="or infinite"):
        read_study([scan("a.nii", CUBE * 1e300)])


@pytest.mark.parametrize(
    "file", [scan("a.nii.gz", np.full((5, 4, 3), 7, np.int16)), picture("a.png", np.full((4, 5), 7, np.uint8))]
)
def test_a_constant_image(file: ScanFile) -> None:
    with pytest.raises(VoxelError, match=r"^a\..* holds the value 7 everywhere: there is no picture in it"):
        read_study([file])


def test_a_scan_without_tumour_has_an_empty_reference() -> None:
    study = read_study([FLAIR, scan("x_seg.nii", np.zeros((5, 4, 3), np.uint8))])

    assert study.reference is not None
    assert not study.reference.any()


def test_limits_hold_for_uploads() -> None:
    with pytest.raises(LimitError, match="The files have"):
        inspect([FLAIR, T1], limits=Limits(study_bytes=len(FLAIR.data)))
    assert read_study([FLAIR], limits=LIMITS).shape == (3, 4, 5)


def test_every_refusal_is_one_error_to_catch() -> None:
    for error in (LimitError, StudyError, VoxelError):
        assert issubclass(error, InputError)
