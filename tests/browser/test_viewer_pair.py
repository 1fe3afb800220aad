"""Two viewers of one group on a page: each follows the other in what both can show."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hands import PAINTED_SAME, START, STUDY, window, zoom_in
from room import Room
from viewer_studies import STUDIES

APP = Path(__file__).with_name("viewer_app.py")


@pytest.fixture
def open_pair(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Callable[[str], tuple[Room, Room]]:
    """The study "right", and beside it another or the same as another checkpoint sees it."""

    def opened(other: str) -> tuple[Room, Room]:
        left = open_room(f"{serve(APP)}?study=right&pair={other}")
        right = left.neighbour()
        left.wait_for_overlay(STUDY.sha256)
        right.wait_for_overlay(STUDIES[other]()[0].sha256)
        return left, right

    return opened


def test_two_checkpoints_on_one_study_show_the_same_place_and_look(
    open_pair: Callable[[str], tuple[Room, Room]],
) -> None:
    left, right = open_pair("right")
    left.press("ArrowDown")
    right.press("]")
    for room in (left, right):
        room.wait_for_state(f"{START - 1}|0.305")
    assert left.readout()["scan"]["voxels"] > right.readout()["scan"]["voxels"] > 0  # each its own levels

    right.press("2")
    left.wait("r.querySelector('.caption').textContent.startsWith('T1  ·')")
    left.press("i")
    right.wait("r.matches('.inverted')")
    before = right.fingerprint()
    zoom_in(left, (0.4, 0.4))
    right.wait_for_pixels(before)
    for key in ("o", "g"):
        right.press(key)
    left.wait("r.dataset.overlay === '' && r.querySelector('.legend').textContent === ''")
    left.wait(PAINTED_SAME, right.fingerprint())
    left.page.mouse.down(button="right")
    left.page.mouse.move(*left.point("axial", 0.6, 0.5))
    left.page.mouse.up(button="right")
    right.wait("r.querySelector('.preset').value === 'hand'")
    assert window(left) == window(right)


def test_two_studies_share_slice_and_threshold_and_keep_their_own_windows(
    open_pair: Callable[[str], tuple[Room, Room]],
) -> None:
    left, right = open_pair("left")
    right_window = window(right)
    right.press("ArrowUp")
    left.press("]")
    for room in (left, right):
        room.wait("r.dataset.state.endsWith('|0.305')")
    assert left.attribute("state") == right.attribute("state")
    left.page.mouse.move(*left.point("axial", 0.5, 0.5))
    left.page.mouse.down(button="right")
    left.page.mouse.move(*left.point("axial", 0.6, 0.5))
    left.page.mouse.up(button="right")
    left.wait("r.querySelector('.preset').value === 'hand'")
    left.press("x")
    right.wait("r.querySelector('.side.left').textContent === 'L'")
    assert window(right) == right_window


def test_a_sequence_that_the_other_lacks_is_not_followed(open_pair: Callable[[str], tuple[Room, Room]]) -> None:
    left, right = open_pair("bare")
    left.press("3")
    left.wait("r.querySelector('.caption').textContent.startsWith('T1ce  ·')")
    left.press("]")
    right.wait("r.dataset.state.endsWith('|0.305')")
    assert right.text(".caption").startswith("FLAIR  ·")


def test_python_hears_of_both(open_pair: Callable[[str], tuple[Room, Room]]) -> None:
    left, _ = open_pair("left")
    left.press("Home")
    for name in ("right", "left"):
        view = {"study": STUDIES[name]()[0].sha256, "slice": 0, "threshold": 0.3, "sequence": "FLAIR"}
        left.page.get_by_text(repr(view)).wait_for()
