"""The lesions on screen: how small one may be, a table, and the way to the slice where one is widest."""

import math
from typing import Any

import streamlit as st

from app.decision.lesion_table import classes_text, columns_of, rows_of, total_text, unit_of
from app.decision.measurements import SMALLEST_ML, Diameter, Lesion, default_smallest, voxels_of
from app.decision.reading import Reading
from app.pages.going import send
from app.study import Study
from app.viewer import Mark

SMALLEST = "lesions-smallest"
"""Key of the field for the size, without its unit."""
LEAST_ML, LARGEST_ML = 0.01, 10.0
"""What may be entered there."""


def smallest_of(study: Study) -> int:
    """Voxels from which on a component is measured, as it was entered; to be asked before the study is read."""
    entered = _entered(study)
    return int(entered) if study.voxel_ml is None else voxels_of(float(entered), study.voxel_ml)


def enter(study: Study, voxels: int) -> None:
    """Have the field hold the size that `smallest_of` makes these voxels of; for where it is not drawn yet."""
    entered: float | int = voxels
    if study.voxel_ml is not None:
        entered = min(max(math.floor(round(voxels * study.voxel_ml * 100, 6)) / 100, LEAST_ML), LARGEST_ML)
    st.session_state[_field_key(study)] = entered


def draw(reading: Reading) -> None:
    """The inside of the popover. A lesion that is chosen sends the viewer to the slice where it is widest."""
    study = reading.study
    _field(study)
    st.markdown(total_text(reading))
    if reading.measurements.lesions:
        st.dataframe(
            _columns(reading),
            hide_index=True,
            key=_table(reading),
            on_select=lambda: _send(reading),
            selection_mode="single-row",
        )
        lesion = chosen(reading)
        st.caption("Choose a row to go there." if lesion is None else _details(lesion, study))
    if caveats := _caveats(study):
        st.caption(caveats)


def chosen(reading: Reading) -> Lesion | None:
    """The lesion that is chosen in the table."""
    state: dict[str, Any] = st.session_state.get(_table(reading), {})
    rows = state.get("selection", {}).get("rows", [])
    return reading.measurements.lesions[rows[0]] if rows else None


def marks_of(reading: Reading) -> list[Mark]:
    """The diameters of all lesions, those of the chosen one strong; they hold at the reading's threshold alone."""
    strong = chosen(reading)
    return [
        Mark(line.slice, line.start, line.end, f"{line.mm:.1f} mm", lesion.number, lesion is strong)
        for lesion in reading.measurements.lesions
        for line in (lesion.longest, lesion.perpendicular)
        if line is not None
    ]


def _field(study: Study) -> None:
    """How small a lesion may be."""
    key = _field_key(study)
    st.session_state[key] = _entered(study)
    if study.voxel_ml is None:
        entered: float = st.number_input(f"Smallest lesion, {unit_of(study)}", 1, 1_000_000, step=10, key=key)
    else:
        entered = st.number_input("Smallest lesion, ml", LEAST_ML, LARGEST_ML, step=0.05, format="%.2f", key=key)
    st.session_state[f"{key}-kept"] = entered


def _entered(study: Study) -> float | int:
    """What is in the field; while another page is open, Streamlit forgets it, and the copy knows."""
    key = _field_key(study)
    default = default_smallest(study) if study.voxel_ml is None else SMALLEST_ML
    entered: float | int = st.session_state.get(key, st.session_state.get(f"{key}-kept", default))
    return entered


def _field_key(study: Study) -> str:
    return f"{SMALLEST}-{unit_of(study)}"


def _table(reading: Reading) -> str:
    """Its key: what was chosen is forgotten with the lesions that it was chosen from."""
    made_of = reading.study.sha256[:12], reading.card.sha256[:12]
    return "-".join(("lesions", *made_of, f"{reading.threshold:.3f}", str(reading.measurements.smallest)))


def _columns(reading: Reading) -> dict[str, list[str]]:
    return {name: list(cells) for name, *cells in zip(columns_of(reading), *rows_of(reading), strict=True)}


def _send(reading: Reading) -> None:
    lesion = chosen(reading)
    if lesion is None:
        return
    longest = lesion.longest
    _, y, x = lesion.centroid
    index, point = (lesion.largest_slice, (y, x)) if longest is None else (longest.slice, _middle(longest))
    send(slice=index, point=point)


def _middle(line: Diameter) -> tuple[float, float]:
    return (line.start[0] + line.end[0]) / 2, (line.start[1] + line.end[1]) / 2


def _details(lesion: Lesion, study: Study) -> str:
    """Classes and bounding box, which the table has no room for."""
    sides = [past - first for first, past in zip(*lesion.box, strict=True)][::-1]
    box = " × ".join(map(str, sides)) + " voxels"
    if study.spacing is not None:
        box = " × ".join(f"{n * mm:.0f}" for n, mm in zip(sides, reversed(study.spacing), strict=True)) + " mm"
    classes = "" if lesion.classes is None else f" {classes_text(lesion, study)}."
    return f"Lesion {lesion.number}:{classes} Bounding box {box} (columns × rows × slices)."


def _caveats(study: Study) -> str:
    said = []
    if study.spacing is None:
        said.append("The files have no spacing: nothing is given in ml or mm.")
    else:
        said.append("Diameters are axial, the product as in RANO. Between its ends a line may leave the lesion.")
    if study.source.affine is None:
        said.append("The file does not say where left and right are.")
    else:
        said.append("A lesion crosses the middle of the head with 10 % or more of it on either side.")
    return " ".join(said)
