"""All that a study's reading can be saved as, in the order of the menu. The page and the command line both use it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.decision.reading import Reading
from app.errors import InputError
from app.exports.by_source import export_mask, export_probability, file_name
from app.exports.cine import cine_gif
from app.exports.curve_table import threshold_curve_csv
from app.exports.dicom_references import lacking
from app.exports.dicom_seg import dicom_seg
from app.exports.file_name import safe_name
from app.exports.measurements_table import measurements_csv, measurements_json
from app.exports.slice_picture import slice_png
from app.exports.stl import tumour_stl
from app.study import Study


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    title: str
    """What its button says."""
    file_name: Callable[[Study], str]
    """A name that is safe to write, never a path; of a study that can have it."""
    reason: Callable[[Study], str | None]
    """Why a study cannot have it, a sentence; None where it can."""
    make: Callable[[Reading], bytes]
    """The content; the same for the same reading. Raises InputError where the mask has nothing to make it of, and
    ValueError for a study that cannot have it."""
    needs_tumour: bool = False
    """Whether an empty mask has nothing to make it of."""


def _named(content: str) -> Callable[[Study], str]:
    return lambda study: f"{safe_name(study.name)}_{content}"


def _never(study: Study) -> None:
    """Every study can have it."""


def _not_dicom(study: Study) -> str | None:
    if study.source.dicom is None:
        return "The scan did not come as DICOM files."
    if study.spacing is None:
        return "The DICOM files do not say how thick the slice is."
    if lacking(study.source.dicom):
        return "The DICOM files lack the identifiers (UIDs) by which others refer to them."
    return None


def _still(study: Study) -> str | None:
    return "The study is a single slice." if study.shape[0] == 1 else None


def _no_millimetres(study: Study) -> str | None:
    return "The files do not give the size of a voxel, and a surface is in mm." if study.spacing is None else None


FORMATS: dict[str, Format] = {
    "mask": Format(
        "Mask",
        lambda study: file_name(study, "mask"),
        _never,
        lambda reading: export_mask(reading.result, reading.study, reading.threshold)[1],
    ),
    "probability": Format(
        "Probability",
        lambda study: file_name(study, "probability"),
        _never,
        lambda reading: export_probability(reading.result, reading.study)[1],
    ),
    "dicom-seg": Format("DICOM SEG", _named("seg.dcm"), _not_dicom, dicom_seg),
    "png": Format("Slice, PNG", _named("slice.png"), _never, slice_png),
    "gif": Format("All slices, GIF", _named("slices.gif"), _still, cine_gif),
    "csv": Format("Lesions, CSV", _named("lesions.csv"), _never, measurements_csv),
    "curve-csv": Format("Threshold curve, CSV", _named("threshold_curve.csv"), _never, threshold_curve_csv),
    "json": Format("All numbers, JSON", _named("numbers.json"), _never, measurements_json),
    "stl": Format("Surface, STL", _named("tumour.stl"), _no_millimetres, tumour_stl, needs_tumour=True),
}
"""By the name that the command line knows each format by."""
ALWAYS = ("mask", "probability")
"""Formats that the command line writes whatever else is asked for."""


def contents(reading: Reading, names: Iterable[str]) -> tuple[dict[str, bytes], dict[str, str]]:
    """A reading in some of `FORMATS`: content by the name of its file, and why others were left out by their format."""
    files, left_out = {}, {}
    for name in dict.fromkeys(names):
        kind = FORMATS[name]
        reason = kind.reason(reading.study)
        if reason is None:
            try:
                files[kind.file_name(reading.study)] = kind.make(reading)
            except InputError as error:
                reason = str(error)
        if reason is not None:
            left_out[name] = reason
    return files, left_out
