"""Pixels of slices, whatever they are compressed with, as the values that the scanner meant."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from collections.abc import Sequence as ListOf
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import JPEG2000TransferSyntaxes, JPEGBaseline8Bit, JPEGLSTransferSyntaxes, RLELossless

from app.errors import LimitError, UnsupportedFileError
from app.imaging.codestream import coded_size
from app.imaging.dicom_errors import guarded
from app.imaging.dicom_header import UNDEFINED, DicomFile
from app.imaging.dicom_slices import Slice
from app.imaging.limits import MIB

RLE_BYTES = 16 * MIB
"""Of one compressed frame, which may unpack to 64 times as many (PS3.5 annex G); that of a scan has less than one."""
_PLUGINS = {
    JPEGBaseline8Bit: "pillow",
    **dict.fromkeys(JPEGLSTransferSyntaxes, "pyjpegls"),
    **dict.fromkeys(JPEG2000TransferSyntaxes, "pylibjpeg"),
}
"""Where several libraries decode a transfer syntax, the one that was made for it. GDCM, which ends the whole process on
some damaged JPEG images, is left with those that no other decodes: lossless, and of 12 bit."""
_END = b"\xff\xd9"
"""Marker at the end of every JPEG, JPEG-LS and JPEG 2000 image (EOI, EOC)."""


def read_volume(slices: ListOf[Slice], places: ListOf[int]) -> NDArray[np.float32]:
    """The volume `(slices, rows, columns)` in which the slices take the given places, each value after rescaling.

    Places that none takes are left at the lowest value of the others, which is black.
    Raises UnreadableFileError, naming the file, when pixels are damaged, UnsupportedFileError when nothing here decodes
    them, and LimitError when they unpack to too much.
    """
    files: dict[DicomFile, dict[int, tuple[int, Slice]]] = defaultdict(dict)
    for place, each in zip(places, slices, strict=True):
        files[each.image][each.frame] = place, each
    volume = np.empty((max(places) + 1, slices[0].image.rows, slices[0].image.columns), np.float32)
    for file, frames in files.items():
        for frame, stored in _decoded(file, frames):
            place, each = frames[frame]
            with np.errstate(over="ignore", invalid="ignore"):  # what is too large becomes infinite, and is refused
                volume[place] = stored * each.slope + each.intercept
    if empty := sorted(set(range(len(volume))) - set(places)):
        volume[empty] = volume[list(places)].min()
    return volume


def digests_of(image: DicomFile) -> tuple[bytes, ...]:
    """A digest of the stored bytes of each frame: where they are equal, the pixels are. Raises UnreadableFileError."""
    with guarded(image.name):
        return tuple(hashlib.sha256(frame).digest() for frame in _stored(image))


def _decoded(image: DicomFile, frames: Collection[int]) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The stored values `(rows, columns)` of some frames, where the file has white as 0 turned over."""
    with guarded(image.name):
        stored = _stored(image)
    for frame in frames:
        with guarded(image.name):
            pixels = _decode(image, stored[frame]).astype(np.float64)
            if image.dataset.PhotometricInterpretation == "MONOCHROME1":
                signed = image.dataset.PixelRepresentation == 1
                pixels = (-1 if signed else 2 ** int(image.dataset.BitsStored) - 1) - pixels
        yield frame, pixels


def _stored(image: DicomFile) -> ListOf[bytes | memoryview]:
    """The bytes of each frame, as compressed as they are. Raises EOFError when there are fewer than are promised."""
    if image.pixels is None:
        raise ValueError("There are no pixels.")
    start, frames = image.pixels.start, image.frames
    if image.pixels.length != UNDEFINED:
        size = image.rows * image.columns * image.samples * image.bits // 8
        content = memoryview(image.data)
        return [content[start + frame * size : start + (frame + 1) * size] for frame in range(frames)]
    stream = BytesIO(image.data)
    stream.seek(start)
    offsets = image.dataset.get("ExtendedOffsetTable"), image.dataset.get("ExtendedOffsetTableLengths")
    stored = list(generate_frames(stream, number_of_frames=frames, extended_offsets=offsets if all(offsets) else None))
    if len(stored) < frames:
        raise EOFError("There are fewer frames than the header promises.")
    return stored


def _decode(image: DicomFile, frame: bytes | memoryview) -> NDArray[np.generic]:
    try:
        decoder = get_decoder(image.syntax)
    except NotImplementedError as e:
        way = image.syntax.name if image.syntax.is_valid else "an unknown one"
        raise UnsupportedFileError(
            f"{image.name} is compressed in a way that is not read ({way}). Export it uncompressed, or as JPEG 2000."
        ) from e
    if decoder.is_encapsulated:
        _check_frame(image, bytes(frame))
        frame = encapsulate([bytes(frame)])
    plugin = _PLUGINS.get(image.syntax, "")
    pixels: NDArray[np.generic] = decoder.as_array(frame, raw=True, decoding_plugin=plugin, **_layout(image))[0]
    return pixels


def _layout(image: DicomFile) -> dict[str, Any]:
    """What a decoder has to know of one frame."""
    dataset = image.dataset
    return {
        "number_of_frames": 1,
        "rows": image.rows,
        "columns": image.columns,
        "samples_per_pixel": image.samples,
        "bits_allocated": image.bits,
        "bits_stored": int(dataset.get("BitsStored") or image.bits),
        "pixel_representation": int(dataset.get("PixelRepresentation") or 0),
        "photometric_interpretation": str(dataset.PhotometricInterpretation),
        "pixel_keyword": image.pixels.keyword if image.pixels else "",
        "pixel_vr": image.pixels.vr if image.pixels else "",
    }


def _check_frame(image: DicomFile, frame: bytes) -> None:
    """Check that a compressed frame will not unpack to more than the header says.

    Raises ValueError when it says itself that it would, LimitError when it could, and EOFError when it is cut off,
    which decoders do not notice: some make up the rest, and that of JPEG-LS searches on behind the end for seconds.
    """
    if image.syntax != RLELossless and not frame.rstrip(b"\0").endswith(_END):
        raise EOFError("The compressed image has no end.")
    size = coded_size(frame)
    if size is not None and size != (image.rows, image.columns):
        raise ValueError("The compressed image is of another size than the header says.")
    if image.syntax == RLELossless and len(frame) > RLE_BYTES:
        raise LimitError(
            f"{image.name} has a frame of {len(frame) / MIB:.0f} MiB; with this compression (RLE) at most "
            f"{RLE_BYTES // MIB} MiB are read. Export it uncompressed."
        )
