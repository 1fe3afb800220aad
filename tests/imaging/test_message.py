"""What a reading process tells the server."""

import io
from typing import Any

import numpy as np
import pytest
from scan_files import LPS, asymmetric, picture, scan

from app.errors import StudyError, UnreadableFileError
from app.imaging import LIMITS, Opened, Part, open_study
from app.imaging.message import Blobs, pack_opened, pack_problem, pack_request, unpack_opened, unpack_request
from app.imaging.pipe import receive, send
from app.study import DicomPlane, DicomSource, Sequence, Source, Study


def through_a_pipe(values: dict[str, Any], blobs: list[memoryview]) -> tuple[dict[str, Any], Blobs]:
    stream = io.BytesIO()
    send(stream, values, blobs)
    stream.seek(0)
    return receive(stream, 10**6)


def test_request() -> None:
    files = [picture("a.png", np.eye(3, dtype=np.uint8)), scan("b.nii", asymmetric(2, 3, 4))]
    roles = {("a.png", 0): "reference", ("b.nii", 0): Sequence.T1CE, ("b.nii", 1): None}

    assert unpack_request(*through_a_pipe(*pack_request(files, roles, LIMITS))) == (files, roles, LIMITS)
    assert unpack_request(*through_a_pipe(*pack_request(files, None, LIMITS)))[1] is None


@pytest.mark.parametrize("affine", [LPS, None])
def test_study(affine: np.ndarray | None) -> None:
    thumbnail = np.array([[1, 2, 3]], np.uint8)
    part = Part("series", 2, "Series 2", Sequence.FLAIR, "3 slices", True, thumbnail)
    image = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    reference = np.eye(3, 4, dtype=np.uint8)[None].repeat(2, axis=0)
    images = {Sequence.FLAIR: image, Sequence.T2: image + 1}
    source = Source("picture", (2, 3, 4)) if affine is None else Source("volume", (4, 3, 2), affine)
    study = Study("s", images, source, None if affine is None else (2.0, 1.0, 0.5), reference, ("One is missing.",))

    opened = unpack_opened(*through_a_pipe(*pack_opened(Opened((part,), study, None))))

    assert opened.parts == (part,) and opened.problem is None and opened.study is not None
    np.testing.assert_array_equal(opened.parts[0].thumbnail, thumbnail)
    assert opened.study.sha256 == study.sha256 and opened.study.notes == study.notes
    assert (opened.study.name, opened.study.spacing, opened.study.sequences) == ("s", study.spacing, study.sequences)
    assert (opened.study.source.kind, opened.study.source.shape) == (source.kind, source.shape)
    assert opened.study.source.dicom is None
    np.testing.assert_array_equal(opened.study.source.affine, affine)
    np.testing.assert_array_equal(opened.study.reference, reference)
    assert not opened.study.images[Sequence.T2].flags.writeable


def test_where_dicom_images_are_referred_to() -> None:
    planes = (DicomPlane("1.2", "1.2.3", None, (1.5, -2.0, 1 / 3)), None, DicomPlane("1.2", "1.2.4", 7, (0, 0, 3)))
    dicom = DicomSource('{"00100010": {"vr": "PN"}}', planes)
    source = Source("volume", (1, 1, 3), LPS, dicom)
    study = Study("s", {Sequence.T1: np.zeros((3, 1, 1), np.float32)}, source)

    opened = unpack_opened(*through_a_pipe(*pack_opened(Opened((), study, None))))

    assert opened.study is not None and opened.study.source.dicom is not None
    assert (opened.study.source.dicom.header, opened.study.source.dicom.planes) == (dicom.header, planes)


def test_parts_that_make_no_study() -> None:
    opened = open_study([scan("a_t1.nii", asymmetric(2, 3, 4)), scan("b_t1.nii", asymmetric(2, 3, 4))])
    again = unpack_opened(*through_a_pipe(*pack_opened(opened)))

    assert again.parts == opened.parts and len(again.parts) == 2 and again.study is None
    assert isinstance(again.problem, StudyError) and str(again.problem) == str(opened.problem)


def test_problem_is_raised() -> None:
    with pytest.raises(UnreadableFileError, match=r"^a\.nii is empty\.$"):
        unpack_opened({"problem": pack_problem(UnreadableFileError("a.nii is empty."))}, [])


@pytest.mark.parametrize("name", ["SystemExit", "os", "AppError", "CheckpointError", "__doc__"])
def test_only_input_errors_are_made(name: str) -> None:
    with pytest.raises(ValueError, match="InputError"):
        unpack_opened({"problem": {"error": name, "message": ""}}, [])
