import warnings
from collections.abc import Callable
from pathlib import Path

import gdcm
import numpy as np
import pytest
from dicom_files import dataset, file, packed
from numpy.typing import NDArray
from pydicom import FileDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    JPEG2000,
    MPEG4HP41,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from scan_files import picture

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile, dicom_pixels
from app.imaging.dicom_header import open_header
from app.imaging.dicom_pixels import digests_of, read_volume
from app.imaging.dicom_slices import slices_of

LOSSLESS = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
    RLELossless,
    JPEGLSLossless,
    JPEG2000Lossless,
]
RANDOM = np.random.default_rng(4)
PIXELS = RANDOM.integers(0, 4000, (40, 37)).astype(np.uint16)
SMOOTH = (np.add.outer(np.arange(40), np.arange(37)) * 3).astype(np.uint8)


def volume_of(*files: ScanFile) -> NDArray[np.float32]:
    slices = [each for file in files for each in slices_of(open_header(file, LIMITS))]
    return read_volume(slices, range(len(slices)))


def holding(made: FileDataset, syntax: UID, *frames: bytes) -> ScanFile:
    """A file with compressed frames as they are given."""
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate(list(frames))
    made["PixelData"].is_undefined_length = True
    return file(made)


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_lossless_transfer_syntaxes(syntax: UID, dtype: type[np.generic]) -> None:
    stored = (PIXELS // 16 if dtype == np.uint8 else PIXELS).astype(dtype)
    if dtype == np.int16:
        stored = stored - np.int16(2000)

    volume = volume_of(file(dataset(stored), syntax=syntax))

    assert volume.dtype == np.float32
    np.testing.assert_array_equal(volume[0], stored)


@pytest.mark.parametrize(("syntax", "options"), [(JPEG2000, {"j2k_cr": [4]}), (JPEGLSNearLossless, {"jls_error": 2})])
def test_lossy_transfer_syntaxes(syntax: UID, options: dict[str, object]) -> None:
    data = packed(dataset(SMOOTH), syntax, **options)

    np.testing.assert_allclose(volume_of(ScanFile("IM1", data))[0], SMOOTH, atol=4)


def test_jpeg_baseline() -> None:
    made = holding(dataset(SMOOTH), JPEGBaseline8Bit, picture("a.jpg", SMOOTH, quality=95).data)

    np.testing.assert_allclose(volume_of(made)[0], SMOOTH, atol=3)


@pytest.mark.parametrize(
    ("syntax", "kind"),
    [
        (JPEGLossless, gdcm.TransferSyntax.JPEGLosslessProcess14),
        (JPEGLosslessSV1, gdcm.TransferSyntax.JPEGLosslessProcess14_1),
    ],
)
def test_jpeg_lossless(syntax: UID, kind: int, tmp_path: Path) -> None:
    plain, compressed = str(tmp_path / "plain"), str(tmp_path / "compressed")
    Path(plain).write_bytes(packed(dataset(PIXELS, WindowCenter=1, WindowWidth=1)))
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(plain)
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(kind))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(compressed)
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()

    made = ScanFile("IM1", Path(compressed).read_bytes())

    assert open_header(made, LIMITS).syntax == syntax
    np.testing.assert_array_equal(volume_of(made)[0], PIXELS)


def test_rescaling_is_that_of_each_slice() -> None:
    first, second = dataset(PIXELS, RescaleSlope=0.5, RescaleIntercept=-100), dataset(PIXELS, RescaleSlope=3)

    volume = volume_of(file(first, "a"), file(second, "b"))

    np.testing.assert_array_equal(volume, [PIXELS * 0.5 - 100, PIXELS * 3.0])


@pytest.mark.parametrize("slope", [b"0   ", b"NaN ", b"inf "])
def test_a_slope_that_cannot_be_counts_as_one(slope: bytes) -> None:
    data = packed(dataset(PIXELS, RescaleSlope="1.25"))

    np.testing.assert_array_equal(volume_of(ScanFile("IM1", data.replace(b"1.25", slope)))[0], PIXELS)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.array([[0, 1, 4095]], np.uint16), [4095, 4094, 0]),
        (np.array([[-2048, 0, 2047]], np.int16), [2047, -1, -2048]),
    ],
)
def test_where_zero_is_white_values_are_turned_over(stored: NDArray[np.generic], expected: list[float]) -> None:
    made = dataset(stored, PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11)

    assert volume_of(file(made)).ravel().tolist() == expected


def test_bits_beyond_those_stored_do_not_count() -> None:
    stored = np.array([[0x1005, 0xF00A]], np.uint16)

    assert volume_of(file(dataset(stored, BitsStored=12, HighBit=11))).ravel().tolist() == [5, 10]


def test_places_that_no_slice_takes_are_black() -> None:
    made = [file(dataset(np.array([[7, 9]], np.uint16)), name) for name in "ab"]
    slices = [each for one in made for each in slices_of(open_header(one, LIMITS))]

    assert read_volume(slices, [0, 2]).tolist() == [[[7, 9]], [[7, 7]], [[7, 9]]]


def test_digests_tell_frames_apart() -> None:
    frames = np.array([[[1, 2]], [[1, 3]], [[1, 2]]], np.uint16)
    for syntax in (ExplicitVRLittleEndian, RLELossless):
        first, second, third = digests_of(open_header(file(dataset(frames, NumberOfFrames=3), syntax=syntax), LIMITS))

        assert first == third != second


@pytest.mark.parametrize(
    ("syntax", "frame"),
    [
        (JPEGBaseline8Bit, picture("a.jpg", np.zeros((40, 38), np.uint8)).data),
        (JPEG2000Lossless, b"\xff\x4f\xff\x51\x00\x29\x00\x00" + b"\x00\x00\x75\x30" * 2 + bytes(40) + b"\xff\xd9"),
        (HTJ2KLossless, b"\xff\x4f\xff\x51\x00\x29\x00\x00" + b"\x00\x00\x75\x30" * 2 + bytes(40) + b"\xff\xd9"),
        (JPEGLSLossless, b"\xff\xd8\xff\xf7\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00\xff\xd9"),
    ],
)
def test_a_frame_that_is_larger_than_the_header_says_is_not_decoded(
    syntax: UID, frame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pydicom.pixels.decoders.base.DecodeRunner._decode_frame", _never)

    with pytest.raises(UnreadableFileError, match=r"^IM1 is a DICOM file that is cut off or damaged") as caught:
        volume_of(holding(dataset(SMOOTH), syntax, frame))
    assert "another size" in str(caught.value.__cause__)


def _never(*_: object) -> bytes:
    raise SystemError("decoded")


def test_a_large_frame_with_run_lengths_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_pixels, "RLE_BYTES", 100)

    with pytest.raises(LimitError, match=r"^IM1 has a frame of .* with this compression \(RLE\) at most"):
        volume_of(holding(dataset(SMOOTH), RLELossless, bytes(102)))


def test_a_transfer_syntax_that_nothing_here_decodes() -> None:
    with pytest.raises(
        UnsupportedFileError, match=r"^IM1 is compressed in a way that is not read \(MPEG-4.*\)\. Export"
    ):
        volume_of(holding(dataset(SMOOTH), MPEG4HP41, b"\0" * 8))


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
@pytest.mark.parametrize("damage", ["cut", "zeros", "nothing"])
def test_damaged_frames_name_their_file(syntax: UID, damage: str) -> None:
    damaged: dict[str, Callable[[bytes], bytes]] = {
        "cut": lambda data: data[: -len(data) // 4],
        "zeros": lambda data: data[:1100] + bytes(len(data) - 1100),
        "nothing": lambda data: data[: data.index(b"\xe0\x7f\x10\x00") + 12],
    }
    whole = packed(dataset(PIXELS), syntax)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            volume = volume_of(ScanFile("series/IM7", damaged[damage](whole)))
        except InputError as e:
            assert str(e).startswith("series/IM7 ")
        else:  # zeros are run lengths too
            assert volume.shape == (1, 40, 37)
            assert (syntax, damage) == (RLELossless, "zeros")


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless, JPEGBaseline8Bit])
def test_a_compressed_image_without_its_end_was_cut_off(syntax: UID) -> None:
    """Decoders would make up the rest."""
    made = dataset(SMOOTH)
    if syntax == JPEGBaseline8Bit:
        frame = picture("a.jpg", SMOOTH, quality=95).data
    else:
        packed(made, syntax)
        frame = next(generate_frames(made.PixelData, number_of_frames=1)).rstrip(b"\0")
    np.testing.assert_allclose(volume_of(holding(made, syntax, frame))[0], SMOOTH, atol=3)

    with pytest.raises(UnreadableFileError, match=r"^IM1 is a DICOM file that is cut off or damaged"):
        volume_of(holding(made, syntax, frame[: -len(frame) // 3]))
