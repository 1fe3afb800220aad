from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from app.errors import RecordsDamagedError
from app.records.container import pack, unpack
from app.records.scan_file import pack_study, unpack_study
from app.study import DicomPlane, DicomSource, Sequence, Source, Study

SHAPE = (2, 3, 4)
FLAIR = np.arange(24, dtype=np.float32).reshape(SHAPE)
T1 = np.float32(-0.1) * FLAIR[:, ::-1]
AFFINE = np.array([[-0.5, 0, 0, -0.0], [0, -1 / 3, 0, 3], [0, 0, 5, 1e-17], [0, 0, 0, 1]])
PLANES = (DicomPlane("1.2", "3.4", None, (0.1, -0.0, 7.0)), DicomPlane("1.2", "3.5", 2, (1 / 3, 2.0, -9.5)))
DICOM = DicomSource('{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Zoë"}]}}', PLANES)
VOLUME = Study(
    name="Head one",
    images={Sequence.T1: T1, Sequence.FLAIR: FLAIR},
    source=Source("volume", (4, 3, 2), AFFINE, DICOM),
    spacing=(5.0, 1 / 3, 0.5),
    reference=(FLAIR > 20).astype(np.uint8) * 4,
    notes=("T1 was resampled.", "A slice is missing · é"),
)
PICTURE = Study("one", {Sequence.FLAIR: FLAIR[:1]}, Source("picture", (3, 4)))


def same(one: Study, other: Study) -> None:
    assert [*one.images] == [*other.images]
    for sequence, image in one.images.items():
        kept = other.images[sequence]
        assert (kept.dtype, kept.shape, kept.tobytes()) == (image.dtype, image.shape, image.tobytes())
        assert not kept.flags.writeable
    assert repr((one.name, one.spacing, one.notes)) == repr((other.name, other.spacing, other.notes))
    assert one.sha256 == other.sha256
    assert (one.source.kind, one.source.shape) == (other.source.kind, other.source.shape)
    for before, after in (one.source.affine, other.source.affine), (one.reference, other.reference):
        assert (before is None) == (after is None)
        assert before is None or after is None or (before.dtype, before.tobytes()) == (after.dtype, after.tobytes())
    dicom = [None if study.source.dicom is None else asdict(study.source.dicom) for study in (one, other)]
    assert repr(dicom[0]) == repr(dicom[1])


@pytest.mark.parametrize(
    "study",
    [
        VOLUME,
        PICTURE,
        replace(VOLUME, source=Source("volume", (4, 3, 2), AFFINE), reference=None, notes=()),
        replace(VOLUME, spacing=None),
        replace(VOLUME, source=replace(VOLUME.source, dicom=replace(DICOM, planes=(None, PLANES[1])))),
        replace(PICTURE, images={Sequence.T2: FLAIR}, source=Source("picture", (2, 3, 4))),
    ],
    ids=["all", "picture", "file", "no spacing", "slice missing", "stack"],
)
def test_a_study_comes_back_to_the_bit(study: Study) -> None:
    content = pack_study(study)
    same(study, unpack_study(content))
    assert pack_study(unpack_study(content)) == content


def changed(**entries: Any) -> bytes:
    """The volume's file with other values."""
    values, arrays = unpack("scan", pack_study(VOLUME))
    return pack("scan", values | entries, arrays)


@pytest.mark.parametrize(
    "entries",
    [
        {"name": 7},
        {"sequences": ["FLAIR", "T9"]},
        {"sequences": ["FLAIR"]},
        {"sequences": ["FLAIR", "FLAIR"]},
        {"sequences": []},
        {"kind": "video"},
        {"kind": "picture"},
        {"shape": [4, 3, 3]},
        {"shape": [4, -3, -2]},
        {"shape": [24]},
        {"shape": None},
        {"affine": False},
        {"reference": False},
        {"spacing": [5.0, 1.0]},
        {"spacing": [5.0, 1.0, 0.0]},
        {"spacing": [5.0, 1.0, float("nan")]},
        {"spacing": [5, 1, 1]},
        {"notes": [7]},
        {"dicom": {}},
        {"dicom": {"header": "{}", "planes": [None]}},
        {"dicom": {"header": "{}", "planes": [None, {"position": [1, 2]}]}},
        {"dicom": {"header": 7, "planes": [None, None]}},
        {"dicom": {"header": "{}", "planes": [None, asdict(PLANES[0]) | {"frame": "2"}]}},
    ],
    ids=str,
)
def test_values_that_make_no_study_are_refused(entries: dict[str, Any]) -> None:
    with pytest.raises(RecordsDamagedError, match="A saved scan cannot be read"):
        unpack_study(changed(**entries))


@pytest.mark.parametrize(
    ("place", "array"),
    [
        (0, np.full(SHAPE, np.inf, np.float32)),
        (0, FLAIR.astype(np.float64)),
        (0, FLAIR[0]),
        (1, FLAIR[:, :, :3]),
        (2, AFFINE[:3]),
        (2, np.full((4, 4), np.nan)),
        (3, FLAIR),
    ],
)
def test_arrays_that_make_no_study_are_refused(place: int, array: np.ndarray) -> None:
    values, arrays = unpack("scan", pack_study(VOLUME))
    arrays[place] = array
    with pytest.raises(RecordsDamagedError, match="A saved scan cannot be read"):
        unpack_study(pack("scan", values, arrays))
    with pytest.raises(RecordsDamagedError, match="A saved scan cannot be read"):
        unpack_study(pack("scan", values, arrays[:place]))


def test_a_result_is_no_scan() -> None:
    with pytest.raises(RecordsDamagedError, match="A saved scan cannot be read"):
        unpack_study(pack("result", {}, []))
