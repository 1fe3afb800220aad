import gzip
import io

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from app import NOTICE
from app.__main__ import main
from app.cli.segment import read_named, segmented
from app.exports.report import report_html, report_pdf

SCAN = np.zeros((3, 12, 10), np.float32)
SCAN[1, 3:8, 2:7] = 150
SCAN[0, 0, 0] = 49  # below the default of 0.25
REFERENCE = (SCAN > 100).astype(np.uint8)
REFERENCE[1, 8, 2:7] = 1  # 25 of 30 are found


def nifti(path, voxels):
    path.write_bytes(gzip.compress(nib.Nifti1Image(voxels, np.diag([-1.0, -2.0, 3.0, 1.0])).to_bytes()))
    return path


@pytest.fixture
def scan(tmp_path):
    return nifti(tmp_path / "p1_flair.nii.gz", SCAN)


def words(path):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages).split())


@pytest.mark.usefixtures("network")
class TestReport:
    def test_pdf_with_a_reference(self, scan, tmp_path, capsys):
        seg = nifti(tmp_path / "p1_seg.nii.gz", REFERENCE)
        out = tmp_path / "p1.pdf"
        assert main(["report", str(scan), "--reference", str(seg), "--out", str(out)]) == 0
        assert capsys.readouterr().out == f"Written: {out}\n{NOTICE}\n"
        said = words(out)
        assert "p1 Tumour segmentation" in said
        assert "this study, exact against its reference mask 83.3 % 100.0 % 0.909" in said

    @pytest.mark.parametrize(("ending", "make"), [("pdf", report_pdf), ("html", report_html), ("HTML", report_html)])
    def test_the_bytes_are_those_of_the_export(self, ending, make, scan, tmp_path):
        out = tmp_path / f"p1.{ending}"
        assert main(["report", str(scan), "--out", str(out), "--threshold", "0.5", "--alpha", "0.1"]) == 0
        content = out.read_bytes()
        assert content == make(segmented(read_named([scan], None), 0.5, 0.1))
        assert content != make(segmented(read_named([scan], None), 0.5))

    def test_a_picture(self, tmp_path):
        Image.fromarray(SCAN[1].astype(np.uint8)).save(tmp_path / "p2.png")
        assert main(["report", str(tmp_path / "p2.png"), "--out", str(tmp_path / "p2.pdf")]) == 0
        assert "nothing is given in ml or mm" in words(tmp_path / "p2.pdf")

    def test_an_earlier_report_is_replaced(self, scan, tmp_path):
        (tmp_path / "p1.html").write_text("old")
        assert main(["report", str(scan), "--out", str(tmp_path / "p1.html")]) == 0
        assert (tmp_path / "p1.html").read_bytes().startswith(b"<!doctype html>")

    @pytest.mark.parametrize(
        ("out", "said"),
        [
            ("p1.docx", "is neither .pdf nor .html. Give --out a name that ends in one of them."),
            ("p1", "is neither .pdf nor .html."),
            ("none/p1.pdf", "There is no folder"),
        ],
    )
    def test_an_out_that_cannot_be_is_said_before_anything_is_read(self, out, said, tmp_path, capsys):
        assert main(["report", str(tmp_path / "missing.nii"), "--out", str(tmp_path / out)]) == 2
        printed = capsys.readouterr()
        assert said in printed.err and (printed.out, printed.err.count("\n")) == ("", 1)
        assert list(tmp_path.iterdir()) == []

    def test_files_that_cannot_be_read(self, tmp_path, capsys):
        assert main(["report", str(tmp_path / "p9_flair.nii.gz"), "--out", str(tmp_path / "p9.pdf")]) == 2
        assert "p9_flair.nii.gz" in capsys.readouterr().err
        assert not (tmp_path / "p9.pdf").exists()


@pytest.mark.parametrize("text", ["0", "0.21", "0.055", "-0.05", "nan", "5 %"])
def test_a_bound_that_cannot_be_is_refused(text, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["report", "a.nii", "--out", "o.pdf", f"--alpha={text}"])
    assert ended.value.code == 2
    assert f"{text} is not a bound: give 0.01 to 0.2 in steps of 0.01" in capsys.readouterr().err
