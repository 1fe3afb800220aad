"""What the tests of hands share: the study they move in, and what the page says about where they are."""

import re

import numpy as np
from room import Room
from viewer_studies import STUDIES, fullest_slice

from app.imaging import to_lps_mm

STUDY, LEVELS = STUDIES["right"]()
SLICES = len(LEVELS)
START = fullest_slice(LEVELS)
PAINTED_SAME = "r.querySelector('.stage canvas').toDataURL() === a"
"""Condition: the axial picture has this fingerprint."""
IS_ON = "(control => control.checked ?? control.ariaPressed === 'true')(r.querySelector(a[0])) === a[1]"
"""Condition: a button or box (its selector) is pressed or ticked, or is not (true or false)."""
SIGNS = {"L": 1, "R": -1, "P": 1, "A": -1, "S": 1, "I": -1}


def start(room: Room) -> Room:
    """The fullest slice of the study "right" at the default threshold, in the look of the first moment."""
    room.wait("r.dataset.study !== ''")
    if room.attribute("study") != STUDY.sha256:
        room.open_study("right")
        room.wait("r.dataset.study === a", STUDY.sha256)
    room.restore(START)
    room.wait_for_overlay(STUDY.sha256)
    return room


def probed(room: Room) -> tuple[int, int, int]:
    """The voxel (z, y, x) whose millimetres the page writes: under the pointer, or else where the planes cross."""
    found = re.findall(r"([LRPASI]) ([\d.]+)", room.text(".probe").splitlines()[0])
    millimetres = [SIGNS[direction] * float(number) for direction, number in found]
    to_mm = to_lps_mm(STUDY.source)
    assert to_mm is not None
    voxel = np.linalg.solve(to_mm[:, :3], millimetres - to_mm[:, 3])
    assert np.abs(voxel - voxel.round()).max() < 0.2
    z, y, x = (int(index) for index in voxel.round())
    return z, y, x


def window(room: Room) -> tuple[float, float]:
    """Width and level, as the page writes them."""
    found = re.search(r"W (\S+)  L (\S+)$", room.text(".caption"))
    assert found
    return float(found[1]), float(found[2])


def paints(room: Room) -> int:
    return int(room.attribute("paints"))


def hover(room: Room, plane: str, at: tuple[float, float]) -> None:
    """Put the pointer on shares of a pane, and wait until the page reads what is under it."""
    before = paints(room)
    room.page.mouse.move(*room.point(plane, *at))
    room.wait("Number(r.dataset.paints) > a", before)


def leave(room: Room) -> None:
    """Take the pointer off the picture that it is on: from then on the page reads where the planes cross."""
    before = paints(room)
    room.page.mouse.move(1, 1)
    room.wait("Number(r.dataset.paints) > a", before)


def zoom_in(room: Room, at: tuple[float, float], plane: str = "axial") -> None:
    """By a factor of exp(240 / 300) to shares of a pane."""
    room.stage.focus()
    room.page.mouse.move(*room.point(plane, *at))
    room.page.keyboard.down("Control")
    room.page.mouse.wheel(0, -240)
    room.page.keyboard.up("Control")
