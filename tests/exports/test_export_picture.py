import io

import numpy as np
import pytest
from PIL import Image

from app.exports.picture import mask_picture, probability_picture
from app.study import Probability, Sequence, Source, Study

LEVELS_OF_PICTURE = np.array([[[0, 59, 60], [61, 100, 200]]], np.uint8)
LEVELS_OF_STACK = np.array([[[0, 1, 2], [3, 4, 5]], [[90, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 200]]], np.uint8)


def pair_of(levels: np.ndarray, shape: tuple[int, ...]) -> tuple[Probability, Study]:
    study = Study("p", {Sequence.FLAIR: levels.astype(np.float32)}, Source("picture", shape))
    return Probability(levels, study.sha256, "c" * 64), study


def pages(content: bytes) -> list[np.ndarray]:
    image = Image.open(io.BytesIO(content))
    found = []
    for page in range(getattr(image, "n_frames", 1)):
        image.seek(page)
        assert image.mode == "L"
        found.append(np.array(image))
    return found


def test_the_mask_of_a_picture_has_its_rows_and_columns():
    content = mask_picture(*pair_of(LEVELS_OF_PICTURE, (2, 3)), 0.3)
    assert content.startswith(b"\x89PNG")
    assert pages(content)[0].tolist() == [[0, 0, 255], [255, 255, 255]]


def test_greys_of_the_probability():
    content = probability_picture(*pair_of(LEVELS_OF_PICTURE, (2, 3)))
    assert pages(content)[0].tolist() == [[0, 75, 76], [78, 128, 255]]


def test_every_level_can_be_had_back_from_its_grey():
    levels = np.arange(201, dtype=np.uint8).reshape(1, 3, 67)
    grey = pages(probability_picture(*pair_of(levels, (3, 67))))[0]
    np.testing.assert_array_equal(np.rint(grey * (200 / 255)), levels[0])


def test_a_stack_is_a_tiff_with_a_page_a_slice_in_file_order():
    probability, study = pair_of(LEVELS_OF_STACK, (3, 2, 3))
    mask = mask_picture(probability, study, 0.45)
    assert mask.startswith((b"II*\x00", b"MM\x00*"))
    assert [page.sum() for page in pages(mask)] == [0, 255, 255]
    assert pages(mask)[1][0, 0] == pages(mask)[2][1, 2] == 255
    assert pages(probability_picture(probability, study))[0].tolist() == [[0, 1, 3], [4, 5, 6]]


@pytest.mark.parametrize(("levels", "shape"), [(LEVELS_OF_PICTURE, (2, 3)), (LEVELS_OF_STACK, (3, 2, 3))])
def test_the_same_input_gives_the_same_bytes(levels, shape):
    pair = pair_of(levels, shape)
    assert mask_picture(*pair, 0.3) == mask_picture(*pair, 0.3)
    assert probability_picture(*pair) == probability_picture(*pair)
