from dataset_files import entry_of

from app.training.prepare_summary import grid, remarks, summary
from app.training.prepared_index import Index


def test_summary_of_volumes():
    entries = [
        entry_of("A", tumour_ml=3.04, spacing=[3.0, 1.0, 0.9375]),
        entry_of("B", tumour_ml=1200.0, patient="A", slices=[1, 2, 3]),
        entry_of("C", tumour_ml=5.0, sequences=["T1", "T2"]),
    ]
    assert summary(Index("brats", "data", cases=entries, skipped={"D": "x"})) == [
        ("cases", "3 prepared, 1 skipped"),
        ("patients", "2"),
        ("sequences", "FLAIR (2); T1, T2 (1)"),
        ("grid", "24 x 20 x 5 of 1 x 1 x 3 mm (2); 24 x 20 x 5 of 0.938 x 1 x 3 mm (1)"),
        ("axes in files", "LPS (3)"),
        ("slices with head", "7, of which 3 have tumour"),
        ("tumour", "median 5.0 ml, from 3.0 to 1,200.0"),
    ]


def test_summary_of_pictures():
    entries = [
        entry_of(str(n), spacing=None, orientation=None, tumour_ml=None, shape=[1, 9, n], tumour_voxels=n * 1000)
        for n in (1, 2, 3, 3, 4, 5)
    ]
    lines = dict(summary(Index("figshare", "data", cases=entries)))
    assert lines["grid"] == "3 x 9 pixels (2); 1 x 9 pixels (1); 2 x 9 pixels (1); others (2)"
    assert lines["axes in files"] == "none: pictures (6)"
    assert lines["tumour"] == "median 3,000 pixels, from 1,000 to 5,000"


def test_summary_of_nothing():
    assert summary(Index("brats", "data", skipped={"D": "x"})) == [("cases", "0 prepared, 1 skipped")]


def test_remarks_are_grouped_and_the_most_frequent_comes_first():
    entries = [
        entry_of("A", problems=["odd"]),
        entry_of("B", problems=["no T1"], across=["twin"]),
        entry_of("C", problems=["no T1"]),
    ]
    assert remarks(Index("brats", "data", cases=entries)) == [("no T1", ["B", "C"]), ("odd", ["A"]), ("twin", ["B"])]


def test_grid_names_x_first():
    assert grid(entry_of("A", shape=[5, 20, 24], spacing=[3.0, 2.0, 1.0])) == "24 x 20 x 5 of 1 x 2 x 3 mm"
