"""The command with the shipped network, on a sample: a report whose numbers are those of the page."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from app import NOTICE
from app.__main__ import main
from app.cli import report
from app.decision.lesion_table import rows_of
from app.exports.report import report_pdf

ROOT = Path(__file__).parents[2]
CASE = next(path for path in sorted((ROOT / "sample_scans").iterdir()) if len(list(path.glob("*_t1ce.nii.gz"))) == 1)


def test_a_report_of_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readings, segmented = [], report.segmented
    monkeypatch.setattr(report, "segmented", lambda *asked: readings.append(segmented(*asked)) or readings[0])
    out = tmp_path / "sample.pdf"
    assert main(["report", str(CASE), "--out", str(out)]) == 0
    (reading,) = readings
    assert out.read_bytes() == report_pdf(reading)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(out.read_bytes())).pages]
    assert len(pages) <= 2 and all(NOTICE in page for page in pages)
    assert rows_of(reading)
    for row in rows_of(reading)[:8]:
        assert " ".join(row) in pages[0]
    assert reading.card.sha256 in pages[0] and reading.study.sha256 in pages[0]
