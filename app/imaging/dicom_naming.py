"""Which sequence a DICOM series is: from what the scanner's user called it, else from how it was made.

Descriptions are free text of many hospitals, so this is a guess for the user to correct; where it could be a map, a
projection or a kind of image that the network does not know, there is none.
"""

import re

from app.imaging.dicom_enhanced import Attributes
from app.imaging.naming import Role, parse
from app.study import Sequence

MODALITY = "MR"
"""The one that the network knows."""


def _words(pattern: str, other: str = "(?!)") -> re.Pattern[str]:
    """A pattern that stands alone, as words do, or another one that need not."""
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])|{other}", re.IGNORECASE | re.ASCII)


_OTHER = _words(
    r"dwi|diff(?:usion)?|dti|trace(?:w)?|e?adc|(?:col)?fa|tensor|b ?\d{2,4}|hardi|swi|swan|venobold"
    r"|hemo|haemo|pha(?:se)?|perf(?:usion)?|pwi|dsc|dce|asl|r?c[bm][fv]|mtt|ttp|tmax|bold|fmri|rest|epi?|ep2d|tof|mra|mrv"
    r"|angio\w*|pca?|mrs|csi|svs|spectro\w*|loc(?:ali[sz]er)?s?|scout|survey|aahead\w*|calibration|cal|asset|shim|b[01]map"
    r"|m(?:in|ax)? ?ip|mips|projections?|sub(?:tr\w*)?|difference|map|t[12]map\w*|stir|dir|pd\w?|proton|ciss|fiesta"
    r"|true ?fisp|mp2rage|report|screen ?(?:save|shot)|dose|diffusion\w*",
    r"t2 ?(?:\*|star)",
)
_T1_FAST = _words(r"mp ?rage|f?spgr|bravo|(?:3d ?)?tfe|vibe")
_T1 = _words(r"[se]?(?:3d)?t1(?:wi?)?")
_T2 = _words(r"[se]?(?:3d)?t2(?:wi?)?")
_FLAIR = _words(r"flair|tirm|dark fluid|fluid attenuated\w*")
_BEFORE = _words(r"pre(?: ?contrast)?|nativ\w*|non? ?contrast|without|w ?/ ?o|wo|ohne|sans|sin")
_AFTER = _words(r"\+ ?(?:c|gd|gad\w*|km|contrast)|ce|gd|gad\w*|post|contrast\w*|km|mdc", r"(?<![a-z0-9])c ?\+")
_NO_AGENT = frozenset(("", "no", "none", "n", "0", "nein", "false"))
_DERIVED = frozenset(
    (
        *("ADC", "TRACEW", "FA", "EXP_ADC", "DIFFUSION", "PERFUSION", "ASL", "CBF", "CBV", "MTT", "TTP"),
        *("MIP", "MNIP", "MIN_IP", "MINIP", "PROJECTION_IMAGE", "SUBTRACT", "SUBTRACTION"),
        *("P", "PHASE", "PHASE_MAP", "R", "REAL", "I", "IMAGINARY", "SWI", "T1_MAP", "T2_MAP", "T2_STAR_MAP"),
        *("LOCALIZER", "MOSAIC", "SCREEN_SAVE"),
    )
)
"""Values of the type of an image that tell what is no plain picture of a sequence."""
_ACQUIRED: dict[str, Sequence] = {
    "T1": Sequence.T1,
    "T2": Sequence.T2,
    "FLUID_ATTENUATED": Sequence.FLAIR,
}
"""Values of AcquisitionContrast, of enhanced objects (PS3.3 section C.8.13.3)."""


def guess(attributes: Attributes) -> Role | None:
    """The sequence that a series is, from the attributes of one of its frames; None when they do not say."""
    kind = {value.strip().upper().replace(" ", "_") for value in attributes.text("FrameType").split("\\")}
    if attributes.text("Modality") != MODALITY or kind & _DERIVED or (attributes.number("DiffusionBValue") or 0) > 0:
        return None
    texts = [_plain(attributes.text(keyword)) for keyword in ("SeriesDescription", "ProtocolName")]
    sequence: Sequence | None = None
    for text in texts:
        if _OTHER.search(text):
            return None
        if sequence := _named(text):
            break
    sequence = sequence or _acquired(attributes)
    if sequence == Sequence.T1 and _has_contrast(texts, attributes):
        return Sequence.T1CE
    return sequence


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-.:,;()\[\]\\]+", " ", text).strip()


def _named(text: str) -> Sequence | None:
    """The sequence that a description names; T1 for one after contrast, which is told apart later."""
    t1, t2, flair = (pattern.search(text) is not None for pattern in (_T1, _T2, _FLAIR))
    if t1 and t2:
        return None
    if t1 or (not (t2 or flair) and _T1_FAST.search(text)):
        return Sequence.T1
    if flair:
        return Sequence.FLAIR
    role = parse(text.replace("/", " ")).role
    return Sequence.T1 if role == Sequence.T1CE else role if isinstance(role, Sequence) else None


def _has_contrast(texts: list[str], attributes: Attributes) -> bool:
    """Whether a T1 was made after contrast: what its description says goes before what the scanner was told."""
    for text in texts:
        if _BEFORE.search(text):
            return False
        if _AFTER.search(text) or parse(text.replace("/", " ")).role == Sequence.T1CE:
            return True
    agent = attributes.text("ContrastBolusAgent").strip().lower()
    return agent not in _NO_AGENT or bool(attributes.get("ContrastBolusAgentSequence"))


def _acquired(attributes: Attributes) -> Sequence | None:
    """The sequence from how it was made: times in ms that are usual at 1.5 and 3 T."""
    if contrast := attributes.text("AcquisitionContrast"):
        return _ACQUIRED.get(contrast)
    scanning = set(attributes.text("ScanningSequence").split("\\"))
    echo, repetition = attributes.number("EffectiveEchoTime"), attributes.number("RepetitionTime")
    inversion = attributes.number("InversionTimes") or 0
    if not scanning or scanning & {"EP", "RM", ""} or not echo or not repetition:
        return None
    if "SE" in scanning or scanning == {"IR"}:
        if inversion > 1500 and echo > 60 and repetition > 4000:
            return Sequence.FLAIR
        if inversion == 0 and echo > 70 and repetition > 2000:
            return Sequence.T2
        return Sequence.T1 if echo < 30 and repetition < 1000 else None
    return Sequence.T1 if scanning == {"GR", "IR"} and 500 < inversion < 1500 and echo < 10 else None
