"""The lesions of a report: one row each, or the sentence that there is none."""

from app.decision.lesion_table import columns_of, rows_of, size_text, total_text, unit_of
from app.decision.measurements import Lesion
from app.decision.palette import CLASSES
from app.decision.reading import Reading
from app.exports.report_parts import Block, Table
from app.exports.report_text import counted
from app.study import Study

MOST_ROWS = 8
"""Lesions that have a row; of more, the largest."""
TITLE = "Lesions"


def lesions_part(reading: Reading) -> Table | Block:
    """The table of the largest lesions with what all of them add up to; a block that says so where there is none."""
    study, lesions = reading.study, reading.measurements.lesions
    if not lesions:
        return Block(TITLE, total_text(reading))
    columns = columns_of(reading)
    classes = tuple(CLASSES) if all(lesion.classes is not None for lesion in lesions) else ()
    header = (*columns, *(f"{CLASSES[label][0].capitalize()}, {unit_of(study)}" for label in classes))
    listed = zip(rows_of(reading)[:MOST_ROWS], lesions, strict=False)
    rows = tuple((*row, *_by_class((lesion,), study, classes)) for row, lesion in listed)
    first = ("All", size_text(reading.measurements.voxels, study), "100.0 %")
    total = (*first, *("",) * (len(columns) - len(first)), *_by_class(lesions, study, classes))
    return Table(TITLE, header, rows, total, _below(reading))


def smallest_text(reading: Reading) -> str:
    """ "0.10 ml": from which size on a component is measured."""
    return f"{size_text(reading.measurements.smallest, reading.study)} {unit_of(reading.study)}"


def _by_class(lesions: tuple[Lesion, ...], study: Study, classes: tuple[int, ...]) -> tuple[str, ...]:
    counts = (sum((lesion.classes or {}).get(label, 0) for lesion in lesions) for label in classes)
    return tuple(size_text(count, study) if count else "0" for count in counts)


def _below(reading: Reading) -> tuple[str, ...]:
    study = reading.study
    more = len(reading.measurements.lesions) - MOST_ROWS
    said = [f"{total_text(reading)} Lesions are 26-connected components of {smallest_text(reading)} or more."]
    if more > 0:
        said.append(f"{counted(more, 'smaller lesion')} more: in the row of all, and each in the exports CSV and JSON.")
    if study.spacing is None:
        said.append("The files have no spacing: nothing is given in ml or mm.")
    else:
        said.append("Diameters are axial, at right angles to each other; their product is that of RANO.")
    if study.spacing is not None and study.source.affine is not None:
        said.append(
            "Centroids are from the origin of the files: left or right, front (A) or back (P), up (S) or down (I)."
        )
    return tuple(said)
