import io

import numpy as np
import pytest
from PIL import Image

from app.exports.animation import FRAME_MS, animated_gif, greys


def test_frames_come_back_in_their_colours_and_order() -> None:
    colours = [*greys(3), (255, 0, 10)]
    frames = [np.array([[0, 1, 2], [3, 0, 1]], np.uint8), np.array([[3, 3, 3], [2, 2, 1]], np.uint8)]
    with Image.open(io.BytesIO(animated_gif(frames, colours))) as opened:
        assert (opened.format, opened.n_frames, opened.info["loop"]) == ("GIF", 2, 0)
        assert opened.info["duration"] == FRAME_MS
        for number, frame in enumerate(frames):
            opened.seek(number)
            np.testing.assert_array_equal(np.asarray(opened.convert("RGB")), np.array(colours)[frame])


def test_greys_run_from_black_to_white() -> None:
    assert greys(3) == [(0, 0, 0), (127, 127, 127), (255, 255, 255)]


def test_an_animation_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        animated_gif([], greys(2))
