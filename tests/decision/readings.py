"""A reading made by hand: two lesions and a speck in an anisotropic, oblique volume, or none of it."""

import numpy as np

from app.decision.guarantee import Guarantee
from app.decision.measurements import measure
from app.decision.reading import Reading
from app.model.calibration import Calibration
from app.model.checkpoint import Card, Curve
from app.model.serving import Serving
from app.study import LEVELS, Probability, Sequence, Source, Study

SPACING = (5.0, 1.0, 0.5)
SHAPE = (4, 8, 20)
AFFINE = np.array([[-0.5, 0, 0, 7.0], [0, -1.0, 0, 3.0], [0, 0, 5.0, -10.0], [0, 0, 0, 1]])
"""From (i, j, k) = (x, y, z), so that the volume is as the file has it."""


def head() -> np.ndarray:
    """A bright box in the dark, whose middle is column 9.5."""
    image = np.zeros(SHAPE, np.float32)
    image[:, 1:7, 2:18] = 100
    return image


def study_of(
    name: str = "Head one",
    *,
    spacing: tuple[float, float, float] | None = SPACING,
    affine: np.ndarray | None = AFFINE,
    reference: np.ndarray | None = None,
    notes: tuple[str, ...] = (),
    image: np.ndarray | None = None,
) -> Study:
    image = head() if image is None else image
    kind = "picture" if affine is None else "volume"
    source = Source(kind, image.shape[::-1] if affine is not None else image.shape, affine)
    return Study(name, {Sequence.FLAIR: image}, source, spacing, reference, notes)


def levels() -> np.ndarray:
    """Above 0.3: 2 x 3 x 4 voxels on the right, 1 x 2 x 2 on the left, and a speck."""
    volume = np.zeros(SHAPE, np.uint8)
    volume[1:3, 2:5, 3:7] = 150
    volume[3, 4:6, 14:16] = 100
    volume[0, 1, 17] = 60
    return volume


def classes() -> np.ndarray:
    volume = np.full(SHAPE, 2, np.uint8)
    volume[1, 2:5, 3:5] = 4
    volume[2, 2, 3] = 1
    return volume


def curve(dataset: str, patients: int) -> Curve:
    falling = tuple(range(LEVELS, -1, -1))
    return Curve(dataset, (Sequence.FLAIR,), patients, falling, tuple(2 * n for n in falling), LEVELS, 5 * LEVELS)


CARD = Card(
    sha256="c" * 64,
    threshold=0.3,
    threshold_reason="best Dice",
    preprocessing=2,
    calibrations={"FLAIR": Calibration(1.5, -0.25)},
    serving=Serving(),
    recipe={},
    training=(),
    validation=(),
    curves=(curve("brats", 8),),
)
GUARANTEE = Guarantee(0.05, 0.21, None, 38, "38 BraTS patients", False, 0.043, 0.78, None, (Sequence.FLAIR,))


def reading_of(
    study: Study,
    volume: np.ndarray | None = None,
    *,
    threshold: float = 0.3,
    smallest: int = 2,
    card: Card = CARD,
    with_classes: bool = True,
) -> Reading:
    volume = levels() if volume is None else volume
    result = Probability(volume, study.sha256, card.sha256, classes() if with_classes else None)
    measured = measure(study, result, threshold, smallest)
    return Reading(study, result, card, threshold, measured, GUARANTEE, 0, study.sequences[0])
