import io

import numpy as np
import pytest
from PIL import Image

from app.exports.overlay import GREEN, RED, Outlined, outlined, overlay_png, volume_gif

SHAPE = (3, 40, 60)


def box(z: slice, y: slice, x: slice) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[z, y, x] = True
    return mask


HEAD = box(slice(0, 3), slice(10, 31), slice(10, 51))
REFERENCE = box(slice(1, 2), slice(15, 20), slice(15, 25)) | box(slice(2, 3), slice(15, 18), slice(15, 18))
PREDICTION = box(slice(1, 2), slice(15, 20), slice(35, 45))


@pytest.fixture
def volume() -> Outlined:
    image = np.where(HEAD, np.linspace(100, 200, HEAD.size).reshape(SHAPE), 0).astype(np.float32)
    return outlined(image, REFERENCE, PREDICTION)


def pixels(content: bytes, frame: int = 0) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        picture.seek(frame)
        return np.asarray(picture.convert("RGB"))


def columns_of(picture: np.ndarray, colour: tuple[int, int, int]) -> tuple[int, int]:
    found = np.flatnonzero((picture == colour).all(axis=2).any(axis=0))
    return int(found[0]), int(found[-1])


def test_grey_from_black_to_white(volume):
    assert volume.grey.dtype == np.uint8
    assert (volume.grey[:, 0, 0].tolist(), volume.grey.max()) == ([0, 0, 0], 255)


def test_the_picture_is_cropped_to_the_head_with_a_margin(volume):
    rows, columns = 21 + 2 * 6, 41 + 2 * 6
    assert 0 <= rows - volume.grey.shape[1] <= 2  # the darkest percent of the head is black
    assert volume.grey.shape[2] == columns
    assert volume.reference.sum() == REFERENCE.sum() and volume.prediction.sum() == PREDICTION.sum()


def test_the_fullest_slice_is_that_of_the_reference(volume):
    assert volume.fullest_slice == 1
    only_drawn = Outlined(volume.grey, np.zeros_like(volume.reference), volume.reference)
    assert only_drawn.fullest_slice == 1


def test_green_reference_outside_its_edge_and_red_prediction_inside(volume):
    picture = pixels(overlay_png(volume, "case"))
    scale, width = 10, volume.grey.shape[2]
    assert picture.shape == (volume.grey.shape[1] * scale + 64, 2 * width * scale + 8, 3)
    slice_alone = picture[: volume.grey.shape[1] * scale]
    left, right = width * scale + 8, (6 - 10)
    assert columns_of(slice_alone, GREEN) == (left + (15 + right) * scale - 1, left + (25 + right) * scale)
    assert columns_of(slice_alone, RED) == (left + (35 + right) * scale, left + (45 + right) * scale - 1)


def test_the_left_half_is_plain(volume):
    picture = pixels(overlay_png(volume, "case"))[: volume.grey.shape[1] * 10, : volume.grey.shape[2] * 10]
    assert (picture[..., 0] == picture[..., 1]).all() and (picture[..., 1] == picture[..., 2]).all()


def test_the_caption_stands_below(volume):
    below = pixels(overlay_png(volume, "case"))[volume.grey.shape[1] * 10 :]
    assert not np.array_equal(below, pixels(overlay_png(volume, "another"))[volume.grey.shape[1] * 10 :])
    assert (below == GREEN).all(axis=2).any() and (below == RED).all(axis=2).any()


def test_the_animation_has_the_slices_that_show_some_head(volume):
    volume.grey[0] = 0
    content = volume_gif(volume)
    with Image.open(io.BytesIO(content)) as animation:
        assert (animation.format, animation.n_frames, animation.info["loop"]) == ("GIF", 2, 0)
    scale, right = 7, 6 - 10
    assert columns_of(pixels(content), GREEN) == ((15 + right) * scale - 1, (25 + right) * scale)
    assert columns_of(pixels(content), RED) == ((35 + right) * scale, (45 + right) * scale - 1)
    assert not (pixels(content, 1) == RED).all(axis=2).any()


def test_an_edge_at_the_end_of_the_picture_is_no_outline():
    grey = np.full((1, 4, 4), 200, np.uint8)
    everywhere = Outlined(grey, np.ones(grey.shape, bool), np.ones(grey.shape, bool))
    picture = pixels(overlay_png(everywhere, "case"))[:480]
    assert not (picture == RED).all(axis=2).any() and not (picture == GREEN).all(axis=2).any()


def test_a_drawing_of_two_values():
    image = np.where(HEAD, 7, 3).astype(np.float32)
    assert np.unique(outlined(image, REFERENCE, PREDICTION).grey).tolist() == [0, 255]
