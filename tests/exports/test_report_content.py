from dataclasses import replace

import numpy as np
import pytest

from app import NOTICE
from app.decision.guarantee import Guarantee
from app.decision.reading import Reading
from app.exports.report_content import MOST_NOTES, content_of
from app.exports.report_curve import band_of, sizes_of
from app.exports.report_lesions import MOST_ROWS
from app.exports.report_parts import Block, Fact, Report, Table
from app.exports.report_slices import key_slices
from app.exports.report_text import amount, counted, decimal, length, missed, plain, score
from app.study import Sequence
from tests.decision.readings import CARD, GUARANTEE, SHAPE, levels, reading_of, study_of

NAN = float("nan")


def labelled(**changes) -> Reading:
    """24 voxels of lesion 1 are tumour, and 2 in slice 4 that are not marked; lesion 2 is not tumour."""
    reference = (levels() == 150).astype(np.uint8)
    reference[3, 6, 9:11] = 4
    return reading_of(study_of(reference=reference), **changes)


def value(facts: tuple[Fact, ...], name: str) -> str:
    (fact,) = [fact for fact in facts if fact.name == name]
    return fact.value


def words(report: Report) -> str:
    return repr(report)


class TestText:
    @pytest.mark.parametrize(
        ("share", "text"),
        [(0.95, "95.0 %"), (0.94999, "94.9 %"), (1, "100.0 %"), (0, "0.0 %"), (NAN, "–"), (None, "–")],
    )
    def test_a_score_is_rounded_down(self, share, text):
        assert score(share) == text

    @pytest.mark.parametrize(("share", "text"), [(0.05, "5.0 %"), (0.0411, "4.2 %"), (NAN, "–"), (None, "–")])
    def test_what_is_missed_is_rounded_up(self, share, text):
        assert missed(share) == text

    def test_numbers(self):
        assert (decimal(0.8436), decimal(NAN)) == ("0.844", "–")
        assert (length(0.9765625), length(1.0), length(5)) == ("0.977", "1", "5")
        assert (counted(1, "case"), counted(1903, "case")) == ("1 case", "1,903 cases")
        volume, picture = study_of(), study_of(spacing=None, affine=None)
        assert (amount(24, volume), amount(0, volume), amount(1024, picture)) == ("0.060 ml", "0 ml", "1,024 voxels")

    def test_foreign_text_cannot_break_a_line_or_turn_it_round(self):
        assert plain("a\n\tb\u202ec\x00d", 80) == "a b\ufffdc\ufffdd"
        assert plain("0123456789", 7) == "012…789"


class TestHeadline:
    def test_against_the_reference(self):
        report = content_of(labelled())
        facts = {fact.name: (fact.value, fact.more) for fact in report.headline}
        assert facts["marked as tumour"][0] == amount(29, study_of())
        assert facts["lesions"] == ("2", "of 0.005 ml or more")
        assert facts["recall"] == ("92.3 %", "of this study, exact")  # 24 of 26
        assert facts["precision"] == ("82.7 %", "of this study, exact")  # 24 of 29
        assert report.scores.rows[0][1:] == ("92.3 %", "82.7 %", "0.873")  # 48 of 55

    def test_without_a_reference_it_is_that_of_validation_patients(self):
        report = content_of(reading_of(study_of()))
        assert {fact.more for fact in report.headline if fact.name in ("recall", "precision")} == {
            "of validation patients"
        }
        assert report.scores.rows == (
            ("8 BraTS validation patients, FLAIR alone, all their voxels together", "70.0 %", "50.0 %", "0.583"),
        )
        assert "without a reference mask" in report.scores.below[0]

    def test_nobody_is_known_with_these_sequences(self):
        report = content_of(reading_of(study_of(), card=replace(CARD, curves=())))
        assert [fact.name for fact in report.headline] == ["marked as tumour", "lesions", "longest axial diameter"]
        assert (report.scores.rows, report.scores.below[1]) == ((), "No validation patients with FLAIR alone.")

    def test_undefined_scores_are_dashes(self):
        empty = np.zeros(SHAPE, np.uint8)
        report = content_of(reading_of(study_of(reference=empty), empty))
        assert report.scores.rows[0][1:] == ("–", "–", "–")


class TestLesions:
    def test_each_has_a_row_and_all_have_one(self):
        table = content_of(reading_of(study_of())).lesions
        assert isinstance(table, Table)
        first, second = (dict(zip(table.header, row, strict=True)) for row in table.rows)
        assert (first["Size, ml"], first["Share"], first["Slices"]) == ("0.060", "85.7 %", "2–3")
        assert (first["Necrotic core, ml"], first["Oedema, ml"], first["Enhancing, ml"]) == ("0.003", "0.043", "0.015")
        assert (second["Size, ml"], second["Slices"], second["Enhancing, ml"]) == ("0.010", "4", "0")
        total = dict(zip(table.header, table.total, strict=True))
        assert (total["Size, ml"], total["Oedema, ml"]) == ("0.070", "0.052")
        assert "Left out: 1 component of less than 0.005 ml" in table.below[0]

    def test_without_spacing_nothing_is_in_ml_or_mm(self):
        report = content_of(reading_of(study_of(spacing=None, affine=None)))
        assert {"Size, voxels", "Oedema, voxels"} <= set(report.lesions.header)
        assert "The files have no spacing: nothing is given in ml or mm." in report.lesions.below
        said = words(report).replace("in ml or mm", "")
        assert " ml" not in said and " mm" not in said and "mm²" not in said

    def test_no_lesion_is_said_exactly_so(self):
        report = content_of(reading_of(study_of(), np.zeros(SHAPE, np.uint8)))
        assert report.lesions == Block("Lesions", "No lesion: no voxel reaches the threshold 0.300.")
        assert value(report.headline, "marked as tumour") == "0 ml"
        assert [picture.title for picture in report.pictures] == ["Nothing is marked in any slice: slice 3 of 4"]
        assert report.legend == ()

    def test_of_many_lesions_the_largest_have_rows(self):
        volume = np.zeros(SHAPE, np.uint8)
        for place in range(12):
            volume[2 * (place % 2), 1 + 3 * (place // 6), 3 * (place % 6) : 3 * (place % 6) + 2] = 200
        table = content_of(reading_of(study_of(), volume)).lesions
        assert len(table.rows) == MOST_ROWS
        assert "4 smaller lesions more" in table.below[1]
        assert table.total[1] == amount(24, study_of()).removesuffix(" ml")


class TestSlices:
    def test_one_picture_a_slice_with_all_its_reasons(self):
        keys = key_slices(labelled())
        assert [(key.index, key.why, key.lesion, key.agreement) for key in keys] == [
            (1, ("most tumour", "lesion 1"), 1, False),
            (3, ("lesion 2",), 2, False),
            (3, ("worst disagreement with the reference",), None, True),
        ]

    def test_no_disagreement_no_picture_of_it(self):
        reading = reading_of(study_of(reference=(levels() >= 60).astype(np.uint8)))
        assert not any(key.agreement for key in key_slices(reading))

    def test_titles_count_from_one(self):
        titles = [picture.title for picture in content_of(labelled()).pictures]
        assert titles[0] == "Most tumour, lesion 1: slice 2 of 4"

    def test_the_view_on_screen_does_not_matter(self):
        study = study_of()
        study = replace(study, images={**study.images, Sequence.T2: study.images[Sequence.FLAIR] + 1})
        reading = reading_of(study)
        moved = content_of(replace(reading, slice=3, sequence=Sequence.T2))
        for one, other in zip(content_of(reading).pictures, moved.pictures, strict=True):
            assert one.image.tobytes() == other.image.tobytes()


class TestCurve:
    def test_sizes_and_band(self):
        sizes = sizes_of(reading_of(study_of()))
        assert [sizes[k] for k in (0, 1, 60, 61, 100, 101, 150, 151, 200)] == [640, 29, 29, 28, 28, 24, 24, 0, 0]
        band = band_of(sizes, 0.5)
        assert (band.low, band.high, band.largest, band.smallest) == (0.45, 0.55, 28, 24)
        assert (band_of(sizes, 0.02).low, band_of(sizes, 1.0).high) == (0.005, 1.0)
        assert band_of(sizes, 0.0) is None

    def test_the_marks_are_the_threshold_the_default_and_t_star(self):
        labels = {
            shape.text
            for shape in content_of(reading_of(study_of(), threshold=0.5)).curve.shapes
            if hasattr(shape, "text")
        }
        assert {"threshold 0.500", "default 0.300", "t* 0.210", "ml"} <= labels
        labels = {shape.text for shape in content_of(labelled()).curve.shapes if hasattr(shape, "text")}
        assert {"threshold and default 0.300", "reference 0.065 ml"} <= labels

    def test_the_band_is_no_confidence_interval(self):
        (_, line) = content_of(reading_of(study_of(), threshold=0.5)).curve_lines
        assert line.startswith("Sensitivity: 0.060 ml at 0.550 to 0.070 ml at 0.450")
        assert "not a confidence interval" in line


class TestGuarantee:
    def said(self, threshold: float, **changes) -> Block:
        reading = reading_of(study_of(), threshold=threshold)
        return content_of(replace(reading, guarantee=replace(GUARANTEE, **changes))).guarantee

    def test_it_holds_up_to_t_star(self):
        assert self.said(0.21).verdict.startswith("Holds at this report's threshold 0.210")
        assert self.said(0.215).verdict.startswith("Does not hold at this report's threshold 0.215")

    def test_on_whom_it_rests(self):
        block = self.said(0.2, unlikeness=0.4)
        assert value(block.facts, "calibration patients") == "38 BraTS patients"
        assert value(block.facts, "their mean false-negative rate at t*") == "4.3 %"
        assert value(block.facts, "their mean precision at t*") == "78.0 %"
        assert value(block.facts, "shift test") == "p = 0.400"
        assert "several networks" not in repr(block) and "several networks" in repr(self.said(0.2, out_of_fold=True))

    def test_not_offered_with_the_reason(self):
        none = Guarantee(0.1, None, "Nobody is known.", 0, "nobody", False, None, None, None, (Sequence.FLAIR,))
        reading = replace(reading_of(study_of()), guarantee=none)
        block = content_of(reading).guarantee
        assert block.title == "Recall guarantee: at most 10 % missed on average"
        assert (block.verdict, block.facts, block.lines) == ("Not offered for this study. Nobody is known.", (), ())


def test_notes_are_kept_short_and_few():
    report = content_of(reading_of(study_of(notes=("n" * 999,) * (MOST_NOTES + 2))))
    assert len(report.notes.lines) == MOST_NOTES + 1
    assert len(report.notes.lines[0]) == 300 and report.notes.lines[-1] == "2 more notes in the export JSON."
    assert content_of(reading_of(study_of())).notes is None


def test_hashes_versions_and_notice():
    reading = reading_of(study_of())
    report = content_of(reading)
    assert value(report.sources.facts, "study sha256") == reading.study.sha256
    assert value(report.sources.facts, "checkpoint sha256") == "c" * 64
    assert value(report.sources.facts, "versions").endswith("preprocessing 2")
    assert report.notice == NOTICE


def test_unknown_classes_have_no_columns():
    reading = reading_of(study_of(), with_classes=False)
    assert "Oedema, ml" not in content_of(reading).lesions.header
