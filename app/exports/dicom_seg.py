"""The mask as a DICOM segmentation object (PS3.3 annex A.51), on the slices of the DICOM scan that it was found in.

Each frame has the position of the scan's slice, and names the image that it belongs to. The same input gives the same
bytes: identifiers are made from digests, and dates are the scan's.
"""

import io
import logging
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.decision import palette
from app.decision.reading import Reading
from app.exports.dicom_references import PlaneGrid, refer_to, stand_in, uid_from
from app.imaging import to_source
from app.study import CLASS_LABELS, DicomSource, Source

if TYPE_CHECKING:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import Segmentation, SegmentDescription

SERIES_NUMBER = 9000
"""Of the series that a segmentation makes; far from those of a scanner."""
_NAME = "Gliolens"
_NO_DATE, _NO_TIME = "19000101", "000000"
"""Where the scan has none; an object of this kind must have one."""
for _library in ("highdicom", "pydicom"):  # they write what they were given, which may name a patient
    logging.getLogger(_library).addHandler(logging.NullHandler())
    logging.getLogger(_library).propagate = False


def dicom_seg(reading: Reading) -> bytes:
    """The mask as a DICOM SEG: a segment for each class, or one where classes are not known.

    Binary, uncompressed, without the frames that are empty; where nothing was found all frames are there, empty.
    Raises ValueError for a study that is not from DICOM files, or without spacing.
    """
    source, spacing = reading.study.source, reading.study.spacing
    if source.dicom is None or source.affine is None or spacing is None:
        raise ValueError("A DICOM SEG is made of a DICOM scan with spacing. Received: a study from other files")
    grid = PlaneGrid(source.affine)
    seed = uid_from(
        *(reading.study.sha256, reading.result.checkpoint_sha256, f"{reading.threshold:.3f}"),
        *(source.dicom.header, repr(source.dicom.planes)),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that do not follow the standard are everyday
        made = _made(reading, source.dicom, source, grid, seed)
        refer_to(made, source.dicom, grid)
        _settle(made, seed)
        packed = io.BytesIO()
        made.save_as(packed)
    return packed.getvalue()


def _made(reading: Reading, dicom: DicomSource, source: Source, grid: PlaneGrid, seed: str) -> "Segmentation":
    from highdicom.seg import Segmentation, SegmentationTypeValues  # takes a second to load, and only this needs it

    image = stand_in(dicom, source, grid)
    return Segmentation(
        source_images=[image],
        pixel_array=_segments(reading, source),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=_descriptions(reading),
        series_instance_uid=uid_from("series", seed),
        series_number=SERIES_NUMBER,
        sop_instance_uid=uid_from("instance", seed),
        instance_number=1,
        manufacturer=_NAME,
        manufacturer_model_name=_NAME,
        software_versions=reading.card.sha256[:16],
        device_serial_number="none",
        content_label="RESEARCH_ONLY",
        content_description=f"{_NAME}, tumour p >= {reading.threshold:.3f}; research only",
        series_description=f"{_NAME} segmentation, research only",
        content_date=image.get("SeriesDate") or image.get("StudyDate") or _NO_DATE,
        content_time=image.get("SeriesTime") or image.get("StudyTime") or _NO_TIME,
        **_geometry(dicom, grid, image.SliceThickness),
    )


def _segments(reading: Reading, source: Source) -> NDArray[np.uint8]:
    """`(slices, rows, columns)`: the number of the segment that each voxel belongs to, 0 outside the mask."""
    if reading.result.classes is None:
        numbers = reading.result.mask(reading.threshold).astype(np.uint8)
    else:
        table = np.zeros(max(CLASS_LABELS) + 1, np.uint8)
        table[list(CLASS_LABELS)] = range(1, len(CLASS_LABELS) + 1)
        numbers = table[reading.result.labels(reading.threshold)]
    return np.ascontiguousarray(to_source(numbers, source).transpose(2, 1, 0))


def _descriptions(reading: Reading) -> "list[SegmentDescription]":
    """What the segments are, in the terms of PS3.16 CID 7150 and CID 7159."""
    from highdicom import AlgorithmIdentificationSequence
    from pydicom.sr.codedict import codes

    threshold, checkpoint = f"{reading.threshold:.3f}", reading.result.checkpoint_sha256
    algorithm = AlgorithmIdentificationSequence(
        name=_NAME,
        family=codes.DCM.ArtificialIntelligence,
        version=checkpoint[:16],
        parameters={"threshold": threshold, "checkpoint_sha256": checkpoint},
    )
    if reading.result.classes is None:
        return [_description(1, "tumour", palette.TUMOUR, codes.SCT.Neoplasm, algorithm)]
    kinds = {1: codes.SCT.Necrosis, 2: codes.SCT.Edema, 4: codes.NCIt.EnhancingLesion}
    return [
        _description(number, *palette.CLASSES[label], kinds[label], algorithm)
        for number, label in enumerate(CLASS_LABELS, 1)
    ]


def _description(
    number: int, label: str, colour: str, kind: Any, algorithm: "AlgorithmIdentificationSequence"
) -> "SegmentDescription":
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentAlgorithmTypeValues, SegmentDescription
    from pydicom.sr.codedict import codes

    return SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=kind,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
        anatomic_regions=[codes.SCT.Brain],
        display_color=CIELabColor.from_rgb(*palette.rgb(colour)),
    )


def _geometry(dicom: DicomSource, grid: PlaneGrid, thickness: float) -> dict[str, Any]:
    """Where the planes lie: as the files say, and by the grid where a slice is missing."""
    from highdicom import CoordinateSystemNames, PixelMeasuresSequence, PlaneOrientationSequence, PlanePositionSequence

    patient = CoordinateSystemNames.PATIENT
    positions = [grid.position(place) if plane is None else plane.position for place, plane in enumerate(dicom.planes)]
    return {
        "plane_positions": [PlanePositionSequence(patient, position) for position in positions],
        "plane_orientation": PlaneOrientationSequence(patient, grid.orientation),
        "pixel_measures": PixelMeasuresSequence(grid.pixel_spacing, thickness, grid.distance),
    }


def _settle(made: "Segmentation", seed: str) -> None:
    """Take out the time of writing and what was drawn by chance."""
    for keyword in ("InstanceCreationDate", "InstanceCreationTime"):
        delattr(made, keyword)
    for equipment in made.ContributingEquipmentSequence:
        del equipment.ContributionDateTime
    organisation = uid_from("dimensions", seed)
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = organisation
