"""DICOM headers without the person, before a study is stored: the basic profile of PS3.15 annex E.

Two things must agree before an attribute stays: an export needs it, and the profile, as dicom-anonymizer has its table,
lets it. Identifiers are replaced, the same by the same, so that slices still belong to their series and frame of
reference. What a person may still be known by is in the voxels: text in the picture, and the face.
"""

import hashlib
import hmac
import json
import math
import secrets
from dataclasses import replace
from datetime import date
from typing import Any

from dicomanonymizer.simpledicomanonymizer import (  # type: ignore[import-untyped]
    anonymize_dataset,
    initialize_actions,
)
from dicomanonymizer.simpledicomanonymizer import replace_UID as library_replaces
from pydicom import config
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.uid import UID

from app.imaging.dicom_errors import ERRORS, guarded
from app.study import DicomPlane, DicomSource, Study

TABLE = "dicomfields_2026c"
"""The edition of PS3.15 table E.1-1 that the library knows."""
METHOD = "PS3.15 basic profile by dicom-anonymizer; only what exports need"
"""64 characters at most."""
_NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SliceThickness")
"""What a segmentation object cannot do without (`exports.dicom_references`); what it must have else may be empty."""
_SECONDARY = "Secondary Capture"
_DAYS = ("StudyDate", "SeriesDate")
_EARLIEST = date(1970, 1, 1)
"""There was no MRI before; dates that stand for an unknown one lie there."""
_KEY = secrets.token_bytes(32)
"""Ends with the process: whoever knows an identifier cannot look for what it was replaced by. Within the process a
scan saved twice is one file."""


def deidentified(source: DicomSource) -> DicomSource:
    """The source without anything that names a person, a place, a day or a device.

    Positions and frames stay, and each object made from it says that it was de-identified. An attribute that cannot be
    read goes. Nothing is written to the terminal or the log.
    """
    with guarded("The header"):
        kept = _needed(source)
        anonymize_dataset(kept, base_rules_gen=_rules)
        kept.PatientIdentityRemoved, kept.DeidentificationMethod = "YES", METHOD
        header = json.dumps(kept.to_json_dict(), sort_keys=True)
    return DicomSource(header, tuple(None if plane is None else _plane(plane) for plane in source.planes))


def suggested_day(source: DicomSource) -> date | None:
    """The day that the header has the study on, for a person to confirm; None where it has none that can be."""
    for keyword in _DAYS:
        text = str(_value(_entries(source), keyword) or "").replace(".", "")  # as the standard before 1993 had it
        try:
            day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        except ValueError:
            continue
        if len(text) == 8 and text.isascii() and _EARLIEST <= day <= date.today():
            return day
    return None


def may_carry_text(study: Study) -> str:
    """Why the pixels may hold words, such as a name, in a sentence; empty where nothing speaks for it."""
    dicom = study.source.dicom
    if dicom is None:
        return "Pictures often have text burnt in, such as a name." if study.source.kind == "picture" else ""
    if str(_value(_entries(dicom), "BurnedInAnnotation") or "").strip().upper() == "YES":
        return "The files say that text is burnt into their pixels, such as a name."
    if any(plane is not None and _SECONDARY in _class_name(plane) for plane in dicom.planes):
        return "The files are screen captures, which often have text burnt in, such as a name."
    return ""


def _rules() -> dict[tuple[int, int], Any]:
    """What the library does with each attribute, but identifiers by `_replaced`.

    Its own ones are by chance, and it keeps the old beside the new for as long as the process lives.
    """
    return {tag: _replace if rule is library_replaces else rule for tag, rule in initialize_actions(TABLE).items()}


def _replace(dataset: Dataset, tag: tuple[int, int]) -> None:
    element = dataset.get(tag)
    if element is not None:
        element.value = _replaced(str(element.value))


def _replaced(uid: str) -> str:
    """An identifier under 2.25 (PS3.5 annex B.2) in the place of another; none where there was none."""
    if not uid:
        return ""
    return f"2.25.{int.from_bytes(hmac.digest(_KEY, uid.encode(errors='replace'), hashlib.sha256)[:16])}"


def _plane(plane: DicomPlane) -> DicomPlane:
    known = _class_name(plane) != plane.sop_class  # else it is a maker's own, or no class at all
    return replace(
        plane,
        sop_class=plane.sop_class if known else _replaced(plane.sop_class),
        instance=_replaced(plane.instance),
    )


def _class_name(plane: DicomPlane) -> str:
    """As the standard has it; the identifier itself where it has none."""
    return UID(plane.sop_class, validation_mode=config.IGNORE).name


def _needed(source: DicomSource) -> Dataset:
    """The attributes that are needed and can be read, with their own kind of value."""
    entries, kept = _entries(source), Dataset()
    for keyword in _NEEDED:
        value = _value(entries, keyword)
        if keyword == "SliceThickness":
            value = _positive(value)
        if value is not None and str(value):
            setattr(kept, keyword, value if isinstance(value, float) else str(value))
    return kept


def _entries(source: DicomSource) -> dict[str, Any]:
    try:
        entries = json.loads(source.header)
    except (ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _value(entries: dict[str, Any], keyword: str) -> Any:
    """The first value of an attribute; None where it is missing or not of the attribute's own kind."""
    tag = tag_for_keyword(keyword)
    entry = None if tag is None else entries.get(f"{tag:08X}")
    if tag is None or not isinstance(entry, dict) or entry.get("vr") != dictionary_VR(tag):
        return None
    values = entry.get("Value")
    return values[0] if isinstance(values, list) and values and isinstance(values[0], str | int | float) else None


def _positive(value: Any) -> float | None:
    """A length in mm; None for what is none."""
    try:
        length = float(value)
    except ERRORS:
        return None
    return length if math.isfinite(length) and length > 0 else None
