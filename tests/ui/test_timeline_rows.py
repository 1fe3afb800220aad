"""How studies and results are written in the timeline."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.pages.patient_words import MINUS
from app.pages.timeline_rows import change_text, result_html, study_html
from app.records.files import FileStore
from app.records.rows import Review
from tests.exports.patient_cards import SAVED, segmentation, study

EVIL = '<img src=x onerror=alert(1)>**bold** "quoted"'
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;**bold** &quot;quoted&quot;"


def test_what_a_person_typed_is_text() -> None:
    row = segmentation(1, comment=EVIL, created_by=EVIL, reviewed_by=EVIL, reviewed_at=SAVED, review=Review.FLAGGED)
    told = result_html(row, EVIL)
    assert told.count(ESCAPED) == 4 and "<img" not in told
    assert '<span class="review flagged">flagged</span>' in told


def test_a_study_shows_its_thumbnail_day_and_distance(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    later = study(2, date(2026, 3, 1))
    assert "no picture" in study_html(later, None, files) and "later" not in study_html(later, None, files)
    pictured = study_html(
        replace(later, thumbnail_file=files.put(b"picture")),
        study(1, date(2026, 1, 31)),
        files,
    )
    assert 'src="data:image/png;base64,cGljdHVyZQ=="' in pictured
    assert "29 days later" in pictured and "<b>2026-03-01</b>" in pictured
    assert "Day not known" in study_html(study(3, None), later, files)


def test_a_change_is_between_results_of_one_checkpoint_and_threshold() -> None:
    before = study(
        1, date(2026, 1, 31), segmentation(1, 10.0, threshold=0.5), segmentation(2, 8.0), segmentation(3, 4.0)
    )
    assert change_text(segmentation(4, 10.0), before) == "+2.0 ml (+25 %) since 2026-01-31"
    assert change_text(segmentation(4, 7.5), before) == f"{MINUS}0.50 ml ({MINUS}6 %) since 2026-01-31"
    assert change_text(segmentation(4, 8.0), before) == "+0.0 ml (+0 %) since 2026-01-31"
    assert change_text(segmentation(4, 8.0, checkpoint_sha256="d" * 64), before) == ""
    assert change_text(segmentation(4, None), before) == "" == change_text(segmentation(4, 8.0), None)
    empty = study(1, date(2026, 1, 31), segmentation(1, 0.0))
    assert change_text(segmentation(4, 3.0), empty) == "+3.0 ml since 2026-01-31"
