"""The surface of the tumour as a binary STL file, in mm, where it lies in the scan.

Coordinates are LPS, towards the patient's left, back and head, as DICOM has them and as 3D Slicer takes an STL file to
be; the header says so in the words that it looks for, "SPACE=LPS".
"""

import numpy as np
from numpy.typing import NDArray

from app import NOTICE
from app.decision.mesh import Mesh, mask_mesh
from app.decision.reading import Reading
from app.errors import InputError
from app.imaging import to_lps_mm

MOST_TRIANGLES = 400_000
"""Of a surface, of 50 bytes each; a larger one is made of wider blocks."""
_HEADER = 80
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attributes", "<u2")])
"""As the format has it."""


def tumour_stl(reading: Reading) -> bytes:
    """The whole tumour, all classes together, as one closed surface with its triangles facing outwards.

    Raises InputError where nothing reaches the threshold, and ValueError for a study without spacing.
    """
    study, mask = reading.study, reading.result.mask(reading.threshold)
    to_lps = to_lps_mm(study.source)
    if study.spacing is None or to_lps is None:
        raise ValueError("A surface in mm needs the spacing of the scan. Received: a study without one")
    if not mask.any():
        raise InputError(
            f"No voxel reaches the threshold {reading.threshold:.3f}, so there is no surface. Choose a lower threshold."
        )
    mesh = _surface(mask, study.spacing)
    voxels = mesh.points / np.array(study.spacing[::-1])  # x, y, z
    points = voxels[:, ::-1] @ to_lps[:, :3].T + to_lps[:, 3]
    return _packed(points[mesh.triangles])


def _surface(mask: NDArray[np.bool_], spacing: tuple[float, float, float]) -> Mesh:
    coarseness = 1
    while len((mesh := mask_mesh(mask, spacing, coarseness)).triangles) > MOST_TRIANGLES:
        coarseness += 1
    return mesh


def _packed(corners: NDArray[np.float64]) -> bytes:
    """Triangles `(n, 3, 3)` as a file, turned so that what they enclose is inside."""
    if np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() < 0:
        corners = corners[:, ::-1]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    triangles = np.zeros(len(corners), _TRIANGLE)
    triangles["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    triangles["corners"] = corners
    header = f"Gliolens tumour; mm; SPACE=LPS; {NOTICE}".encode("ascii")[:_HEADER].ljust(_HEADER)
    return header + len(triangles).to_bytes(4, "little") + triangles.tobytes()
