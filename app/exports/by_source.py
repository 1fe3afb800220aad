"""The export that fits where a study came from. The page and the command line both write what is made here."""

from app.exports.file_name import safe_name
from app.exports.nifti import mask_nifti, probability_nifti
from app.exports.picture import mask_picture, probability_picture
from app.study import Probability, Study


def export_mask(probability: Probability, study: Study, threshold: float) -> tuple[str, bytes]:
    """The tumour mask as a file on the scan's own grid.

    Returns:
        File name (`NAME_mask.nii.gz`, `.png`, or `.tif` for a stack of pictures) and content.

    Raises:
        ValueError: the probability is of another study, or the threshold outside [0, 1].
    """
    _check_pair(probability, study)
    write = mask_nifti if study.source.kind == "volume" else mask_picture
    return file_name(study, "mask"), write(probability, study, threshold)


def export_probability(probability: Probability, study: Study) -> tuple[str, bytes]:
    """The tumour probability as a file on the scan's own grid.

    Returns:
        File name (`NAME_probability.nii.gz`, `.png`, or `.tif` for a stack of pictures) and content.

    Raises:
        ValueError: the probability is of another study.
    """
    _check_pair(probability, study)
    write = probability_nifti if study.source.kind == "volume" else probability_picture
    return file_name(study, "probability"), write(probability, study)


def _check_pair(probability: Probability, study: Study) -> None:
    if probability.study_sha256 != study.sha256:
        raise ValueError(
            "A probability is written onto the study that it was made from. "
            f"Received: study {study.sha256}, probability of {probability.study_sha256}"
        )


def file_name(study: Study, content: str) -> str:
    """The name of a study's export: its own, made safe, then the content, "mask" or "probability", and the ending."""
    picture = "png" if len(study.source.shape) == 2 else "tif"
    ending = "nii.gz" if study.source.kind == "volume" else picture
    return f"{safe_name(study.name)}_{content}.{ending}"
