"""The tumour in 3-D: one surface for each class inside a faint head, as a Plotly figure."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.decision import palette
from app.decision.mesh import Mesh, mask_mesh
from app.study import Probability, Study

MOST_TRIANGLES = 35_000
"""Of the tumour's surfaces together; with the head they come to 60 thousand at most, and to about 1 MB."""
LARGEST_FINE = 2_000_000
"""Voxels of a tumour from which its surface is made of wider blocks at once: it would take seconds."""
OPACITY = {1: 1.0, 2: 0.35, 4: 0.55}
"""Of the surface of each class: what lies inside shows through what lies around it."""
HEAD_COLOUR, HEAD_OPACITY = "#93a0b4", 0.16
LETTER_COLOUR = "#5b8fd0"  # readable on black and on white
LETTERS = (("R", "L"), ("A", "P"), ("I", "S"))
"""The ends of x, y and z."""
LETTER_GAP = 0.06
"""How far outside a letter stands, in parts of the longest side."""
EYE = {"x": -0.8, "y": -1.1, "z": 0.45}
"""Where one looks from: the patient's front right, slightly above."""
LIGHT = {"ambient": 0.7, "diffuse": 0.6, "specular": 0.15, "roughness": 0.7, "fresnel": 0.05}


def solid_figure(study: Study, result: Probability, threshold: float, head: Mesh) -> go.Figure:
    """A figure of the mask at a threshold in [0, 1]: a surface for each class, or one where there are no classes.

    Axes are in mm, or in voxels without spacing. The legend gives the volume of each, in ml or in voxels. An empty mask
    gives the head alone and a sentence that says so.

    Args:
        study: what was segmented.
        result: its probability.
        threshold: a multiple of 0.005.
        head: as `mesh.head_mesh` made it.
    """
    figure = go.Figure()
    for (name, colour, opacity), mask, mesh in _tumour(study, result, threshold):
        label = f"{name}, {volume_text(int(np.count_nonzero(mask)), study)}"
        figure.add_trace(_trace(mesh, label, colour, opacity, legend=True))
    if not figure.data:
        sentence = f"No voxel reaches the threshold {threshold:.3f}."
        below = {"x": 0.5, "y": 0.02, "xref": "paper", "yref": "paper", "font_size": 15}
        figure.add_annotation(text=sentence, showarrow=False, **below)
    if len(head.triangles):
        figure.add_trace(_trace(head, "head", HEAD_COLOUR, HEAD_OPACITY, legend=False))
    if study.source.affine is not None:
        figure.add_trace(_letters([head.points, *(_points(trace) for trace in figure.data)]))
    return figure.update_layout(_layout())


def volume_text(voxels: int, study: Study) -> str:
    """ "12.3 ml", or "1,234 voxels" where the spacing is unknown."""
    return f"{voxels:,} voxels" if study.voxel_ml is None else f"{voxels * study.voxel_ml:.1f} ml"


def _tumour(
    study: Study, result: Probability, threshold: float
) -> list[tuple[tuple[str, str, float], NDArray[np.bool_], Mesh]]:
    """Look, mask and surface of each part that has a voxel, in blocks as narrow as `MOST_TRIANGLES` allows."""
    if result.classes is None:
        masks = [(("tumour", palette.TUMOUR, 1.0), result.mask(threshold))]
    else:
        labels = result.labels(threshold)
        masks = [((*look, OPACITY[label]), labels == label) for label, look in palette.CLASSES.items()]
    masks = [(look, mask) for look, mask in masks if mask.any()]
    filled = sum(int(np.count_nonzero(mask)) for _, mask in masks)
    coarseness = max(1, math.ceil((filled / LARGEST_FINE) ** (1 / 3)))
    while True:
        parts = [(look, mask, mask_mesh(mask, study.spacing, coarseness)) for look, mask in masks]
        triangles = sum(len(mesh.triangles) for _, _, mesh in parts)
        if triangles <= MOST_TRIANGLES:
            return parts
        coarseness = math.ceil(coarseness * math.sqrt(triangles / MOST_TRIANGLES))


def _trace(mesh: Mesh, name: str, colour: str, opacity: float, *, legend: bool) -> go.Mesh3d:
    kind = np.uint16 if len(mesh.points) <= np.iinfo(np.uint16).max else np.uint32  # the narrower, the less is sent
    return go.Mesh3d(
        **dict(zip("xyz", mesh.points.T, strict=True)),
        **dict(zip("ijk", mesh.triangles.astype(kind).T, strict=True)),
        name=name,
        color=colour,
        opacity=opacity,
        lighting=LIGHT,
        showlegend=legend,
        hoverinfo="name" if legend else "skip",
    )


def _letters(points: list[NDArray[np.float32]]) -> go.Scatter3d:
    """R, L, A, P, I and S around everything that is drawn."""
    everything = np.concatenate(points)
    low, high = everything.min(axis=0), everything.max(axis=0)
    ends = np.tile((low + high) / 2, (6, 1))
    gap = LETTER_GAP * float((high - low).max())
    for axis in range(3):
        ends[2 * axis, axis], ends[2 * axis + 1, axis] = low[axis] - gap, high[axis] + gap
    return go.Scatter3d(
        **dict(zip("xyz", ends.T, strict=True)),
        mode="text",
        text=[letter for pair in LETTERS for letter in pair],
        textfont={"size": 15, "color": LETTER_COLOUR},
        hoverinfo="skip",
        showlegend=False,
    )


def _points(trace: go.Mesh3d) -> NDArray[np.float32]:
    return np.stack([trace.x, trace.y, trace.z], axis=1)


def _layout() -> dict[str, Any]:
    hidden, clear = {"visible": False}, "rgba(0,0,0,0)"
    axes = dict.fromkeys(("xaxis", "yaxis", "zaxis"), hidden)
    return {
        "scene": {**axes, "aspectmode": "data", "bgcolor": clear, "camera": {"eye": EYE}},
        "paper_bgcolor": clear,
        "legend": {"x": 0, "y": 1, "bgcolor": clear, "itemsizing": "constant"},
        "margin": dict.fromkeys("lrtb", 0),
    }
