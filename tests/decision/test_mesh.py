"""Surfaces of masks: where they lie, how much they hold, and that they are closed."""

from collections import Counter

import numpy as np
import pytest

from app.decision.mesh import Mesh, head_mesh, mask_mesh
from app.study import Sequence, Source, Study

SPACING = (3.0, 2.0, 1.0)


def ellipsoid(shape: tuple[int, int, int], centre: tuple[float, ...], radii: tuple[float, ...]) -> np.ndarray:
    offsets = [(axis - c) / r for axis, c, r in zip(np.indices(shape), centre, radii, strict=True)]
    return sum(offset**2 for offset in offsets) < 1


def enclosed(mesh: Mesh) -> float:
    """The volume inside, from the divergence theorem; negative when the triangles face inwards."""
    a, b, c = (mesh.points[mesh.triangles[:, n]].astype(float) for n in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def is_closed(mesh: Mesh) -> bool:
    """Whether every edge belongs to two triangles (or four, where two corners of a surface touch)."""
    edges = np.sort(mesh.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    return all(count % 2 == 0 for count in Counter(map(tuple, edges.tolist())).values())


def study(image: np.ndarray, spacing: tuple[float, float, float] | None = SPACING) -> Study:
    return Study("s", {Sequence.FLAIR: image.astype(np.float32)}, Source("volume", image.shape, np.eye(4)), spacing)


def test_a_box_of_voxels_lies_where_its_voxels_are() -> None:
    mask = np.zeros((9, 12, 20), bool)
    mask[2:5, 4:9, 10:17] = True
    mesh = mask_mesh(mask, SPACING, 1)
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    assert low == pytest.approx([9.5, 3.5 * 2, 1.5 * 3], abs=0.1)  # half a voxel outside the centres of the outermost
    assert high == pytest.approx([16.5, 8.5 * 2, 4.5 * 3], abs=0.1)
    assert is_closed(mesh)


def test_without_spacing_it_is_measured_in_voxels() -> None:
    mask = np.zeros((5, 6, 7), bool)
    mask[1:4, 1:4, 2:6] = True
    assert mask_mesh(mask, None, 1).points.max(axis=0) == pytest.approx([5.5, 3.5, 3.5], abs=0.1)


@pytest.mark.parametrize("coarseness", [1, 2, 3])
def test_it_holds_the_volume_of_its_voxels_at_every_coarseness(coarseness: int) -> None:
    mask = ellipsoid((20, 30, 50), (9, 14, 25), (8, 12, 22))
    mesh = mask_mesh(mask, SPACING, coarseness)
    assert abs(enclosed(mesh)) == pytest.approx(np.count_nonzero(mask) * 6, rel=0.04)
    assert is_closed(mesh)


def test_wider_blocks_give_fewer_triangles() -> None:
    mask = ellipsoid((40, 40, 40), (20, 20, 20), (16, 16, 16))
    fine, coarse = (len(mask_mesh(mask, None, coarseness).triangles) for coarseness in (1, 2))
    assert coarse < fine / 3


def test_a_mask_at_the_edge_of_the_volume_is_closed() -> None:
    assert is_closed(mask_mesh(np.ones((2, 3, 4), bool), None, 1))


def test_a_single_voxel_is_not_smoothed_away() -> None:
    mask = np.zeros((4, 5, 6), bool)
    mask[1, 2, 3] = True
    mesh = mask_mesh(mask, SPACING, 1)
    assert len(mesh.triangles) and mesh.points.mean(axis=0) == pytest.approx([3, 4, 3], abs=0.01)


def test_an_empty_mask_has_no_triangle() -> None:
    assert len(mask_mesh(np.zeros((4, 5, 6), bool), SPACING, 1).triangles) == 0


def test_a_head_is_one_surface_without_its_holes_and_islands() -> None:
    head = ellipsoid((30, 44, 80), (15, 20, 40), (11, 15, 30))
    image = 100.0 * head
    image[13:18, 15:24, 30:50] = 0  # fluid
    image[1:3, 40:43, 2:5] = 100  # something beside the head
    mesh = head_mesh(study(image))
    assert abs(enclosed(mesh)) == pytest.approx(np.count_nonzero(head) * 6, rel=0.06)
    assert mesh.points.min(axis=0) == pytest.approx([10, 5 * 2, 4 * 3], abs=3)
    assert mesh.points.max(axis=0) == pytest.approx([70, 35 * 2, 26 * 3], abs=3)
    assert is_closed(mesh)


@pytest.mark.parametrize(("size", "blocks"), [(40, 40), (48, 48), (49, 25), (120, 40)])
def test_a_head_is_drawn_in_at_most_48_blocks(size: int, blocks: int) -> None:
    image = ellipsoid((size, size, size), (size / 2,) * 3, (size * 0.4,) * 3) * 50.0
    surface = 4 * np.pi * (0.4 * blocks) ** 2
    assert len(head_mesh(study(image, (0.1, 0.1, 0.1))).triangles) == pytest.approx(3 * surface, rel=0.1)
