"""Studies in the records, for pages that open them."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from app.decision.keeping import Kept, keep, mask_sha256
from app.decision.measurements import measure
from app.decision.reading import Reading, read
from app.model.checkpoint import load_card, parse_card, read_card
from app.pages.records_room import records
from app.pages.sign_in import LOCAL
from app.records.audit import Wanted, entries
from app.records.rows import PatientFields
from app.study import Probability, Sequence, Source, Study

DAY = date(2026, 3, 1)
THRESHOLD, SLICE, SEQUENCE = 0.45, 2, Sequence.T2


def study_of(seed: int = 5, spacing: tuple[float, float, float] | None = (2.0, 1.0, 1.0)) -> Study:
    """Two sequences of noise, `(5, 12, 9)`."""
    random = np.random.default_rng(seed)
    images = {s: random.integers(60, 200, (5, 12, 9)).astype(np.float32) for s in (Sequence.FLAIR, SEQUENCE)}
    return Study("scan", images, Source("volume", (9, 12, 5), np.diag([-1.0, -1.0, 2.0, 1.0])), spacing)


def levels_of(study: Study) -> np.ndarray:
    """What `BrightnessSegmenter` makes of a study: the intensity of its first sequence."""
    return next(iter(study.images.values())).clip(0, 200).astype(np.uint8)


def save(
    study: Study, pseudonym: str, *, levels: np.ndarray | None = None, card_values: dict[str, Any] | None = None
) -> tuple[Kept, str]:
    """Save a study at `THRESHOLD`; gives the digest of its mask too. Values of the card may be others than here."""
    card_json = json.dumps(json.loads(read_card()) | (card_values or {})).encode()
    card = parse_card(card_json)
    result = Probability(
        levels_of(study) if levels is None else levels, study.sha256, card.sha256, np.full(study.shape, 4, np.uint8)
    )
    reading = replace(reading_of(study, result), card=card)
    return (
        keep(
            records(),
            LOCAL,
            reading,
            patient_id=PatientFields(pseudonym),
            taken_on=DAY,
            card_json=card_json,
            thumbnail=b"no picture",
        ),
        mask_sha256(result, THRESHOLD),
    )


def reading_of(study: Study, result: Probability) -> Reading:
    """At `THRESHOLD`, as if the hand had gone to `SLICE` and `SEQUENCE`."""
    measured = measure(study, result, THRESHOLD, 3)
    reading = read(study, result, load_card(), None, threshold=THRESHOLD, measurements=measured)
    return replace(reading, slice=SLICE, sequence=SEQUENCE)


def acts_on(subject: str) -> list[str]:
    """What the audit log says was done with it, the latest first."""
    with records().reading() as session:
        return [entry.act for entry in entries(session, Wanted(subject=subject))]
