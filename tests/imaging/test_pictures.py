import numpy as np
import pytest
from scan_files import asymmetric, pages, picture

from app.errors import LimitError, StudyError
from app.imaging import LIMITS, REFERENCE, Limits, inspect, read_study, to_source
from app.imaging.pictures import open_pictures
from app.study import Sequence

SLICES = asymmetric(3, 4, 5).astype(np.uint8)
COLOUR = np.random.default_rng(5).integers(30, 220, (3, 4, 5, 3), np.uint8)
MASKS = (SLICES % 2 * 255).astype(np.uint8)


def test_one_picture_is_a_flair_of_one_slice() -> None:
    study = read_study([picture("scan.png", SLICES[1])])

    assert (study.name, study.sequences, study.shape, study.spacing) == ("scan", (Sequence.FLAIR,), (1, 4, 5), None)
    assert (study.source.kind, study.source.shape, study.source.affine) == ("picture", (4, 5), None)
    np.testing.assert_array_equal(study.images[Sequence.FLAIR][0], SLICES[1])
    np.testing.assert_array_equal(to_source(study.images[Sequence.FLAIR], study.source), SLICES[1])


def test_intensities_of_16_bit_are_kept() -> None:
    study = read_study([picture("a_t2.png", SLICES[0].astype(np.uint16) * 3000)])

    assert study.images[Sequence.T2].max() == 57_000
    assert not study.images[Sequence.T2].flags.writeable


def test_numbers_give_the_order_of_slices() -> None:
    """As text, 10 would come before 2."""
    files = [picture(f"TCGA_X_{n}.tif", SLICES[z]) for z, n in [(2, 10), (0, 1), (1, 2)]]

    study = read_study(files)
    (part,) = inspect(files)

    assert (study.name, study.source.kind, study.source.shape) == ("TCGA_X", "picture", (3, 4, 5))
    np.testing.assert_array_equal(study.images[Sequence.FLAIR], SLICES)
    assert (part.file, part.index, part.label) == ("TCGA_X_1.tif", 0, "TCGA_X_1.tif … TCGA_X_10.tif")


def test_masks_go_with_their_slices() -> None:
    masks = [picture(f"TCGA_X_{n}_mask.tif", MASKS[z]) for z, n in [(2, 10), (1, 2), (0, 1)]]
    files = [*masks, *(picture(f"TCGA_X_{n}.tif", COLOUR[z]) for z, n in [(1, 2), (2, 10), (0, 1)])]

    study = read_study(files)

    assert study.sequences == (Sequence.FLAIR, Sequence.T1, Sequence.T1CE)
    for plane, sequence in enumerate((Sequence.T1, Sequence.FLAIR, Sequence.T1CE)):
        np.testing.assert_array_equal(study.images[sequence], COLOUR[..., plane])
    assert study.reference is not None
    np.testing.assert_array_equal(study.reference, SLICES % 2)


def test_roles_of_a_stack_are_corrected_by_its_first_slice() -> None:
    files = [picture(f"x_{n}.tif", COLOUR[n]) for n in range(3)]

    study = read_study(files, {("x_0.tif", 0): Sequence.T2, ("x_0.tif", 2): None})

    assert study.sequences == (Sequence.FLAIR, Sequence.T2)
    np.testing.assert_array_equal(study.images[Sequence.T2], COLOUR[..., 0])


def test_stacks_of_two_sequences() -> None:
    files = [picture(f"head_{end}_{n}.png", SLICES[n] + add) for n in range(3) for end, add in (("t1", 0), ("t2", 9))]

    study = read_study(files)

    assert (study.name, study.sequences) == ("head", (Sequence.T1, Sequence.T2))
    np.testing.assert_array_equal(study.images[Sequence.T2], SLICES + 9)


def test_names_of_sequences_end_in_numbers_and_are_no_slices() -> None:
    study = read_study([picture("head_t1.png", SLICES[0]), picture("head_t2.png", SLICES[1])])

    assert (study.sequences, study.shape) == ((Sequence.T1, Sequence.T2), (1, 4, 5))


def test_a_tiff_of_several_pages_is_a_stack() -> None:
    study = read_study([pages("scan.tif", SLICES), pages("scan_mask.tif", MASKS)])

    assert (study.shape, study.source.shape) == ((3, 4, 5), (3, 4, 5))
    assert study.reference is not None
    np.testing.assert_array_equal(study.reference, SLICES % 2)


def test_a_grey_slice_among_colour_has_three_equal_planes() -> None:
    study = read_study([picture("x_0.png", SLICES[1]), *(picture(f"x_{n + 1}.png", COLOUR[n]) for n in range(3))])

    assert (study.sequences, study.shape) == ((Sequence.FLAIR, Sequence.T1, Sequence.T1CE), (4, 4, 5))
    np.testing.assert_array_equal(study.images[Sequence.T1CE][0], SLICES[1])


def test_slices_of_two_sizes() -> None:
    with pytest.raises(StudyError, match=r"^x_1\.png has 4 x 5 pixels and x_2\.png 4 x 3\. The slices of one scan are"):
        read_study([picture("x_1.png", SLICES[0]), picture("x_2.png", SLICES[1][:, :3])])


def test_slices_of_two_depths() -> None:
    with pytest.raises(StudyError, match=r"^x_1\.png and x_2\.png store .* different depth \(uint8 and uint16\)"):
        read_study([picture("x_1.png", SLICES[0]), picture("x_2.png", SLICES[1].astype(np.uint16))])


def test_a_slice_number_twice() -> None:
    with pytest.raises(StudyError, match=r"^x_1\.png and x_01\.png have one slice number\. Keep one of them"):
        read_study([picture("x_1.png", SLICES[0]), picture("x_01.png", SLICES[1])])


def test_pixels_of_all_pictures_are_limited_before_decoding() -> None:
    files = [picture(f"x_{n}.png", SLICES[n]) for n in range(3)]

    assert len(open_pictures(files, Limits(voxels=60))) == 1
    with pytest.raises(LimitError, match="The pictures hold 60 pixels together; at most 59 are read"):
        open_pictures(files, Limits(voxels=59))


def test_the_name_of_a_mask_makes_it_one() -> None:
    parts = inspect([picture("a.png", SLICES[0]), picture("a_mask.png", MASKS[0])])

    assert {part.file: part.role for part in parts} == {"a.png": Sequence.FLAIR, "a_mask.png": REFERENCE}
    assert Limits() == LIMITS
