"""Surfaces as STL, opened by trimesh."""

import io

import numpy as np
import pytest
import trimesh
from made_readings import CARD, reading_of, study

from app.decision.reading import Reading, read
from app.errors import InputError
from app.exports import stl
from app.exports.stl import tumour_stl
from app.imaging import to_lps_mm
from app.imaging.orientation import canonical_shape, canonical_spacing
from app.study import Probability, Sequence, Source, Study


def opened(data: bytes) -> trimesh.Trimesh:
    return trimesh.load(io.BytesIO(data), file_type="stl")


def ellipsoid(shape: tuple[int, ...], centre: tuple[float, ...], radii: tuple[float, ...]) -> np.ndarray:
    return sum(((axis - c) / r) ** 2 for axis, c, r in zip(np.indices(shape), centre, radii, strict=True)) < 1


def of_mask(mask: np.ndarray, affine: np.ndarray, shape: tuple[int, int, int]) -> Reading:
    """`mask` is canonical, `shape` and `affine` are those of its file."""
    source = Source("volume", shape, affine)
    assert canonical_shape(source) == mask.shape
    scanned = Study("s", {Sequence.T1: mask.astype(np.float32)}, source, canonical_spacing(affine))
    result = Probability(mask * np.uint8(200), scanned.sha256, CARD.sha256)
    return read(scanned, result, CARD, None, smallest=1)


def test_a_box_lies_where_the_file_puts_its_voxels() -> None:
    mesh = opened(tumour_stl(reading_of(study())))
    # From AFFINE: left = 1.5 x - 10, back = y - 20, head = 2 z - 30; half a voxel outside the outermost centres.
    assert mesh.bounds[0] == pytest.approx([1.5 * 11.5 - 10, 5.5 - 20, 2 * 1.5 - 30], abs=0.1)
    assert mesh.bounds[1] == pytest.approx([1.5 * 17.5 - 10, 16.5 - 20, 2 * 5.5 - 30], abs=0.1)


AFFINES = {
    "axial": np.diag([-2.0, -1, 3, 1]),
    "file in RAS": np.diag([2.0, 1, 3, 1]),
    "sagittal": np.array([[0, 0, 3.0, 5], [-1, 0, 0, 6], [0, -2, 0, 7], [0, 0, 0, 1]]),
    "oblique": np.array([[1.9, -0.3, 0.2, 1], [0.3, 0.95, 0.1, 2], [-0.2, -0.1, 3, 3], [0, 0, 0, 1]]),
}


@pytest.mark.parametrize("name", AFFINES)
def test_a_known_shape_is_closed_faces_outwards_and_holds_its_volume(name: str) -> None:
    affine = AFFINES[name]
    shape = {"sagittal": (40, 30, 24)}.get(name, (30, 40, 24))
    canonical = canonical_shape(Source("volume", shape, affine))
    centre = tuple(n / 2 - 0.3 for n in canonical)
    mask = ellipsoid(canonical, centre, tuple(0.38 * n for n in canonical))
    reading = of_mask(mask, affine, shape)
    mesh = opened(tumour_stl(reading))
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.body_count == 1
    assert mesh.volume == pytest.approx(mask.sum() * abs(np.linalg.det(affine)), rel=0.03)  # negative if inside out
    to_mm = to_lps_mm(reading.study.source)
    assert to_mm is not None
    assert mesh.centroid == pytest.approx(to_mm @ [*centre, 1], abs=0.2)


def test_normals_are_those_of_the_triangles() -> None:
    data = tumour_stl(reading_of(study()))
    triangles = np.frombuffer(data[84:], stl._TRIANGLE)
    a, b, c = (triangles["corners"][:, n].astype(float) for n in range(3))
    across = np.cross(b - a, c - a)
    lengths = np.linalg.norm(across, axis=1)
    facing = np.einsum("ij,ij->i", across, triangles["normal"])
    np.testing.assert_allclose(facing[lengths > 1e-3] / lengths[lengths > 1e-3], 1, atol=1e-2)


def test_ragged_masks_are_closed_too() -> None:
    for seed in range(6):
        mask = np.random.default_rng(seed).random((7, 8, 9)) < 0.1 * (seed + 1)
        mesh = opened(tumour_stl(of_mask(mask, np.diag([-1.0, -1, 2, 1]), (9, 8, 7))))
        assert mesh.is_watertight, seed


def test_the_header_says_what_the_coordinates_are() -> None:
    data = tumour_stl(reading_of(study()))
    assert data[:80].startswith(b"Gliolens tumour; mm; SPACE=LPS; Research and demonstration only.")
    assert not data.startswith(b"solid")
    assert len(data) == 84 + 50 * int.from_bytes(data[80:84], "little")


def test_a_surface_too_large_is_made_of_wider_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = reading_of(study())
    fine = len(opened(tumour_stl(reading)).faces)
    monkeypatch.setattr(stl, "MOST_TRIANGLES", fine - 1)
    assert 0 < len(opened(tumour_stl(reading)).faces) < fine


def test_an_empty_mask_has_no_surface_and_says_so() -> None:
    with pytest.raises(InputError, match=r"^No voxel reaches the threshold 1\.000, so there is no surface\."):
        tumour_stl(reading_of(study(), threshold=1))


def test_without_spacing_there_are_no_millimetres() -> None:
    with pytest.raises(ValueError, match="needs the spacing"):
        tumour_stl(reading_of(study(spacing=None)))
