"""The index of a prepared set: what it holds, where, and what was found in the files."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from app.durable import write_whole
from app.errors import DatasetError, UnreadableFileError
from app.model.network_input import VERSION
from app.training.datasets import Case

INDEX, IMAGES, TARGETS = "index.json", "images.bin", "targets.bin"


@dataclass(frozen=True)
class Entry:
    """One prepared case."""

    key: str
    name: str
    patient: str
    files: list[str]
    """Absolute paths."""
    stamp: list[int]
    """Bytes of the files together, and when the newest was written, in ns: they changed when it differs."""
    sequences: list[str]
    """Those present, in channel order."""
    slices: list[int]
    """Which slices of the study were kept: those that hold some of the head, ascending."""
    tumour_slices: int
    """How many of them have tumour."""
    most_tumour: int
    """The row, among those kept, with most of it."""
    shape: list[int]
    """Voxels of the study along (z, y, x)."""
    spacing: list[float] | None
    """mm along (z, y, x)."""
    orientation: str | None
    """Where the axes of the files lead, such as LPS; None for pictures."""
    tumour_voxels: int
    tumour_ml: float | None
    sha256: str
    """`Study.sha256`."""
    images: dict[str, str]
    """Sequence to the digest of its voxels."""
    reference: str | None
    """Digest of the reference; None where it is empty."""
    problems: list[str]
    """What a person should know about the case by itself."""
    across: list[str] = field(default_factory=list)
    """And with a view to other cases, of this set and of those beside it."""
    row: int = 0
    """Its first slice among those of the set, in `targets.bin`."""
    offset: int = 0
    """Its first byte in `images.bin`."""

    @property
    def planes(self) -> int:
        """Slices times sequences: in `images.bin` each has 240 x 240 bytes."""
        return len(self.slices) * len(self.sequences)


@dataclass
class Index:
    """What `index.json` holds."""

    dataset: str
    folder: str
    version: int = VERSION
    finished: bool = False
    cases: list[Entry] = field(default_factory=list)
    """In the order in which their planes lie in the files."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Case to the reason why it was left out."""


def stamp(case: Case) -> list[int]:
    """Tells whether the files of a case were changed. Raises UnreadableFileError when one is missing."""
    try:
        found = [path.stat() for path in case.files]
    except OSError as e:
        raise UnreadableFileError(f"{e.filename} cannot be read: {e.strerror}. Copy it again.") from e
    return [sum(each.st_size for each in found), max(each.st_mtime_ns for each in found)]


def read_index(folder: Path) -> Index | None:
    """The index of a prepared set, None where there is none. Raises DatasetError when it is damaged."""
    path = folder / INDEX
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(Entry)}
        cases = [Entry(**{name: value for name, value in each.items() if name in known}) for each in data.pop("cases")]
        return Index(cases=cases, **data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as e:
        raise DatasetError(
            f"{path} is no index of a prepared set, or damaged. Delete {folder} and prepare it again."
        ) from e


def write_index(folder: Path, index: Index) -> None:
    """Write the index, whole or not at all. Raises OSError."""
    write_whole(folder / INDEX, json.dumps(asdict(index)).encode())
