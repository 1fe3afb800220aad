"""What was measured of a study on screen; kept with the study, as it takes a while."""

from app.decision.measurements import Measurements, measure
from app.model.appearance import Appearance, appearance_of
from app.pages.made import made_of
from app.study import Probability, Study, threshold_level

APPEARANCE = ("appearance",)
"""What it is called among what was made from a study."""


def measurements(study: Study, result: Probability, threshold: float, smallest: int) -> Measurements:
    """The lesions of a study at a threshold, from a size in voxels on."""
    name = _measured(result, threshold, smallest)
    return made_of(study).once(name, lambda: measure(study, result, threshold, smallest))


def are_measured(study: Study, result: Probability, threshold: float, smallest: int) -> bool:
    """Whether `measurements` has them already, so that they cost nothing."""
    return made_of(study).known(_measured(result, threshold, smallest)) is not None


def _measured(result: Probability, threshold: float, smallest: int) -> tuple[str, ...]:
    return "measurements", result.checkpoint_sha256, f"{threshold:.3f}", str(smallest)


def reaches(study: Study, result: Probability, threshold: float) -> bool:
    """Whether any voxel of a result reaches a threshold; all voxels are looked at once, not at every threshold."""
    name = "highest", result.checkpoint_sha256
    return made_of(study).once(name, lambda: int(result.levels.max())) >= threshold_level(threshold)


def appearance(study: Study) -> Appearance:
    """How a scan looks, which tells whether it is like those of other patients; it takes about half a second once."""
    return made_of(study).once(APPEARANCE, lambda: appearance_of(study))


def appearance_is_known(study: Study) -> bool:
    """Whether `appearance` has it already."""
    return made_of(study).known(APPEARANCE) is not None
