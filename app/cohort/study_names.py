"""What studies are called: after the path of their files, so that a person finds them again."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from app.cohort.found import Found
from app.exports.file_name import safe_name

_BETWEEN = "--"
"""Stands for what separates folders."""
_DIGEST = 8
"""Characters that tell studies apart that would be called the same."""


def key_of(root: Path, folder: Path, called: str = "") -> str:
    """What a study in a folder below `root` is named after: the folders on the way, and what its files are called."""
    return _BETWEEN.join([*folder.relative_to(root).parts, *([called] if called else [])]) or root.name


def named(keyed: Iterable[tuple[str, Found]], root: Path) -> list[Found]:
    """The studies under their names, sorted by them.

    A name is safe as that of a folder, and no two are alike, in upper and lower case either. Studies that would be
    called the same have something of their first file's path in it.
    """
    safe = [(safe_name(key), found) for key, found in keyed]
    times = Counter(name.casefold() for name, _ in safe)
    unlike = [
        replace(found, name=name if times[name.casefold()] == 1 else f"{name}-{_digest(found, root)}")
        for name, found in safe
    ]
    return sorted(unlike, key=lambda found: found.name)


def _digest(found: Found, root: Path) -> str:
    return hashlib.sha256(os.fsencode(found.paths[0].relative_to(root))).hexdigest()[:_DIGEST]
