"""What a hostile case is, and what every reader owes to it."""

import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
for folder in (ROOT / "tests" / "imaging", ROOT):  # for the commands and child processes of this folder
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from app.errors import InputError  # noqa: E402 - the path comes first
from app.imaging import Limits, ScanFile, inspect, read_study  # noqa: E402
from app.study import Study  # noqa: E402

MIB = 2**20
SMALL = Limits(
    file_bytes=64 * MIB, study_bytes=64 * MIB, unpacked_bytes=32 * MIB, voxels=2 * MIB, memory_bytes=128 * MIB
)
"""The declared limits in small, in about the proportions of the real ones: what runs past them shows at once."""
ADVICE = (
    *("choose", "convert", "copy", "crop", "download", "drop", "export", "give", "keep", "leave", "open", "rename"),
    *("resample", "save", "say", "send", "split", "unpack", "check", "read are"),
)
"""A message says with at least one of these what is to be done, or what is read instead."""
LONGEST = 700
"""Characters that a message may have; a name of thousands must not fill the page."""

Make = Callable[[], Iterable[ScanFile]]


@dataclass(frozen=True)
class Case:
    """Files that a stranger might send, and what must come of them."""

    name: str
    files: Make
    """Makes them; called in the test, as some are large."""
    error: type[InputError] | None
    """None: they are read, and make a sound study."""
    words: tuple[str, ...] = ()
    """Each stands in the message."""
    limits: Limits = SMALL


def one(name: str, data: bytes | Callable[[], bytes]) -> Make:
    """A single file of this name and content."""
    return lambda: (ScanFile(name, data if isinstance(data, bytes) else data()),)


def outcome(files: Iterable[ScanFile], limits: Limits = SMALL) -> Study | InputError:
    """What the readers make of files, from the first look to the voxels.

    Whatever else is raised, a warning included, is a fault of theirs and goes through.
    """
    files = tuple(files)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            inspect(files, limits=limits)
            study = read_study(files, limits=limits)
        except InputError as e:
            return e
    check_sound(study)
    return study


def check_sound(study: Study) -> None:
    """What the rest of the app relies on; raises AssertionError."""
    assert study.images and study.name == study.name.strip() and study.name.isprintable()
    assert not set(study.name) & set('/\\:*?"<>|') and len(study.name) <= 200
    for volume in study.images.values():
        assert volume.shape == study.shape and volume.dtype == np.float32
        assert volume.flags.c_contiguous and not volume.flags.writeable
        assert np.isfinite(volume).all() and volume.min() < volume.max()
    if study.spacing is not None:
        assert study.source.affine is not None and np.isfinite(study.source.affine).all()
        assert all(np.isfinite(side) and side > 0 for side in study.spacing)
    if study.reference is not None:
        assert study.reference.shape == study.shape and study.reference.dtype == np.uint8


def check_message(error: InputError, case: Case) -> None:
    """A message is of the expected kind, names what it is about and says what to do; raises AssertionError."""
    text = str(error)
    assert case.error is not None, f"was to be read: {text}"
    assert type(error) is case.error, f"{type(error).__name__} in place of {case.error.__name__}: {text}"
    missing = [word for word in case.words if word not in text]
    assert not missing, f"{missing} not in: {text}"
    assert text.isprintable() and len(text) <= LONGEST, f"not fit to be shown: {text!r}"
    assert text.endswith("."), text
    assert any(verb in text.lower() for verb in ADVICE), f"says not what to do: {text}"
