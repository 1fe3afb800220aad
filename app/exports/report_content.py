"""What a report says, once, for PDF and HTML alike: numbers, each with its source."""

from app import NOTICE, VERSION
from app.decision.measurements import Lesion
from app.decision.reading import Reading
from app.decision.validation import Validation
from app.evaluation.threshold_curve import Scores
from app.exports.report_curve import band_of, sizes_of, volume_curve
from app.exports.report_lesions import lesions_part, smallest_text
from app.exports.report_parts import Block, Fact, Report
from app.exports.report_scores import guarantee_block, scores_of, scores_table, validation_of
from app.exports.report_slices import legend_of, pictures_of
from app.exports.report_text import UNDEFINED, amount, counted, length, plain, score
from app.study import Study, threshold_level

LONGEST_NAME, LONGEST_NOTE = 90, 300
"""Characters that are shown of a study's name and of a note."""
MOST_NOTES = 6
SHORT = 12
"""Digits of a hash that tell it from others at a glance; all are under "Sources"."""
CURVE_WIDTH, CURVE_HEIGHT = 250.0, 150.0
"""Points."""


def content_of(reading: Reading) -> Report:
    """What a report of this reading says. It depends neither on the slice nor on the sequence on screen, nor on when
    it is made, so the same study, checkpoint and threshold give the same report everywhere."""
    study, card = reading.study, reading.card
    sizes = sizes_of(reading)
    exact, validation = scores_of(reading), validation_of(reading)
    return Report(
        name=plain(study.name, LONGEST_NAME),
        notice=NOTICE,
        footer=f"study {study.sha256[:SHORT]} · checkpoint {card.sha256[:SHORT]} · Gliolens {VERSION}",
        subtitle=f"Tumour segmentation · {', '.join(study.sequences)} · threshold {reading.threshold:.3f}",
        headline=_headline(reading, sizes, exact, validation),
        study=_study(study),
        network=_network(reading),
        scores=scores_table(reading, exact, validation),
        lesions=lesions_part(reading),
        curve_title="Volume by threshold" if study.spacing else "Extent by threshold",
        curve=volume_curve(reading, sizes, CURVE_WIDTH, CURVE_HEIGHT),
        curve_lines=_curve_lines(reading, sizes),
        guarantee=guarantee_block(reading),
        pictures=pictures_of(reading),
        legend=legend_of(reading),
        pictures_line=_pictures_line(reading),
        notes=_notes(study),
        sources=_sources(reading),
    )


def _headline(
    reading: Reading, sizes: list[int], exact: Scores | None, validation: Validation | None
) -> tuple[Fact, ...]:
    """The few numbers that are looked for first."""
    study, lesions = reading.study, reading.measurements.lesions
    here = amount(sizes[threshold_level(reading.threshold)], study)
    facts = [
        Fact("marked as tumour", here, "all voxels that reach the threshold"),
        Fact("lesions", str(len(lesions)), f"of {smallest_text(reading)} or more"),
    ]
    longest = [lesion for lesion in lesions if lesion.longest is not None]
    if longest:
        lesion = max(longest, key=lambda lesion: lesion.longest.mm if lesion.longest else 0.0)
        facts.append(Fact("longest axial diameter", f"{_mm(lesion)} mm", f"lesion {lesion.number}"))
    elif study.spacing is not None:
        facts.append(Fact("longest axial diameter", UNDEFINED, "no lesion"))
    scores = exact or (validation.curve.at(reading.threshold) if validation else None)
    if scores is not None:
        whose = "of this study, exact" if exact else "of validation patients"
        facts += [Fact("recall", score(scores.recall), whose), Fact("precision", score(scores.precision), whose)]
    return tuple(facts)


def _mm(lesion: Lesion) -> str:
    return UNDEFINED if lesion.longest is None else f"{lesion.longest.mm:.1f}"


def _study(study: Study) -> Block:
    slices, rows, columns = study.shape
    if study.spacing is None:
        spacing = Fact("voxel", UNDEFINED, "the files have no spacing: nothing is given in ml or mm")
    else:
        z, y, x = map(length, study.spacing)
        spacing = Fact("voxel", f"{x} × {y} mm", f"slices {z} mm apart")
    facts = (
        Fact("sequences", ", ".join(study.sequences)),
        Fact("grid", f"{counted(slices, 'slice')} of {columns} × {rows}", "columns × rows"),
        spacing,
        _reference(study),
    )
    return Block("Study", "", facts)


def _reference(study: Study) -> Fact:
    if study.reference is None:
        return Fact("reference mask", "none", "so how good the result is here is not known")
    return Fact("reference mask", amount(int((study.reference != 0).sum()), study))


def _network(reading: Reading) -> Block:
    card = reading.card
    facts = (
        Fact("threshold", f"{reading.threshold:.3f}", "the default" if reading.threshold == card.threshold else ""),
        Fact("default threshold", f"{card.threshold:.3f}"),
        Fact("trained on", counted(len(card.training), "case")),
        Fact("held back", counted(len(card.validation), "case"), "for validation"),
    )
    return Block("Network", "", facts)


def _curve_lines(reading: Reading, sizes: list[int]) -> tuple[str, ...]:
    study = reading.study
    band = band_of(sizes, reading.threshold)
    said = "All voxels that reach each threshold, small components included."
    if band is None:
        return (said,)
    return (
        said,
        f"Sensitivity: {amount(band.smallest, study)} at {band.high:.3f} to {amount(band.largest, study)} at "
        f"{band.low:.3f} (shaded). This is what other thresholds give, "
        "not a confidence interval.",
    )


def _pictures_line(reading: Reading) -> str:
    study = reading.study
    oriented = study.source.affine is not None
    sides = "The patient's right is on the left." if oriented else "The files do not say where left and right are."
    measured = any(lesion.longest for lesion in reading.measurements.lesions)
    lines = " White lines: the longest diameter and its perpendicular." if measured else ""
    return f"Axial slices of {study.sequences[0]}. {sides}{lines}"


def _notes(study: Study) -> Block | None:
    if not study.notes:
        return None
    kept = tuple(plain(note, LONGEST_NOTE) for note in study.notes[:MOST_NOTES])
    more = len(study.notes) - MOST_NOTES
    if more > 0:
        kept += (f"{counted(more, 'more note')} in the export JSON.",)
    return Block("How the files were read", "", (), kept)


def _sources(reading: Reading) -> Block:
    facts = (
        Fact("study sha256", reading.study.sha256),
        Fact("checkpoint sha256", reading.card.sha256),
        Fact("versions", f"Gliolens {VERSION}, preprocessing {reading.card.preprocessing}"),
    )
    return Block("Sources", "", facts)
