"""What a file name says: which sequence or reference it is, of which case, and which slice.

BraTS 2017 to 2021 end a name in `_flair _t1 _t1ce _t2 _seg`, BraTS 2023 and 2024 in `-t2f -t1n -t1c -t2w -seg`, BIDS
in `_FLAIR _T1w _T2w`; the LGG set numbers its slices and adds `_mask`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from os.path import commonprefix
from typing import Final, Literal, TypeAlias

from app.study import Sequence

REFERENCE: Final = "reference"
Role: TypeAlias = Sequence | Literal["reference"]
"""What a volume is to a study: one of its sequences, or the reference mask."""

_SEPARATORS = " _.-"
_S = r"[ _.\-]?"
_CONTRAST = rf"(?:ce|c|c\+|\+c|gd|gad|gado|gadolinium|km|contrast|post(?:{_S}contrast)?)"
_TOKENS: dict[Role, str] = {
    Sequence.FLAIR: rf"(?:t2w?{_S})?(?:flair|tirm|dark{_S}fluid)|t2f",
    Sequence.T1CE: rf"t1w?{_S}{_CONTRAST}(?:{_S}w(?:eighted)?)?|ce{_S}(?:gad[a-z]*{_S})?t1w?",
    Sequence.T1: rf"t1(?:n|{_S}w(?:eighted)?|{_S}native|w?{_S}pre(?:{_S}contrast)?)?",
    Sequence.T2: rf"t2(?:{_S}w(?:eighted)?)?",
    REFERENCE: rf"seg(?:mentation)?|masks?|labels?|gt|(?:ground{_S})?truth",
}
_PATTERNS = {
    role: re.compile(rf"(?<![a-z0-9])(?:{token})(?![a-z0-9])", re.IGNORECASE | re.ASCII)
    for role, token in _TOKENS.items()
}
_EXTENSION = re.compile(r"\.(?:nii|nrrd|mha|mg[hz]|dcm|png|jpe?g|tiff?)(?:\.gz)?$|\.gz$", re.IGNORECASE)
_NUMBER = re.compile(r"^(.*?)[ _.\-(]*([0-9]{1,18})\)?$", re.DOTALL)
_UNSAFE = re.compile(r"[^\w .+()\-]")
_LONGEST = 255
"""Characters of a name that are shown; no common file system allows more."""
_LONGEST_STUDY = 80


@dataclass(frozen=True)
class Name:
    """A file name taken apart."""

    stem: str
    """The name without folders and extension."""
    case: str
    """The stem without what names the sequence or reference: `TCGA_X_1` of `TCGA_X_1_mask.tif`."""
    role: Role | None
    """None when the name does not say."""

    @property
    def series(self) -> str:
        """The case without the number of the slice: `TCGA_X` of `TCGA_X_1`."""
        return self._numbered()[0]

    @property
    def slice(self) -> int | None:
        """The number at the end of the case, None without one."""
        return self._numbered()[1]

    def _numbered(self) -> tuple[str, int | None]:
        match = _NUMBER.match(self.case)
        return (match[1], int(match[2])) if match else (self.case, None)


def parse(file: str) -> Name:
    """Take a file name apart. Upper and lower case are alike.

    The sequence stands between separators or ends of the name, so `t1ce` is never `t1`. Where a name has several, as
    after a patient id with `t2` in it, the one nearest the end counts, and of those that end there the longest.
    """
    stem = _EXTENSION.sub("", re.split(r"[\\/]", file)[-1])
    found = [(match.end(), -match.start(), role) for role, p in _PATTERNS.items() for match in p.finditer(stem)]
    if not found:
        return Name(stem, stem.strip(_SEPARATORS), None)
    end, start, role = max(found)
    case = stem[:-start].rstrip(_SEPARATORS) + stem[end:]
    return Name(stem, case.strip(_SEPARATORS), role)


def presentable(file: str) -> str:
    """The name of a file as it can stand in a message: in one line, without what cannot be seen or turns the direction
    of writing, and not too long."""
    seen = "".join(letter if letter.isprintable() else "_" for letter in file)
    half = _LONGEST // 2 - 1
    return seen if len(seen) <= _LONGEST else f"{seen[:half]}…{seen[-half:]}"


def study_name(names: Iterable[tuple[str, str]]) -> str:
    """The common start of the cases, or else of the stems, of the `(case, stem)` of a study's files.

    Safe as the stem of a file: at most 80 letters, digits, spaces, and `_.+()-`.
    """
    cases, stems = zip(*names, strict=True)
    starts = [commonprefix(texts) for texts in (cases, stems)]  # noqa: RUF071 - by character is meant
    common = (_UNSAFE.sub("_", start).strip(_SEPARATORS)[:_LONGEST_STUDY].rstrip(_SEPARATORS) for start in starts)
    return next(filter(None, common), "study")
