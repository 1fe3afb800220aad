"""Spheres and ellipsoids of known size, as `benchmarks/measurement_errors.py` lists them."""

import numpy as np
import pytest

from benchmarks.measurement_errors import SHAPES, errors, table


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.9, 0.9, 0.5)])
@pytest.mark.parametrize("radius", [3.0, 10.0, 15.0, 30.0])
def test_diameters_are_right_within_a_voxel(shape: str, spacing: tuple[float, float, float], radius: float) -> None:
    found = errors(shape, radius, spacing, tries=8)
    side = max(spacing)
    for line in (found.longest, found.perpendicular):
        assert np.abs(line).max() < 1.25 * side
        assert abs(line.mean()) < 0.6 * side
    assert abs(found.volume.mean()) < (0.05 if radius == 3 else 0.01)
    assert found.centroid.mean() < 0.1 * side


@pytest.mark.parametrize("radius", [15.0, 30.0])
def test_thick_slices_cost_no_more_than_what_lies_between_them(radius: float) -> None:
    found = errors("sphere", radius, (5.0, 1.0, 1.0), tries=8)
    missed = 2 * radius - 2 * np.sqrt(radius**2 - 2.5**2)  # where the nearest slice is half a slice from the equator
    for line in (found.longest, found.perpendicular):
        assert line.min() > -missed - 1 and line.max() < 1
    assert np.abs(found.volume).max() < 0.03
    assert found.centroid.mean() < 0.2


def test_the_table_has_a_row_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.measurement_errors.RADII", (3.0, 5.0))
    monkeypatch.setattr("benchmarks.measurement_errors.TRIES", 2)
    text = table().markdown()
    assert text.count("\n| sphere ") == 6 and text.count("\n| ellipsoid ") == 5  # 3 mm high between slices of 5 mm
