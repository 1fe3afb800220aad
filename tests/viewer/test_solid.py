"""The figure in 3-D, on tiny volumes."""

import numpy as np
import pytest

from app.decision.mesh import head_mesh
from app.study import Probability, Sequence, Source, Study
from app.viewer import solid

SHAPE = (12, 14, 18)
IMAGE = np.zeros(SHAPE, np.float32)
IMAGE[1:11, 2:12, 2:16] = 100
LEVELS = np.zeros(SHAPE, np.uint8)
LEVELS[4:8, 4:9, 4:9] = 100  # 100 voxels, on the patient's right
LEVELS[4:8, 4:9, 4:6] = 160  # of them 40
CLASSES = np.full(SHAPE, 2, np.uint8)
CLASSES[:, :, :5] = 4  # 20 of the 100, 20 of the 40
CLASSES[:, :, 5:6] = 1  # 20 of the 100, 20 of the 40


def study(spacing: tuple[float, float, float] | None = (2.0, 1.0, 1.0), *, oriented: bool = True) -> Study:
    source = Source("volume", SHAPE[::-1], np.eye(4)) if oriented else Source("picture", SHAPE)
    return Study("s", {Sequence.FLAIR: IMAGE}, source, spacing)


def figure(scanned: Study, threshold: float, classes: np.ndarray | None = CLASSES):
    result = Probability(LEVELS, scanned.sha256, "c", classes)
    return solid.solid_figure(scanned, result, threshold, head_mesh(scanned))


def names(drawn) -> list[str]:
    return [trace.name for trace in drawn.data if trace.type == "mesh3d"]


def test_every_class_is_a_surface_of_its_own_colour_and_volume() -> None:
    drawn = figure(study(), 0.5)
    assert names(drawn) == ["necrotic core, 0.0 ml", "oedema, 0.1 ml", "enhancing, 0.0 ml", "head"]
    assert [trace.showlegend for trace in drawn.data[:4]] == [True, True, True, False]
    core, oedema, enhancing = drawn.data[:3]
    assert enhancing.x.max() < core.x.max() < oedema.x.max()
    assert {core.color, oedema.color, enhancing.color} == {"#7b2ff7", "#5a9dff", "#ffd23f"}
    assert oedema.z.max() == pytest.approx(7.5 * 2, abs=0.2)  # z is in mm too


def test_a_class_that_the_threshold_leaves_nothing_of_is_not_drawn() -> None:
    assert names(figure(study(), 0.8)) == ["necrotic core, 0.0 ml", "enhancing, 0.0 ml", "head"]


def test_without_classes_the_tumour_is_one_surface_and_without_spacing_counted_in_voxels() -> None:
    assert names(figure(study(None), 0.5, None)) == ["tumour, 100 voxels", "head"]
    assert names(figure(study(None), 0.8, None)) == ["tumour, 40 voxels", "head"]


def test_an_empty_mask_leaves_the_head_and_says_so() -> None:
    drawn = figure(study(), 0.9)
    assert names(drawn) == ["head"]
    assert [note.text for note in drawn.layout.annotations] == ["No voxel reaches the threshold 0.900."]
    assert not figure(study(), 0.8).layout.annotations


def test_letters_stand_outside_at_their_ends() -> None:
    drawn = figure(study(), 0.5)
    letters = drawn.data[-1]
    place = {letter: np.array(at) for letter, *at in zip(letters.text, letters.x, letters.y, letters.z, strict=True)}
    head = drawn.data[-2]
    assert place["R"][0] < head.x.min() and place["L"][0] > head.x.max()
    assert place["A"][1] < head.y.min() and place["P"][1] > head.y.max()
    assert place["I"][2] < head.z.min() and place["S"][2] > head.z.max()
    assert place["R"][1:] == pytest.approx(place["L"][1:])


def test_a_picture_has_no_letters() -> None:
    assert {trace.type for trace in figure(study(oriented=False), 0.5).data} == {"mesh3d"}


def test_one_looks_from_the_front_right_above_with_true_proportions_and_no_background() -> None:
    layout = figure(study(), 0.5).layout
    eye = layout.scene.camera.eye
    assert eye.x < 0 and eye.y < eye.x and 0 < eye.z < 1
    assert layout.scene.aspectmode == "data" and not layout.scene.xaxis.visible
    assert layout.paper_bgcolor == layout.scene.bgcolor == "rgba(0,0,0,0)"


def test_a_large_surface_is_made_coarser_until_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    def triangles() -> int:
        return sum(len(trace.i) for trace in figure(study(), 0.5).data[:3])

    before = triangles()
    monkeypatch.setattr(solid, "MOST_TRIANGLES", before - 1)
    assert 0 < triangles() < before


def test_the_worst_mask_stays_small_enough_to_send() -> None:
    shape = (60, 70, 80)
    noise = np.random.default_rng(1).integers(0, 2, shape, dtype=np.uint8)
    image = np.pad(np.full((50, 60, 70), 9.0, np.float32), 5)
    scanned = Study("n", {Sequence.T1: image}, Source("volume", shape[::-1], np.eye(4)), (1.0, 1.0, 1.0))
    result = Probability(noise * 200, scanned.sha256, "c", np.where(noise, np.uint8(4), np.uint8(1)))
    drawn = solid.solid_figure(scanned, result, 0.5, head_mesh(scanned))
    assert sum(len(trace.i) for trace in drawn.data if trace.type == "mesh3d") <= 60_000
    assert len(drawn.to_json()) < 3_000_000
