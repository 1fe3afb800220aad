"""NRRD, MetaImage and MGH files for the tests of this folder, and what SimpleITK says of the same volume."""

import zlib
from pathlib import Path

import numpy as np
import SimpleITK
from nibabel.freesurfer import MGHImage
from numpy.typing import NDArray

from app.imaging import ScanFile, to_source
from app.imaging.parts import Container

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def rotation(*degrees: float) -> NDArray[np.float64]:
    """`(3, 3)`: about the first axis, then the second, then the third."""
    whole = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        turned = np.eye(3)
        first, second = (n for n in range(3) if n != axis)
        turned[first, first] = turned[second, second] = np.cos(angle)
        turned[first, second], turned[second, first] = -np.sin(angle), np.sin(angle)
        whole = turned @ whole
    return whole


DIRECTIONS = {
    "axial": np.eye(3),
    "sagittal": np.array([[0, 0, 1], [1, 0, 0], [0, -1, 0]]),
    "coronal": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "flipped": np.diag([-1, -1, 1]),
    "oblique": rotation(20, -10, 35),
    "oblique sagittal": rotation(8, 5, -12) @ [[0, 0, -1], [1, 0, 0], [0, -1, 0]],
}
"""Columns: the directions of the file's axes in LPS."""


def itk_image(voxels: NDArray[np.generic], direction: NDArray[np.float64], vector: bool = False) -> SimpleITK.Image:
    """An image of `(k, j, i)` voxels of 0.5 x 0.75 x 3 mm, of which the first lies at LPS (7, -11, 13)."""
    image = SimpleITK.GetImageFromArray(voxels, isVector=vector)
    image.SetSpacing((0.5, 0.75, 3))
    image.SetOrigin((7, -11, 13))
    image.SetDirection(np.ravel(direction).tolist())
    return image


def itk_affine(image: SimpleITK.Image) -> NDArray[np.float64]:
    """`(4, 4)`, file voxel to RAS mm, from where SimpleITK says that voxels lie."""
    corners = [image.TransformIndexToPhysicalPoint(index) for index in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))]
    first = np.array(corners[0])
    affine = np.eye(4)
    affine[:3, :3] = (np.array(corners[1:]) - first).T
    affine[:3, 3] = first
    return LPS @ affine


def itk_file(folder: Path, name: str, image: SimpleITK.Image, packed: bool = True) -> ScanFile:
    """The image as SimpleITK writes it."""
    SimpleITK.WriteImage(image, str(folder / name), packed)
    return ScanFile(name, (folder / name).read_bytes())


def in_file_order(container: Container, index: int = 0) -> NDArray[np.float32]:
    """The voxels `(i, j, k)` of a part."""
    (volume,) = container.read([index]).values()
    assert volume.dtype == np.float32
    assert volume.flags.c_contiguous
    return to_source(volume, container.source)


def nrrd_file(voxels: NDArray[np.generic], *lines: str, name: str = "a.nrrd", data: bytes | None = None) -> ScanFile:
    """A raw NRRD of `(i, j, k)` voxels, 8 or 16 bit; lines are put in, or take the place of those of their field."""
    fields = {
        "type": {1: "uint8", 2: "int16"}[voxels.dtype.itemsize],
        "dimension": str(voxels.ndim),
        "sizes": " ".join(map(str, voxels.shape)),
        "encoding": "raw",
        "endian": "little",
        "space": "left-posterior-superior",
        "space directions": " ".join(["(1,0,0)", "(0,1,0)", "(0,0,1)", "none"][: voxels.ndim]),
    }
    for line in lines:
        field, _, value = line.partition(":")
        fields[field] = value.strip()
    text = "".join(f"{field}: {value}\n" for field, value in fields.items() if value)
    content = voxels.tobytes(order="F") if data is None else data
    return ScanFile(name, f"NRRD0005\n# a comment\n{text}\n".encode() + content)


def mha_file(voxels: NDArray[np.generic], *lines: str, name: str = "a.mha", data: bytes | None = None) -> ScanFile:
    """A raw MetaImage of `(i, j, k)` voxels, 8 or 16 bit; lines are put in, or take the place of those of their key."""
    fields = {
        "ObjectType": "Image",
        "NDims": str(voxels.ndim),
        "BinaryData": "True",
        "DimSize": " ".join(map(str, voxels.shape)),
        "ElementSpacing": " ".join(["1"] * voxels.ndim),
        "ElementType": {1: "MET_UCHAR", 2: "MET_SHORT"}[voxels.dtype.itemsize],
    }
    for line in lines:
        key, _, value = line.partition("=")
        fields[key.strip()] = value.strip()
    fields["ElementDataFile"] = fields.pop("ElementDataFile", "LOCAL")
    text = "".join(f"{key} = {value}\n" for key, value in fields.items() if value)
    return ScanFile(name, text.encode() + (voxels.tobytes(order="F") if data is None else data))


def zlibbed(voxels: NDArray[np.generic]) -> bytes:
    """Voxels `(i, j, k)` as MetaImage packs them."""
    return zlib.compress(voxels.tobytes(order="F"))


def mgh_bytes(voxels: NDArray[np.generic], affine: NDArray[np.float64] = LPS, **fields: object) -> bytes:
    """An MGH file as nibabel writes it; `fields` are set in the header last, as they are."""
    image = MGHImage(voxels, affine)
    packed = bytearray(image.to_bytes())
    header = image.header.copy()
    for name, value in fields.items():
        header[name] = value
    packed[:90] = header.binaryblock[:90]
    return bytes(packed)
