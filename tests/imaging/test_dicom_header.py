import tracemalloc
import zlib
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from dicom_files import dataset, file, packed
from pydicom import dcmwrite
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
    MRSpectroscopyStorage,
    RLELossless,
)
from test_dicom_start import bare

from app.errors import InputError, LimitError, UnreadableFileError
from app.imaging import LIMITS, ScanFile
from app.imaging.dicom_header import UNDEFINED, open_header

PIXELS = np.arange(12, dtype=np.uint16).reshape(3, 4)
DEFLATED = packed(dataset(PIXELS), DeflatedExplicitVRLittleEndian)


def deflated(content: bytes, start: bytes = DEFLATED) -> ScanFile:
    """A file whose dataset is some deflated content."""
    meta = start[: 132 + 12 + int.from_bytes(start[140:144], "little")]
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return ScanFile("IM1", meta + packer.compress(content) + packer.flush())


@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless],
)
def test_header_and_place_of_the_pixels(syntax: object) -> None:
    opened = open_header(file(dataset(PIXELS), syntax=syntax), LIMITS)  # type: ignore[arg-type]

    assert opened.syntax == syntax
    assert (opened.rows, opened.columns, opened.frames, opened.samples, opened.bits) == (3, 4, 1, 1, 16)
    assert opened.pixels is not None
    assert opened.pixels.keyword == "PixelData"
    assert opened.pixels.length == (UNDEFINED if syntax == RLELossless else 24)
    if opened.pixels.length == 24:
        order = ">" if syntax == ExplicitVRBigEndian else "<"
        assert np.frombuffer(opened.data, f"{order}u2", 12, opened.pixels.start).tolist() == list(range(12))


@pytest.mark.parametrize(
    ("encoding", "syntax"),
    [("implicit", ImplicitVRLittleEndian), ("explicit", ExplicitVRLittleEndian), ("big", ExplicitVRBigEndian)],
)
def test_a_bare_dataset_has_its_encoding_guessed(encoding: str, syntax: object) -> None:
    opened = open_header(ScanFile("IM1", bare(encoding)), LIMITS)

    assert (opened.syntax, opened.rows, opened.columns) == (syntax, 3, 4)


def test_pixels_of_an_icon_are_not_those_of_the_image() -> None:
    icon = dataset(np.zeros((2, 2), np.uint8))
    del icon.file_meta

    opened = open_header(file(dataset(PIXELS, IconImageSequence=[icon])), LIMITS)

    assert opened.pixels is not None
    assert opened.data[opened.pixels.start :][:24] == PIXELS.tobytes()


def test_an_object_without_pixels() -> None:
    """Spectroscopy has rows, but no pixels."""
    for kind in (MRSpectroscopyStorage, EncapsulatedPDFStorage, "1.2.3"):
        opened = open_header(file(dataset(PIXELS, PixelData=None, SOPClassUID=kind)), LIMITS)

        assert (opened.pixels, opened.kind) == (None, kind)


def test_a_directory_says_what_it_is_beside_its_dataset() -> None:
    made = dataset(PIXELS, PixelData=None)
    del made.SOPClassUID, made.SOPInstanceUID
    made.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    made.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    stream = BytesIO()
    dcmwrite(stream, made)

    assert open_header(ScanFile("DIR", stream.getvalue()), LIMITS).kind == MediaStorageDirectoryStorage


def test_an_image_without_its_pixels_was_cut_off() -> None:
    """Also when it ends before it says that it is one."""
    whole = packed(dataset(PIXELS))

    for end in (whole.index(b"\xe0\x7f\x10\x00"), whole.index(b"PN"), 200, 150, 140):
        with pytest.raises(UnreadableFileError, match=r"^IM1 "):
            open_header(ScanFile("IM1", whole[:end]), LIMITS)


def test_a_deflated_bomb_is_inflated_no_further_than_the_limit() -> None:
    bomb = deflated(bytes(256 * 2**20))

    tracemalloc.start()
    with pytest.raises(LimitError, match=r"^IM1 inflates to more than 4 MiB, and is read no further"):
        open_header(bomb, replace(LIMITS, unpacked_bytes=4 * 2**20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 12 * 2**20


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"Rows": 65535, "Columns": 65535}, r"^IM1 holds 65535 x 65535 pixels; at most 4,096 along an axis"),
        ({"Rows": 3, "Columns": 5000}, r"^IM1 holds 5000 x 3 pixels"),
        ({"Rows": 4096, "Columns": 4096, "NumberOfFrames": 999}, r"^IM1 holds 31,968 MiB after decompression"),
        ({"NumberOfFrames": 2**31 - 1}, r"^IM1 holds 49,152 MiB after decompression"),
    ],
)
def test_claims_are_held_against_the_limits(attributes: dict[str, object], message: str) -> None:
    for syntax in (ExplicitVRLittleEndian, RLELossless):
        liar = dataset(PIXELS)
        if syntax == RLELossless:
            liar.compress(syntax)
        for keyword, value in attributes.items():
            setattr(liar, keyword, value)

        tracemalloc.start()
        with pytest.raises(LimitError, match=message):
            open_header(file(liar), LIMITS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak < 2**20


@pytest.mark.parametrize("attributes", [{"Rows": 4}, {"NumberOfFrames": 2}, {"SamplesPerPixel": 3}])
def test_fewer_pixels_than_the_header_promises(attributes: dict[str, object]) -> None:
    with pytest.raises(UnreadableFileError, match=r"^IM1 ends before all the pixels that its header promises"):
        open_header(file(dataset(PIXELS, **attributes)), LIMITS)


@pytest.mark.parametrize(
    "attributes",
    [{"Rows": 0}, {"Columns": None}, {"BitsAllocated": 12}, {"NumberOfFrames": -3}, {"BitsAllocated": None}],
)
def test_images_that_cannot_be(attributes: dict[str, object]) -> None:
    with pytest.raises(UnreadableFileError, match=r"^IM1 is a DICOM file that is cut off or damaged"):
        open_header(file(dataset(PIXELS, **attributes)), LIMITS)


@pytest.mark.parametrize("cut", [1, 10, 24])
def test_cut_off_pixels(cut: int) -> None:
    with pytest.raises(UnreadableFileError, match=r"^IM1 ends before all the pixels"):
        open_header(ScanFile("IM1", packed(dataset(PIXELS))[:-cut]), LIMITS)


@pytest.mark.parametrize("cut", [1, 20])
def test_a_deflated_dataset_that_is_cut_off(cut: int) -> None:
    with pytest.raises(UnreadableFileError, match=r"^IM1 is a DICOM file that is cut off or damaged"):
        open_header(ScanFile("IM1", DEFLATED.rstrip(b"\0")[:-cut]), LIMITS)


def test_no_patient_is_named_when_a_file_is_damaged() -> None:
    whole = packed(dataset(PIXELS))
    for cut in range(0, len(whole), 3):
        try:
            open_header(ScanFile("IM1", whole[:cut]), LIMITS)
        except InputError as e:
            assert "Doe" not in str(e)
            assert "4711" not in str(e)
