"""What the server and a reading process tell each other, as JSON and blobs: files go in, `Opened` comes out."""

from collections.abc import Mapping
from collections.abc import Sequence as ListOf
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import errors
from app.errors import InputError
from app.imaging.files import ScanFile
from app.imaging.limits import Limits
from app.imaging.naming import REFERENCE, Role
from app.imaging.parts import Part
from app.imaging.reading import Opened
from app.study import DicomPlane, DicomSource, Sequence, Source, Study

Roles = Mapping[tuple[str, int], Role | None]
Message = tuple[dict[str, Any], list[memoryview]]
Blobs = ListOf[NDArray[np.uint8]]


def pack_request(files: ListOf[ScanFile], roles: Roles | None, limits: Limits) -> Message:
    """The files of one study, what its parts are (None: as guessed), and how much is allowed."""
    chosen = None if roles is None else [[file, index, role] for (file, index), role in roles.items()]
    values = {"names": [file.name for file in files], "roles": chosen, "limits": asdict(limits)}
    return values, [memoryview(file.data) for file in files]


def unpack_request(values: dict[str, Any], blobs: Blobs) -> tuple[list[ScanFile], Roles | None, Limits]:
    """The inverse of `pack_request`."""
    files = [ScanFile(name, blob.tobytes()) for name, blob in zip(values["names"], blobs, strict=True)]
    chosen = values["roles"]
    roles = None if chosen is None else {(file, index): _role(role) for file, index, role in chosen}
    return files, roles, Limits(**values["limits"])


def pack_opened(opened: Opened) -> Message:
    """Parts with their thumbnails, and the study, or why there is none."""
    blobs: list[memoryview] = []

    def keep(array: NDArray[Any] | None) -> dict[str, Any] | None:
        if array is None:
            return None
        blobs.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        return {"blob": len(blobs) - 1, "shape": array.shape, "dtype": array.dtype.str}

    parts = [
        {"file": p.file, "index": p.index, "label": p.label, "role": p.role, "details": p.details}
        | {"optional": p.optional, "thumbnail": keep(p.thumbnail)}
        for p in opened.parts
    ]
    values: dict[str, Any] = {"parts": parts, "study": None, "problem": None}
    if opened.problem is not None:
        values["problem"] = pack_problem(opened.problem)
    if (study := opened.study) is not None:
        values["study"] = {
            "name": study.name,
            "images": {str(sequence): keep(image) for sequence, image in study.images.items()},
            "kind": study.source.kind,
            "shape": study.source.shape,
            "affine": keep(study.source.affine),
            "dicom": None if study.source.dicom is None else asdict(study.source.dicom),
            "spacing": study.spacing,
            "reference": keep(study.reference),
            "notes": study.notes,
        }
    return values, blobs


def unpack_opened(values: dict[str, Any], blobs: Blobs) -> Opened:
    """The inverse of `pack_opened`. Raises what stands in the place of parts."""

    def kept(entry: dict[str, Any] | None) -> NDArray[Any] | None:
        if entry is None:
            return None
        array: NDArray[Any] = blobs[entry["blob"]].view(np.dtype(entry["dtype"])).reshape(entry["shape"])
        array.setflags(write=False)
        return array

    if "parts" not in values:
        raise _problem(values["problem"])
    parts = tuple(
        Part(p["file"], p["index"], p["label"], _role(p["role"]), p["details"], p["optional"], kept(p["thumbnail"]))
        for p in values["parts"]
    )
    if (study := values["study"]) is None:
        return Opened(parts, None, _problem(values["problem"]))
    images = {Sequence(name): kept(image) for name, image in study["images"].items()}
    spacing = study["spacing"]
    source = Source(study["kind"], tuple(study["shape"]), kept(study["affine"]), _dicom(study["dicom"]))
    return Opened(
        parts,
        Study(
            name=study["name"],
            images={sequence: image for sequence, image in images.items() if image is not None},
            source=source,
            spacing=None if spacing is None else (spacing[0], spacing[1], spacing[2]),
            reference=kept(study["reference"]),
            notes=tuple(study["notes"]),
        ),
        None,
    )


def _dicom(values: dict[str, Any] | None) -> DicomSource | None:
    if values is None:
        return None
    planes: list[DicomPlane | None] = []
    for plane in values["planes"]:
        if plane is not None:
            x, y, z = plane.pop("position")
            plane = DicomPlane(**plane, position=(x, y, z))
        planes.append(plane)
    return DicomSource(values["header"], tuple(planes))


def pack_problem(problem: InputError) -> dict[str, str]:
    """An error by the name of its class."""
    return {"error": type(problem).__name__, "message": str(problem)}


def _problem(values: dict[str, str]) -> InputError:
    kind = getattr(errors, values["error"], None)
    if not (isinstance(kind, type) and issubclass(kind, InputError)):
        raise ValueError(f"A reading process names a kind of InputError. Received: {values['error']!r}")
    return kind(values["message"])


def _role(text: str | None) -> Role | None:
    return text if text is None or text == REFERENCE else Sequence(text)  # type: ignore[return-value]
