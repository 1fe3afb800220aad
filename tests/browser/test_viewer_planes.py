"""Three planes of one study: where they cross, which way they face, and what millimetres and numbers they tell."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from room import Room
from viewer_studies import AFFINE, STUDIES, classes_for, fullest_slice

from app.study import Sequence

APP = Path(__file__).with_name("viewer_app.py")
STUDY, LEVELS = STUDIES["right"]()
CLASS_NAMES = {1: "necrotic core", 2: "oedema", 4: "enhancing"}
MM = dict(zip("zyx", (2.5, 1.0, 1.1), strict=True))
AXES = {"axial": "yx", "coronal": "zx", "sagittal": "zy"}
"""What runs along rows and columns."""
Voxel = tuple[int, int, int]


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


@pytest.fixture
def room(page_once: Room) -> Room:
    page_once.open_study("right")
    return settle(page_once)


def settle(room: Room) -> Room:
    """Three planes through the tumour's middle, at the default threshold, sharp voxels, nothing zoomed."""
    room.wait_for_overlay(STUDY.sha256)
    for key in ("r", "d", "t", "s"):
        room.press(key)
    room.wait_for_state(f"{fullest_slice(LEVELS)}|0.300")
    room.page.mouse.click(*room.point("axial", *middle(room, "axial")))
    cross(room)
    return room


def middle(room: Room, plane: str) -> tuple[float, float]:
    """Of what is marked on screen, as shares of a pane."""
    box = room.tumour_on_screen(plane)
    assert box
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def in_view(room: Room, plane: str, across: float, down: float) -> tuple[str, str]:
    """What the probe says when the pointer is at these shares of a pane: position, and what is there."""
    room.page.mouse.move(*room.point(plane, across, down))
    place, there = room.text(".pane.axial .probe").split("\n")
    return place, there


def voxel_of(place: str) -> Voxel:
    """The voxel that a position in mm lies in, by the affine of the file."""
    found = re.fullmatch(r"([LR]) ([\d.]+)  ([PA]) ([\d.]+)  ([SI]) ([\d.]+) mm", place)
    assert found, place
    ras = [float(found[2 * n + 2]) * (1 if found[2 * n + 1] == side else -1) for n, side in enumerate("RAS")]
    x, y, z = np.rint((np.linalg.inv(AFFINE) @ (*ras, 1))[:3]).astype(int)
    return int(z), int(y), int(x)


def written(voxel: Voxel) -> str:
    """Its position, as Python has it from the affine of the file."""
    ras = (AFFINE @ (*voxel[::-1], 1))[:3]
    signs = zip(("LR", "PA", "IS"), ras, strict=True)
    return "  ".join(f"{sides[int(mm > 0)]} {abs(mm):.1f}" for sides, mm in signs) + " mm"


def crosshair(room: Room, plane: str) -> tuple[float, float]:
    """Where its lines lie, as shares of a pane: they run through the black margin beside the head."""
    across, down = room.canvas(plane).evaluate(
        """canvas => {
            const { width, height } = canvas;
            const context = canvas.getContext("2d");
            const blue = strip => {
                const found = [];
                for (let i = 0; i < strip.length; i += 4) if (strip[i + 2] > strip[i] + 15) found.push(i / 4);
                return (found.at(0) + found.at(-1) + 1) / 2;
            };
            return [blue(context.getImageData(0, 2, width, 1).data) / width,
                    blue(context.getImageData(2, 0, 1, height).data) / height];
        }"""
    )
    return across, down


def marked_mm(plane: str, at: Voxel) -> tuple[int, int, float, float]:
    """Middle row and column of what is marked in one slice of an orientation, and its height and width in mm."""
    z, y, x = at
    cut = {"axial": LEVELS[z], "coronal": LEVELS[:, y], "sagittal": LEVELS[:, :, x]}[plane]
    sizes = []
    for axis, name in enumerate(AXES[plane]):
        hit = np.flatnonzero((cut >= 60).any(axis=1 - axis))
        sizes.append((int(hit[0] + hit[-1]) // 2, (hit[-1] - hit[0] + 1) * MM[name]))
    (row, high), (column, wide) = sizes
    return row, column, high, wide


def cross(room: Room) -> Voxel:
    """Where the planes cross: the probe tells it while the pointer is elsewhere."""
    room.page.mouse.move(*room.point("axial", 0.5, -0.05))
    return voxel_of(room.text(".pane.axial .probe").split("\n")[0])


def test_planes_cross_in_the_middle_of_the_tumours_largest_slice(page_once: Room) -> None:
    page_once.wait_for_overlay(STUDY.sha256)
    inside = LEVELS[fullest_slice(LEVELS)] >= 60
    rows, columns = np.nonzero(inside)
    expected = (fullest_slice(LEVELS), round(rows.mean()), round(columns.mean()))
    assert cross(page_once) == expected
    for plane in AXES:
        assert voxel_of(in_view(page_once, plane, *crosshair(page_once, plane))[0]) == expected


@pytest.mark.parametrize(
    ("plane", "across", "down"), [("axial", 0.3, 0.4), ("coronal", 0.4, 0.6), ("sagittal", 0.6, 0.3)]
)
def test_a_click_takes_all_three_planes_there(room: Room, plane: str, across: float, down: float) -> None:
    before = cross(room)
    clicked = voxel_of(in_view(room, plane, across, down)[0])
    room.page.mouse.click(*room.point(plane, across, down))
    assert clicked != before
    for other in AXES:
        assert voxel_of(in_view(room, other, *crosshair(room, other))[0]) == clicked
    room.wait_for_state(f"{clicked[0]}|0.300")


def test_the_wheel_moves_the_plane_under_it_and_the_others_follow(room: Room) -> None:
    z, y, x = cross(room)
    for plane, expected in (("coronal", (z, y + 1, x)), ("sagittal", (z, y + 1, x + 1))):
        picture = room.fingerprint(plane)
        room.pane(plane).hover(position={"x": 20, "y": 20})
        room.page.mouse.wheel(0, -120)
        room.wait_for_pixels(picture, plane)
        assert cross(room) == expected


def test_letters_say_which_way_each_plane_faces_and_follow_the_convention(room: Room) -> None:
    def letters(plane: str) -> str:
        return "".join(room.text(f".pane.{plane} .side.{side}") for side in ("left", "right", "top", "bottom"))

    def half(plane: str) -> str:
        return "left" if middle(room, plane)[0] < 0.5 else "right"

    assert [letters(plane) for plane in AXES] == ["RLAP", "RLSI", "APSI"]
    assert [half("axial"), half("coronal")] == ["left", "left"]  # the tumour is on the patient's right
    picture = room.fingerprint()
    room.press("x")
    room.wait_for_pixels(picture)
    assert [letters(plane) for plane in AXES] == ["LRAP", "LRSI", "APSI"]
    assert [half("axial"), half("coronal")] == ["right", "right"]


@pytest.mark.parametrize("density", [1, 2])
def test_millimetres_are_as_long_as_the_bar_says_both_ways_and_at_any_zoom(
    serve: Callable[[Path], str], open_room: Callable[..., Room], page_once: Room, density: int
) -> None:
    room = settle(page_once if density == 1 else open_room(serve(APP), density))
    at = cross(room)
    for plane in AXES:
        fitted = pixels_a_mm(room, plane, density, at)
        picture = room.fingerprint(plane)
        room.page.mouse.move(*room.point(plane, *middle(room, plane)))
        room.page.keyboard.down("Control")
        room.page.mouse.wheel(0, -150)
        room.page.keyboard.up("Control")
        room.wait_for_pixels(picture, plane)
        assert pixels_a_mm(room, plane, density, at) > 1.2 * fitted


def pixels_a_mm(room: Room, plane: str, density: int, at: Voxel) -> float:
    """CSS pixels, as the scale bar has them; compared with the size of what is marked, both ways."""
    width, height = room.canvas(plane).evaluate("canvas => [canvas.width, canvas.height]")
    shown = room.pane(plane).bounding_box()
    assert shown
    assert (width, height) == (round(shown["width"] * density), round(shown["height"] * density))
    *_, high, wide = marked_mm(plane, at)
    box = room.tumour_on_screen(plane)
    assert box
    left, top, right, bottom = box
    bar = room.pane(plane).locator(".scale")
    told = float(bar.evaluate("bar => bar.style.width")[:-2]) / int(bar.inner_text().removesuffix(" mm"))
    assert (right - left) * shown["width"] / wide == pytest.approx(told, rel=0.05)
    assert (bottom - top) * shown["height"] / high == pytest.approx(told, rel=0.05)
    return told


@pytest.mark.parametrize("plane", AXES)
def test_the_overlay_lies_where_the_levels_are(room: Room, plane: str) -> None:
    z, y, x = cross(room)
    row, column, *_ = marked_mm(plane, (z, y, x))
    found = voxel_of(in_view(room, plane, *middle(room, plane))[0])
    expected = {"axial": (z, row, column), "coronal": (row, y, column), "sagittal": (row, column, x)}[plane]
    assert np.abs(np.subtract(found, expected)).max() <= 1


def test_the_probe_tells_position_intensity_probability_and_class(room: Room) -> None:
    classes, flair = classes_for(LEVELS), STUDY.images[Sequence.FLAIR]
    head = flair[flair > flair.min() + 0.05 * (np.percentile(flair, 99.9) - flair.min())]
    low, high = np.percentile(head, (1, 99.5))
    named = set()
    box = room.tumour_on_screen()
    assert box
    left, top, right, bottom = box
    for across in np.linspace(left - 0.02, right, 9):
        for plane, down in (("axial", (top + bottom) / 2), ("axial", 0.7 * top + 0.3 * bottom), ("coronal", 0.45)):
            place, there = in_view(room, plane, float(across), down)
            voxel = voxel_of(place)
            assert place == written(voxel)
            intensity, probability, *kind = there.split("  ·  ")
            if low <= flair[voxel] <= high:
                half_a_step, rounding = (high - low) / 223 / 2, 0.05  # four digits are written
                assert float(intensity) == pytest.approx(float(flair[voxel]), abs=half_a_step + rounding)
            assert probability == f"p {LEVELS[voxel] / 200:.3f}"
            assert kind == ([CLASS_NAMES[int(classes[voxel])]] if LEVELS[voxel] >= 60 else [])
            named |= {*kind}
    assert named == set(CLASS_NAMES.values())


def test_without_a_voxel_size_there_is_one_plane_and_no_mm(room: Room) -> None:
    room.open_study("picture")
    room.wait_for_overlay(STUDIES["picture"]()[0].sha256)
    assert [room.pane(plane).is_visible() for plane in AXES] == [True, False, False]
    assert room.text(".pane.axial .scale") == ""
    place, there = in_view(room, "axial", 0.5, 0.5)
    assert re.fullmatch(r"column \d+, row \d+", place)
    assert "mm" not in room.root.inner_text()
    assert "p 0." in there
