"""How a glioma spreads through a head, and the labels that describe it exactly.

A front travels through the tissue with a speed for each kind, and a region is what it reaches first: the travel-time
view of reaction-diffusion growth (E. Konukoglu et al., IEEE TMI 29 (2010) 77-95), in which tumour cells diffuse about
five times as fast in white matter as in grey (K. R. Swanson et al., Cell Prolif 33 (2000) 317-329).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.graph import MCP_Geometric

from app.simulate.anatomy import Grid, Head
from app.simulate.fields import Volume
from app.simulate.tumour import TumourPlan

NECROTIC, OEDEMA, ENHANCING = 1, 2, 4
"""The labels of BraTS: necrotic and non-enhancing core, oedema, enhancing tumour."""

GROWTH_SPACING = 2.0
"""Voxel edge in mm of the grid on which fronts travel."""

NEVER = 1e6
"""Arrival time where a front does not come."""


def inward_distance(mask: NDArray[np.bool_], spacing: float) -> Volume:
    """Distance in mm from each voxel of a mask to the nearest one outside it; 0 outside."""
    distance = np.zeros(mask.shape, dtype=np.float32)
    for box in ndimage.find_objects(mask.astype(np.uint8)):
        part = np.pad(mask[box], 1)
        distance[box] = ndimage.distance_transform_edt(part, sampling=spacing)[1:-1, 1:-1, 1:-1]
    return distance


def _smallest(time: Volume, allowed: NDArray[np.bool_], voxels: int) -> NDArray[np.bool_]:
    """The `voxels` allowed voxels of earliest arrival."""
    times = time[allowed]
    latest = np.partition(times, voxels)[voxels] if voxels < len(times) else NEVER / 2
    return allowed & (time <= latest)


def _spread(cost: Volume, seeds: NDArray[np.bool_], grid: Grid) -> Volume:
    """Geodesic arrival time of a front from the seeds, in arbitrary units; infinite cost bars its way.

    Computed every `GROWTH_SPACING` mm and interpolated between, at the edge of what is reached with its last value.
    """
    step = max(1, round(GROWTH_SPACING / grid.spacing))
    coarse_seeds = ndimage.maximum_filter(seeds, size=step)[::step, ::step, ::step]
    front = MCP_Geometric(cost[::step, ::step, ::step].astype(np.float64))
    time, _ = front.find_costs(np.argwhere(coarse_seeds))
    around = ndimage.minimum_filter(time, size=3)
    time = np.where(np.isfinite(time), time, np.minimum(around, NEVER)).astype(np.float32)
    where = np.meshgrid(*[np.arange(n, dtype=np.float32) / step for n in cost.shape], indexing="ij")
    return np.asarray(ndimage.map_coordinates(time, where, order=1, mode="nearest", output=np.float32))


def grow(rng: np.random.Generator, head: Head, grid: Grid, plan: TumourPlan) -> NDArray[np.uint8]:
    """Labels of one tumour, `(z, y, x)`: NECROTIC, OEDEMA, ENHANCING, and 0 elsewhere.

    The core grows through grey and white matter nearly alike, with a front that wanders; oedema runs on from it along
    white matter, slowly into grey matter and hardly through fluid, which is never labelled oedema. The rim is an uneven
    layer of about `rim_mm` under the core's surface and closes around all necrosis.
    """
    ml = 1000 / grid.spacing**3
    wander = np.exp(0.35 * grid.field(rng, max(3.0, 0.6 * plan.core_radius_mm)) + 0.15 * grid.field(rng, 2.5))
    seeds = np.zeros(grid.shape, dtype=bool)
    seeds[plan.centre] = True
    barrier = np.where(head.brain, 1 + 12 * head.fluid, np.inf)
    core_time = _spread(wander * barrier * (1 + 0.5 * head.grey), seeds, grid)
    core = _smallest(core_time, head.brain & (head.fluid < 0.6), round(plan.grown * plan.core_ml * ml))
    core = ndimage.binary_fill_holes(ndimage.binary_opening(core) | seeds) & head.brain

    cost = np.where(head.brain, 1 + 5 * head.grey + 40 * head.fluid, np.inf) * np.sqrt(wander)
    oedema_time = _spread(cost, core, grid)
    tissue = head.brain & ~core & (head.fluid < 0.4)
    oedema = _smallest(oedema_time * (1 + 0.8 * head.grey), tissue, round(plan.grown * plan.oedema_ml * ml))

    labels = np.zeros(grid.shape, dtype=np.uint8)
    labels[oedema] = OEDEMA
    labels[core] = ENHANCING if plan.rim_mm > 0 else NECROTIC
    if 0 < plan.rim_mm < np.inf:
        uneven = np.exp(0.45 * grid.field(rng, 4.0) + 0.2 * grid.field(rng, 2.0))
        thickness = np.maximum(plan.rim_mm * uneven, 1.8 * grid.spacing)
        labels[core & (inward_distance(core, grid.spacing) > thickness)] = NECROTIC
    return labels
