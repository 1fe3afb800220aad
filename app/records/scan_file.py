"""A study as bytes that are kept, exact to the bit."""

from dataclasses import asdict
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import RecordsDamagedError
from app.records.container import pack, unpack
from app.study import DicomPlane, DicomSource, Sequence, Source, Study

_KIND = "scan"


def pack_study(study: Study) -> bytes:
    """The study with all that it holds, as it is; equal studies give equal bytes.

    What must not be kept is to be taken out before (see `decision.impersonal`). Raises LimitError.
    """
    source = study.source
    values = {
        "name": study.name,
        "sequences": [str(sequence) for sequence in study.images],
        "kind": source.kind,
        "shape": source.shape,
        "affine": source.affine is not None,
        "dicom": None if source.dicom is None else asdict(source.dicom),
        "spacing": study.spacing,
        "reference": study.reference is not None,
        "notes": study.notes,
    }
    arrays = (*study.images.values(), source.affine, study.reference)
    return pack(_KIND, values, [array for array in arrays if array is not None])


def unpack_study(content: bytes) -> Study:
    """The inverse of `pack_study`. Raises RecordsDamagedError when the content is not of a study."""
    values, arrays = unpack(_KIND, content)
    try:
        return _study(values, arrays)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordsDamagedError("A saved scan cannot be read: it is damaged. Restore it from a backup.") from error


def _study(values: dict[str, Any], arrays: list[NDArray[Any]]) -> Study:
    """Raises ValueError, KeyError, TypeError or AttributeError for what is no study."""
    names, rest = values["sequences"], list(arrays)
    if len(set(names)) + bool(values["affine"]) + bool(values["reference"]) != len(arrays):
        raise ValueError(f"There is an array for each image, affine and reference. Received: {len(arrays)}")
    reference = rest.pop() if values["reference"] else None
    affine = _affine(rest.pop()) if values["affine"] else None
    images = {Sequence(name): _image(image) for name, image in zip(names, rest, strict=True)}
    shapes = {array.shape for array in (*images.values(), reference) if array is not None}
    if len(shapes) != 1 or (reference is not None and reference.dtype != np.uint8):
        raise ValueError(f"A study has images, and a reference, of one shape. Received: {shapes}")
    spacing, notes = values["spacing"], values["notes"]
    if spacing is not None:
        z, y, x = spacing
        if not all(type(side) is float and isfinite(side) and side > 0 for side in spacing):
            raise ValueError(f"Spacing is in mm. Received: {spacing}")
        spacing = z, y, x
    if not all(isinstance(text, str) for text in (values["name"], *notes)):
        raise ValueError("Name and notes are text.")
    source = _source(values, affine)
    if prod(source.shape) != prod(shapes.pop()):
        raise ValueError(f"The grid of the source holds the voxels of the images. Received: {source.shape}")
    return Study(values["name"], images, source, spacing, reference, tuple(notes))


def _image(array: NDArray[Any]) -> NDArray[np.float32]:
    if array.dtype != np.float32 or array.ndim != 3 or not array.size:
        raise ValueError("An image is float32, (z, y, x).")
    if not (np.isfinite(array.min()) and np.isfinite(array.max())):
        raise ValueError("An image is finite.")
    return array


def _affine(array: NDArray[Any]) -> NDArray[np.float64]:
    if array.dtype != np.float64 or array.shape != (4, 4) or not np.isfinite(array).all():
        raise ValueError("An affine is float64, (4, 4).")
    return array


def _source(values: dict[str, Any], affine: NDArray[np.float64] | None) -> Source:
    kind, shape = values["kind"], tuple(values["shape"])
    if kind not in ("volume", "picture") or (kind == "volume") != (affine is not None):
        raise ValueError(f"A source is a volume with an affine, or a picture without. Received: {kind!r}")
    if not all(type(n) is int and n > 0 for n in shape) or (kind == "volume" and len(shape) != 3):
        raise ValueError(f"A source has a shape. Received: {shape}")
    if (dicom := values["dicom"]) is None:
        return Source(kind, shape, affine)
    planes = tuple(_plane(plane) for plane in dicom["planes"])
    if not isinstance(dicom["header"], str) or len(planes) != shape[-1]:
        raise ValueError(f"A DICOM source has a header and a plane for each slice. Received: {len(planes)} planes")
    return Source(kind, shape, affine, DicomSource(dicom["header"], planes))


def _plane(values: dict[str, Any] | None) -> DicomPlane | None:
    if values is None:
        return None
    x, y, z = map(float, values["position"])
    sop_class, instance, frame = values["sop_class"], values["instance"], values["frame"]
    if not (isinstance(sop_class, str) and isinstance(instance, str) and (frame is None or type(frame) is int)):
        raise ValueError(f"A plane has identifiers and the number of a frame. Received: {values}")
    return DicomPlane(sop_class, instance, frame, (x, y, z))
