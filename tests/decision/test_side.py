"""The middle of the head, where the head is not that of the volume, or leans."""

import numpy as np

from app.decision.side import Middle
from app.evaluation.components import find_components
from tests.decision.readings import SHAPE, head, study_of


def side(middle: Middle, *box: slice, shape: tuple[int, int, int] = SHAPE) -> str:
    mask = np.zeros(shape, bool)
    mask[box] = True
    return middle.side(find_components(mask).kept[0])


def test_it_is_half_way_between_the_ends_of_the_head() -> None:
    image = np.zeros(SHAPE, np.float32)
    image[:, 1:7, 1:12] = 100
    assert Middle(study_of(image=image)).column(slice(0, 4)) == 6
    assert Middle(study_of(image=head())).column(slice(1, 2)) == 9.5


def test_a_voxel_in_the_middle_is_on_both_sides() -> None:
    image = np.zeros(SHAPE, np.float32)
    image[:, 1:7, 1:12] = 100
    assert side(Middle(study_of(image=image)), slice(0, 1), slice(2, 3), slice(6, 7)) == "crossing"


def test_specks_beside_the_head_do_not_move_it() -> None:
    image = head()
    image[:, 3, 19] = 100
    assert Middle(study_of(image=image)).column(slice(0, 4)) == 9.5


def test_a_head_that_leans_is_followed_slice_by_slice() -> None:
    image = np.zeros((5, 8, 20), np.float32)
    for index in range(5):
        image[index, 1:7, index + 1 : index + 12] = 100
    middle = Middle(study_of(image=image))
    assert [middle.column(slice(k, k + 1)) for k in range(5)] == [6, 7, 8, 9, 10]
    assert middle.column(slice(1, 4)) == 8
    lower, upper = ((slice(k, k + 1), slice(2, 5), slice(8, 10)) for k in (0, 4))
    assert side(middle, *lower, shape=(5, 8, 20)) == "left"
    assert side(middle, *upper, shape=(5, 8, 20)) == "right"


def test_slices_without_a_head_have_the_middle_of_the_volume() -> None:
    image = head()
    image[3] = 0
    middle = Middle(study_of(image=image))
    assert middle.column(slice(3, 4)) == 9.5
    image[:3, :, :9] = 0
    middle = Middle(study_of(image=image))
    assert (middle.column(slice(0, 3)), middle.column(slice(2, 4)), middle.column(slice(3, 4))) == (13, 13, 9.5)
