"""One case of a data set, read, checked and made into planes; for a process of its own, which needs no Keras."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import AppError
from app.model.network_input import prepare
from app.training.datasets import DATASETS, Case
from app.training.make_planes import make_planes
from app.training.prepare_checks import digest, orientation_of, problems_of
from app.training.prepared_index import Entry, stamp


@dataclass(frozen=True, eq=False)
class PreparedPlanes:
    """A case that could be used, not yet written."""

    entry: Entry
    images: NDArray[np.uint8]
    targets: NDArray[np.uint8]


def prepare_case(case: Case) -> PreparedPlanes | str:
    """The planes of a case and its entry in the index, or why it cannot be used."""
    try:
        return _prepared(case)
    except AppError as error:
        return str(error)


def _prepared(case: Case) -> PreparedPlanes:
    dataset = DATASETS[case.dataset]
    before = stamp(case)
    study = case.study()
    network_input = prepare(study)
    planes = make_planes(network_input, classes_known=dataset.classes_known)
    digests = {str(s): digest(study.images[s]) for s in study.sequences}
    reference = study.reference
    voxels = 0 if reference is None else int(np.count_nonzero(reference))
    tumour = np.count_nonzero(planes.targets, axis=(1, 2))
    entry = Entry(
        key=case.key,
        name=case.name,
        patient=case.patient,
        files=[str(path.absolute()) for path in case.files],
        stamp=before,
        sequences=list(digests),
        slices=planes.slices.tolist(),
        tumour_slices=int(np.count_nonzero(tumour)),
        most_tumour=int(tumour.argmax()) if tumour.any() else len(tumour) // 2,
        shape=list(study.shape),
        spacing=list(study.spacing) if study.spacing else None,
        orientation=orientation_of(study),
        tumour_voxels=voxels,
        tumour_ml=None if study.voxel_ml is None else voxels * study.voxel_ml,
        sha256=study.sha256,
        images=digests,
        reference=digest(reference) if reference is not None and voxels else None,
        problems=problems_of(network_input, digests, dataset),
    )
    return PreparedPlanes(entry, planes.images, planes.targets)
