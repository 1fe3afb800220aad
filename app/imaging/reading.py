"""Files in, study out."""

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Sequence as ListOf
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError, StudyError, VoxelError
from app.imaging.files import ScanFile
from app.imaging.grid import grid_of
from app.imaging.joining import Joined, join
from app.imaging.limits import LIMITS, Limits
from app.imaging.naming import REFERENCE, Role, study_name
from app.imaging.opening import open_files
from app.imaging.parts import Container, Part
from app.imaging.reference import labels_of
from app.imaging.resample import resample
from app.study import Sequence, Study

Roles: TypeAlias = Mapping[tuple[str, int], Role | None]


@dataclass(frozen=True, eq=False)
class Opened:
    """The parts of some files, and the study that they make or why they make none."""

    parts: tuple[Part, ...]
    study: Study | None
    problem: InputError | None
    """None where there is a study."""


def open_study(files: Collection[ScanFile], roles: Roles | None = None, *, limits: Limits = LIMITS) -> Opened:
    """`inspect` and `read_study` in one, for people who choose: where the files make no study, the parts are there.

    Parts of which nobody says what they are, are left out. Raises what `inspect` raises.
    """
    containers, left_out = open_files(files, limits)
    parts = _guessed(containers)
    if roles is None:
        roles = {(part.file, part.index): part.role for _, part in parts if part.role is None}
    try:
        study, problem = _study(containers, parts, roles, left_out), None
    except InputError as error:
        study, problem = None, error
    return Opened(tuple(part for _, part in parts), study, problem)


def inspect(files: Collection[ScanFile], *, limits: Limits = LIMITS) -> tuple[Part, ...]:
    """What the files of one study hold, from headers (and pixels, of pictures), with a guess at each part's role.

    The guess comes from the name (`naming`), of a DICOM series from its description, for a 4-D file from the order of
    the Medical Segmentation Decathlon, for a three-plane picture from the order pre-contrast, FLAIR, post-contrast. The
    only image of a study counts as FLAIR when nothing says what it is.
    Raises UnreadableFileError, UnsupportedFileError, LimitError and StudyError, with a message that names the file.
    """
    return tuple(part for _, part in _guessed(open_files(files, limits)[0]))


def read_study(files: Collection[ScanFile], roles: Roles | None = None, *, limits: Limits = LIMITS) -> Study:
    """Read the files of one study.

    `roles` by `(Part.file, Part.index)` overrule the guesses of `inspect`; None leaves a part out. Volumes on other
    grids are resampled to that of FLAIR, or of the sequence that stands in for it, and `Study.notes` says so.
    Raises what `inspect` raises, StudyError when the parts do not make one study, and VoxelError for NaN, infinite or
    constant voxels.
    """
    containers, left_out = open_files(files, limits)
    return _study(containers, _guessed(containers), roles or {}, left_out)


def _study(
    containers: ListOf[Container], parts: ListOf[tuple[Container, Part]], roles: Roles, left_out: tuple[str, ...]
) -> Study:
    chosen = _choose(parts, roles)
    joined = join(chosen)
    used = [container for container in containers if any(container is other for other, _ in chosen.values())]
    volumes = _read(used, chosen, joined)
    reference = volumes.pop(REFERENCE, None)
    told = (_taken_for_flair(containers, roles), *(container.notes for container in used), joined.notes, left_out)
    return Study(
        name=study_name([(container.case, container.name.stem) for container in used]),
        images={sequence: volumes[sequence] for sequence in Sequence if sequence in volumes},
        source=joined.target.source,
        spacing=joined.target.spacing,
        reference=None if reference is None else labels_of(chosen[REFERENCE][1].label, reference),
        notes=tuple(dict.fromkeys(note for notes in told for note in notes)),
    )


def _guessed(containers: ListOf[Container]) -> list[tuple[Container, Part]]:
    """All parts; an only image without a role becomes FLAIR."""
    parts = [(container, part) for container in containers for part in container.parts]
    images = [n for n, (_, part) in enumerate(parts) if part.role != REFERENCE]
    if len(images) == 1 and parts[n := images[0]][1].role is None:
        parts[n] = (parts[n][0], replace(parts[n][1], role=Sequence.FLAIR))
    return parts


def _taken_for_flair(containers: ListOf[Container], roles: Roles) -> Iterator[str]:
    """A sentence when `_guessed` gave a role to an image that nothing named, and nobody has confirmed it since."""
    images = [part for container in containers for part in container.parts if part.role != REFERENCE]
    if len(images) == 1 and images[0].role is None and (images[0].file, images[0].index) not in roles:
        yield f"{images[0].label} is taken for FLAIR, though nothing in it says so. Correct it if it is another."


def _choose(parts: ListOf[tuple[Container, Part]], roles: Roles) -> dict[Role, tuple[Container, Part]]:
    """The part of each role.

    Raises StudyError when a role is taken twice, when a file has none, and when there is no image.
    """
    chosen: dict[Role, tuple[Container, Part]] = {}
    settled = set()
    for container, part in parts:
        key = (part.file, part.index)
        role = roles.get(key, part.role)
        if role is not None or key in roles:
            settled.add(part.file)
        if role is None:
            continue
        if role in chosen:
            raise StudyError(
                f"{chosen[role][1].label} and {part.label} are both taken for {_title(role)}. "
                "Leave one out, or say which sequence it is."
            )
        chosen[role] = (container, part)
    if unknown := [part.label for _, part in parts if part.file not in settled and not part.optional]:
        raise StudyError(
            f"{unknown[0]}: its name does not say which sequence it is. Say so, or end the name in _flair, _t1, _t1ce, "
            "_t2, or _seg for a reference mask."
        )
    if not chosen.keys() - {REFERENCE}:
        raise StudyError(
            f"{parts[0][1].label}: there is no scan to it, only a mask. Give the scan as well."
            if chosen
            else "No part of the files is used. Say for at least one which sequence it is."
        )
    return chosen


def _title(role: Role) -> str:
    return "the reference" if role == REFERENCE else role.value


def _read(
    containers: ListOf[Container], chosen: Mapping[Role, tuple[Container, Part]], joined: Joined
) -> dict[Role, NDArray[np.float32]]:
    """The voxels `(z, y, x)` of each role on one grid, checked and read-only; each file is unpacked once."""
    target = grid_of(joined.target.source)
    volumes: dict[Role, NDArray[np.float32]] = {}
    for container in containers:
        wanted = {part.index: (role, part) for role, (other, part) in chosen.items() if other is container}
        own = grid_of(container.source)
        for index, volume in container.read(wanted).items():
            role, part = wanted[index]
            _check_voxels(part.label, role, volume)
            if role in joined.resampled and own and target:
                volume = resample(volume, own, target, labels=role == REFERENCE)
            volume.setflags(write=False)
            volumes[role] = volume
    return volumes


def _check_voxels(label: str, role: Role, volume: NDArray[np.float32]) -> None:
    low, high = volume.min(), volume.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise VoxelError(f"{label} holds voxels that are not numbers (NaN) or infinite. Export it again from the scan.")
    if low == high and role != REFERENCE:
        raise VoxelError(f"{label} holds the value {low:g} everywhere: there is no picture in it. Export it again.")
