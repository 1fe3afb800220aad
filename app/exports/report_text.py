"""Numbers and foreign text as a report writes them."""

import math
import unicodedata

from app.decision.lesion_table import size_text, unit_of
from app.study import Study

UNDEFINED = "–"
UNSEEN = "\N{REPLACEMENT CHARACTER}"


def plain(text: str, longest: int) -> str:
    """A text from elsewhere in one line, at most `longest` characters: what cannot be seen, or turns the direction of
    writing, is replaced by U+FFFD, and too much is cut out of the middle."""
    seen = "".join(c if c.isprintable() else UNSEEN for c in " ".join(unicodedata.normalize("NFC", text).split()))
    if len(seen) <= longest:
        return seen
    half = (longest - 1) // 2
    return f"{seen[: longest - 1 - half]}…{seen[-half:]}"


def score(share: float | None) -> str:
    """ "95.0 %": a recall or precision. Rounded down, so that a shown 95.0 % has reached the target, as on the page."""
    if share is None or math.isnan(share):
        return UNDEFINED
    return f"{math.floor(share * 1000 + 1e-9) / 10:.1f} %"


def missed(share: float | None) -> str:
    """ "4.2 %": a rate of what was missed, rounded up."""
    return UNDEFINED if share is None or math.isnan(share) else f"{math.ceil(share * 1000 - 1e-9) / 10:.1f} %"


def decimal(value: float) -> str:
    """ "0.843"; a dash where it is undefined."""
    return UNDEFINED if math.isnan(value) else f"{value:.3f}"


def counted(count: int, one: str) -> str:
    """ "1 lesion", "2 lesions", "1,024 voxels"."""
    return f"{count:,} {one if count == 1 else f'{one}s'}"


def length(mm: float) -> str:
    """ "0.98", "1", "1.25": a side of a voxel in mm."""
    return f"{mm:.3g}"


def amount(voxels: int, study: Study) -> str:
    """ "84.5 ml", "1,024 voxels" where the spacing is not known, "0 ml"."""
    return f"{size_text(voxels, study) if voxels else 0} {unit_of(study)}"
