"""Lesions as rows of text that people read, on the page and wherever else they are listed."""

from app.decision.measurements import Lesion
from app.decision.palette import CLASSES
from app.decision.reading import Reading
from app.study import Study

UNDEFINED = "–"
_LETTERS = (("L", "R"), ("P", "A"), ("S", "I"))
"""Of mm above and below 0 towards left, back and head."""


def columns_of(reading: Reading) -> tuple[str, ...]:
    """What stands in each column of `rows_of`, with its unit."""
    study = reading.study
    lengths = () if study.spacing is None else ("Longest × perp., mm", "Product, mm²")
    side = () if study.source.affine is None else ("Side",)
    slices = ("Slices",) if _has_slices(study) else ()
    return ("Lesion", f"Size, {unit_of(study)}", "Share", *lengths, *side, *slices, _centroid_title(study))


def rows_of(reading: Reading) -> list[tuple[str, ...]]:
    """A row for each lesion, the largest first; slices are counted from 1, as everywhere on the page."""
    study = reading.study
    return [
        (
            str(lesion.number),
            size_text(lesion.voxels, study),
            share_text(lesion.share),
            *(() if study.spacing is None else (diameters_text(lesion), product_text(lesion))),
            *(() if study.source.affine is None else (lesion.side or UNDEFINED,)),
            *((slices_text(lesion),) if _has_slices(study) else ()),
            centroid_text(lesion, study),
        )
        for lesion in reading.measurements.lesions
    ]


def unit_of(study: Study) -> str:
    """The unit of sizes: "ml", or "voxels" where the spacing is not known, and "pixels" in a single picture."""
    if study.voxel_ml is not None:
        return "ml"
    return "voxels" if _has_slices(study) else "pixels"


def size_text(voxels: int, study: Study) -> str:
    """ "0.053" below 0.1 ml, "5.32" below 10, "84.5" from there on; in voxels "1,024". `unit_of` goes behind it."""
    if study.voxel_ml is None:
        return f"{voxels:,}"
    ml = voxels * study.voxel_ml
    digits = 1 if ml >= 9.995 else 2 if ml >= 0.0995 else 3
    return f"{ml:,.{digits}f}"


def share_text(share: float) -> str:
    """ "97.3 %"."""
    return f"{100 * share:.1f} %"


def diameters_text(lesion: Lesion) -> str:
    """ "45.2 × 31.0", in mm."""
    if lesion.longest is None or lesion.perpendicular is None:
        return UNDEFINED
    return f"{lesion.longest.mm:.1f} × {lesion.perpendicular.mm:.1f}"


def product_text(lesion: Lesion) -> str:
    """ "1,401", in mm²."""
    product = lesion.bidimensional_mm2
    return UNDEFINED if product is None else f"{product:,.0f}"


def slices_text(lesion: Lesion) -> str:
    """ "61–104", counted from 1."""
    first, last = (index + 1 for index in lesion.slices)
    return str(first) if first == last else f"{first}–{last}"


def centroid_text(lesion: Lesion, study: Study) -> str:
    """ "L 32 P 14 S 55" in mm, or "120, 96, 78": column, row and, of several, slice, counted from 1."""
    if lesion.centroid_mm is None:
        slice_row_column = lesion.centroid if _has_slices(study) else lesion.centroid[1:]
        return ", ".join(f"{at + 1:.0f}" for at in reversed(slice_row_column))
    placed = zip(map(round, lesion.centroid_mm), _LETTERS, strict=True)
    return " ".join(f"{above if mm >= 0 else below} {abs(mm)}" for mm, (above, below) in placed)


def classes_text(lesion: Lesion, study: Study) -> str:
    """ "necrotic core 3.20 ml, oedema 41.0 ml": those that there are; a dash where classes are not known."""
    named = [
        f"{CLASSES[label][0]} {size_text(count, study)} {unit_of(study)}"
        for label, count in (lesion.classes or {}).items()
        if count
    ]
    return ", ".join(named) or UNDEFINED


def total_text(reading: Reading) -> str:
    """What there is in all, and what was left out for being small; which of the two it is, where there is no lesion."""
    measured, study, unit = reading.measurements, reading.study, unit_of(reading.study)
    floor = f"{size_text(measured.smallest, study)} {unit}"
    at = f"at threshold {reading.threshold:.3f}"
    if not measured.lesions and not measured.left_out:
        return f"No lesion: no voxel reaches the threshold {reading.threshold:.3f}."
    small = _counted(measured.left_out, "component")
    sum_of_small = f"{size_text(measured.left_out_voxels, study)} {unit} in all"
    few = f" Left out: {small} of less than {floor}, {sum_of_small}." if measured.left_out else ""
    if not measured.lesions:
        return f"No lesion of {floor} or more {at}.{few}"
    total = f"{_counted(len(measured.lesions), 'lesion')} {at}, {size_text(measured.voxels, study)} {unit} in all."
    return total + few


def _has_slices(study: Study) -> bool:
    return study.shape[0] > 1


def _centroid_title(study: Study) -> str:
    if study.spacing is not None and study.source.affine is not None:
        return "Centroid, mm"
    return "Centroid, column, row, slice" if _has_slices(study) else "Centroid, column, row"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
