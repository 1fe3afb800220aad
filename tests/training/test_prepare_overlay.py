import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.training.planes import Planes
from app.training.prepare_overlay import COLOURS, overlay


def picture_of(planes, row=0, size=96):
    uri = overlay(planes, row, size)
    kind, content = uri.split(",")
    assert kind == "data:image/jpeg;base64"
    return np.asarray(Image.open(BytesIO(base64.b64decode(content))).convert("RGB")).astype(int)


def planes_of(present=(True, False, False, False)):
    """A dim head of 100 x 60 in a corner with a bright band, further down in each channel; in row 1 a tumour."""
    images = np.zeros((2, 240, 240, sum(present)), np.uint8)
    images[:, 20:120, 30:90] = 80
    for channel in range(sum(present)):
        images[:, 30 + 20 * channel : 40 + 20 * channel, 30:90, channel] = 200
    targets = np.zeros((2, 240, 240), np.uint8)
    targets[1, 90:120, 30:60] = 2
    return Planes(images, targets, np.array(present), np.array([3, 4]), None)


def span(found):
    """First and last row, first and last column."""
    return [int(end(axis)) for axis in np.nonzero(found) for end in (np.min, np.max)]


def test_the_head_fills_the_picture():
    """The square around it is 111 pixels wide, from row 14 and column 4."""
    grey = picture_of(planes_of())
    assert grey.shape == (96, 96, 3)
    assert np.ptp(grey, axis=-1).max() <= 8
    expected = [(20 - 14) * 96 / 111, (119 - 14) * 96 / 111, (30 - 4) * 96 / 111, (89 - 4) * 96 / 111]
    assert span(grey[..., 0] > 50) == pytest.approx(expected, abs=1.5)


def test_the_tumour_is_drawn_where_it_is():
    change = picture_of(planes_of(), row=1) - picture_of(planes_of(), row=0)
    expected = [(90 - 14) * 96 / 111, (119 - 14) * 96 / 111, (30 - 4) * 96 / 111, (59 - 4) * 96 / 111]
    assert span(np.abs(change).max(axis=-1) > 30) == pytest.approx(expected, abs=1.5)
    red, green, blue = change[78, 35]
    assert green > 10 > red
    assert blue > 10


@pytest.mark.parametrize(
    ("present", "shown"),
    [((True, True, True, True), 0), ((False, True, True, True), 1), ((False, True, False, True), 0)],
)
def test_flair_is_shown_before_t1ce_before_the_first(present, shown):
    grey = picture_of(planes_of(present))[:, 48, 0]
    bands = [grey[round((35 + 20 * channel - 14) * 96 / 111)] for channel in range(sum(present))]
    assert int(np.argmax(bands)) == shown
    assert sum(band > 200 for band in bands) == 1


def test_every_target_has_a_colour():
    assert set(COLOURS) == {1, 2, 3, 4}
