"""Every study below a folder, from the names of files and the headers of DICOM."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.cohort.decathlon import masks_apart
from app.cohort.dicom_study import study_uid
from app.cohort.found import DICOM, PICTURES, Found
from app.cohort.study_names import key_of, named
from app.cohort.volumes import cases, kind_of
from app.cohort.walk import MOST, Place, Tell, walk
from app.errors import InputError
from app.imaging.naming import REFERENCE, parse

_PICTURES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")
Keyed = tuple[str, Found]
"""What a study is named after, and the study, which has no name yet."""


@dataclass
class _Looked:
    """What lies below the folder of the cohort."""

    volumes: dict[Path, list[Path]]
    """By folder, as pictures."""
    pictures: dict[Path, list[Path]]
    dicom: dict[str, list[Path]]
    """By the identifier of the examination; of files that have none, by their folder."""


def find(folder: Path, tell: Tell = lambda said: None, most: int = MOST) -> list[Found]:
    """The studies below a folder, sorted by name; nothing but names and the headers of DICOM files is read.

    A study is a case folder as BraTS has them, volumes side by side that are called alike (`volumes.cases`), a single
    volume, the slices of a stack of pictures, or the DICOM files of one examination, wherever they lie.

    Args:
        folder: any; links that lead out of it are not followed.
        tell: is told a sentence about each thing that was left out and may be missed.
        most: files that are looked at.

    Raises:
        InputError: there is no such folder, or it holds no study.
        LimitError: it holds more than `most` files.
    """
    root = Path(os.path.abspath(folder))
    if not root.is_dir():
        raise InputError(f"There is no folder {folder}. Give the folder below which the studies lie.")
    looked = _look(root, tell, most)
    keyed = [*_volumes(root, looked.volumes, tell), *_pictures(root, looked.pictures), *_dicom(root, looked.dicom)]
    if not keyed:
        raise InputError(
            f"{folder} holds no study: no NIfTI, NRRD, MetaImage or MGH volumes, no DICOM files and no pictures. "
            "Archives are not looked into: unpack them first."
        )
    return named(keyed, root)


def _look(root: Path, tell: Tell, most: int) -> _Looked:
    looked = _Looked({}, {}, defaultdict(list))
    for place in walk(root, tell, most):
        kinds = {path: kind_of(path) or ("picture" if path.suffix.lower() in _PICTURES else "") for path in place.files}
        volumes = [path for path, kind in kinds.items() if kind not in ("", "picture")]
        dicom = _examinations(place, [path for path, kind in kinds.items() if not kind], tell)
        for examination, paths in dicom.items():
            looked.dicom[examination] += paths
        if volumes:
            looked.volumes[place.folder] = volumes
        elif not dicom and not place.on_disc:
            looked.pictures[place.folder] = [path for path, kind in kinds.items() if kind]
    return looked


def _examinations(place: Place, paths: Iterable[Path], tell: Tell) -> dict[str, list[Path]]:
    """The DICOM files of a folder by examination. Damaged ones go to the only one that there is, if there is one:
    reading it then says which file is damaged."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        try:
            examination = study_uid(path)
        except OSError as error:
            tell(f"{path} cannot be read and was left out: {error.strerror}.")
            continue
        if examination is not None:
            found[examination].append(path)
    if unnamed := found.pop("", None):
        found[next(iter(found)) if len(found) == 1 else str(place.folder)] += unnamed
    return found


def _volumes(root: Path, folders: dict[Path, list[Path]], tell: Tell) -> Iterator[Keyed]:
    scans, mask_of = masks_apart(folders)
    left_out = 0
    for folder, paths in scans.items():
        listed, others = cases(paths, is_root=folder == root)
        left_out += len(others)
        for called, files in listed:
            key = key_of(root, folder, called if len(listed) > 1 or folder == root else "")
            kind = " + ".join(sorted({kind_of(path) or "" for path in files}))
            yield key, Found("", (*files, *(mask_of[path] for path in files if path in mask_of)), kind)
    if left_out:
        tell(f"Volumes that no study takes in were left out, masks and those of which nothing says what: {left_out:,}.")


def _pictures(root: Path, folders: dict[Path, list[Path]]) -> Iterator[Keyed]:
    """Slices whose names differ in their numbers and in what they are make a stack."""
    for folder, paths in folders.items():
        stacks: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            stacks[parse(path.name).series.casefold()].append(path)
        stacks = {name: files for name, files in stacks.items() if any(parse(p.name).role != REFERENCE for p in files)}
        for files in stacks.values():
            first = parse(files[0].name)
            called = (first.series or first.stem) if len(stacks) > 1 or folder == root else ""
            yield key_of(root, folder, called), Found("", tuple(files), PICTURES)


def _dicom(root: Path, examinations: dict[str, list[Path]]) -> Iterator[Keyed]:
    for paths in examinations.values():
        common = Path(os.path.commonpath([path.parent for path in paths]))
        yield key_of(root, common, paths[0].stem if len(paths) == 1 else ""), Found("", tuple(sorted(paths)), DICOM)
