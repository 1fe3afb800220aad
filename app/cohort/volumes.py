"""Which volumes of a folder make a study together, as their names tell."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.imaging.naming import REFERENCE, Name, parse

_KINDS = {
    ".nii": "NIfTI",
    ".nii.gz": "NIfTI",
    ".nrrd": "NRRD",
    ".mha": "MetaImage",
    ".mgh": "MGH",
    ".mgz": "MGH",
}
"""Endings of the names of volumes, to what people call such files."""
_DIGITS = re.compile(r"[0-9]+")
_SEPARATORS = tuple(" _.-")

Case = tuple[str, list[Path]]
"""What the files of a case are called alike, or one of them where that is nothing; and the files."""


def kind_of(path: Path) -> str | None:
    """What people call a volume with such a name; None for a file that is no volume."""
    name = path.name.lower()
    return next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), None)


def cases(paths: Iterable[Path], *, is_root: bool) -> tuple[list[Case], list[Path]]:
    """Deal the volumes of one folder out to cases.

    A folder in which no sequence comes twice is the folder of one case, as for `python -m app segment FOLDER`; but not
    where the names differ in numbers alone, for those may be patients. Anywhere else volumes belong together that are
    called alike but for the sequence. A volume whose name says no sequence is a case by itself.

    Args:
        paths: of volumes.
        is_root: the folder is that of the cohort, which is nobody's.

    Returns:
        The cases, and the volumes that belong to none: masks without a scan, and those beside a case of which nothing
        says what they are.
    """
    names = {path: parse(path.name) for path in sorted(paths)}
    if not is_root and _is_one(names.values()):
        groups = [[path for path, name in names.items() if name.role]]
    elif [name.role for name in names.values() if name.role != REFERENCE] == [None] and len(names) == 2:
        groups = [list(names)]
    else:
        groups = _alike(names)
    found = [group for group in groups if any(names[path].role != REFERENCE for path in group)]
    used = {path for group in found for path in group}
    return [(_called(group, names), group) for group in found], [path for path in names if path not in used]


def _is_one(names: Iterable[Name]) -> bool:
    """Whether the volumes with these names that say what they are can be of one study, and some are scans."""
    told = [name for name in names if name.role]
    roles = {name.role for name in told}
    spelt = {name.case.casefold() for name in told}
    return (
        bool(roles - {REFERENCE})
        and len(roles) == len(told)
        and len({_DIGITS.sub("", case) for case in spelt}) == len(spelt)
    )


def _alike(names: Mapping[Path, Name]) -> list[list[Path]]:
    """Volumes that are called alike; none that is called like a case with a scan, and something more."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path, name in names.items():
        groups[name.case.casefold()].append(path)
    scans = {name.case.casefold() for name in names.values() if name.role and name.role != REFERENCE}
    return [group for case, group in groups.items() if names[group[0]].role or not _is_beside(case, scans)]


def _is_beside(case: str, others: Iterable[str]) -> bool:
    return any(not other or (case.startswith(other) and case[len(other) :].startswith(_SEPARATORS)) for other in others)


def _called(group: list[Path], names: Mapping[Path, Name]) -> str:
    return names[group[0]].case or names[group[0]].stem
