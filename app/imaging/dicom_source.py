"""What is kept of the headers of a DICOM scan, so that objects made from it can refer to it."""

import json

from pydicom.dataset import Dataset

from app.imaging.dicom_errors import ERRORS, guarded
from app.imaging.dicom_geometry import Stack
from app.imaging.dicom_header import REPEATED
from app.imaging.dicom_slices import Slice
from app.study import DicomPlane, DicomSource


def dicom_source(stack: Stack) -> DicomSource:
    """The identifiers of a stack of slices. What is damaged or missing in its headers is left out."""
    first = stack.slices[0].image
    planes: list[DicomPlane | None] = [None] * stack.shape[2]
    with guarded(first.name):
        for place, each in zip(stack.places, stack.slices, strict=True):
            planes[place] = _plane(each)
        return DicomSource(_header(stack.slices[0]), tuple(planes))


def _plane(each: Slice) -> DicomPlane:
    x, y, z = each.position.tolist()
    return DicomPlane(
        sop_class=str(each.image.kind),
        instance=str(each.image.dataset.get("SOPInstanceUID") or ""),
        frame=each.frame + 1 if each.image.frames > 1 else None,
        position=(x, y, z),
    )


def _header(first: Slice) -> str:
    """The repeated attributes as DICOM JSON, without those that cannot be written so."""
    dataset, kept = first.image.dataset, dict[str, object]()
    for keyword in REPEATED:
        alone = Dataset()
        try:
            if keyword in dataset:
                alone.add(dataset[keyword])
            elif value := first.attributes.get(keyword):  # which an enhanced object keeps with its frames
                setattr(alone, keyword, value)
            kept |= json.loads(alone.to_json())
        except ERRORS:
            continue
    return json.dumps(kept, sort_keys=True)
