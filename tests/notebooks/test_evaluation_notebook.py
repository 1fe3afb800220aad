"""The notebook runs as it is, on the samples, and ends with the numbers that the app's own rooms give."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from app.evaluation.scores import pool
from app.evaluation.threshold_curve import ThresholdCurve
from app.imaging import read_files, read_study
from app.model.segmenter import Segmenter

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "evaluation.ipynb"
SECONDS_A_CELL = 120
COUNTS = "import json; print(json.dumps({name: curve.to_dict() for name, curve in curves.items()}))"


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_ends_with_the_scores_of_the_samples(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell(COUNTS))
    NotebookClient(
        notebook, timeout=SECONDS_A_CELL, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    ).execute()
    *_, ending, counts = code(notebook)
    curves = {name: ThresholdCurve.from_dict(each) for name, each in json.loads(counts.outputs[0].text).items()}
    assert curves.keys() == {"flair_only", "glioma"}

    segmenter, study = Segmenter(), read_study(read_files([ROOT / "sample_scans" / "flair_only"]))
    assert study.reference is not None
    direct = ThresholdCurve.from_levels(segmenter.segment(study).levels, study.reference > 0)
    assert curves["flair_only"].to_dict() == direct.to_dict()
    scores = pool(curves.values()).at(segmenter.card.threshold)
    assert f"recall    {scores.recall:.3f}" in ending.outputs[0].text
    assert f"precision {scores.precision:.3f}" in ending.outputs[0].text
    pictures = [output for cell in code(notebook) for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 1 + len(curves)


@pytest.mark.parametrize("folder", [ROOT, ROOT / "notebooks"], ids=["root", "notebooks"])
def test_it_finds_the_app_from_where_it_is_started(notebook: nbformat.NotebookNode, folder: Path) -> None:
    script = f"{code(notebook)[0].source}\nimport app.study\nprint(ROOT)"
    found = subprocess.run([sys.executable, "-P", "-c", script], cwd=folder, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert Path(found.stdout.strip()) == ROOT


def test_no_output_is_kept_in_the_repository(notebook: nbformat.NotebookNode) -> None:
    assert [cell.id for cell in code(notebook) if cell.outputs or cell.execution_count is not None] == []
