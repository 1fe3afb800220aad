"""From made-up times to ratios and medians."""

import pytest

from app.exports.formats import FORMATS
from benchmarks import cohort, crowd, exports, records, repeatability, saving, serving
from benchmarks.result import Better

WALKS = {
    "reading": [0.6],
    "first overlay": [3.0],
    "whole volume": [12.0],
    "of it in the network": [8.0],
    "packing for the browser": [0.1],
    serving.PLAIN: [6.0],
    serving.YARDSTICK: [0.2],
}
BATCHES = {"network": [2.0, 2.0], serving.PLAIN: [6.0, 6.0]}
OPERATIONS = {"network": 40.0, serving.PLAIN: 60.0}


def test_questions_to_the_records_are_beside_the_plain_one():
    found = records.result({"SQLite": {records.PLAIN: [0.001, 0.002], "card": [0.002, 0.008]}})
    assert found.ratios == {"SQLite: card / plain rows": 3.0}  # the middle of 2 and 4
    assert found.medians == {"SQLite: plain rows, ms": pytest.approx(1.5), "SQLite: card, ms": pytest.approx(5.0)}
    assert found.way("SQLite: card / plain rows") is Better.LESS


def test_a_save_is_beside_the_fixed_work():
    figures = {"SQLite, both": saving.Figures(30, 2.0, (0.1,) * 30)}
    found = saving.result(figures, {"one save in memory": [0.03, 0.02], "yardstick": [0.01, 0.01]})
    assert found.ratios == {"one save in memory / yardstick": 2.5}
    assert found.medians["SQLite, both, saves a second"] == 15.0
    assert found.way("one save in memory / yardstick") is Better.LESS


def test_exports_that_take_no_time_are_not_compared():
    seconds = {"gif": [2.0, 3.0], "csv": [0.0001, 0.0001], exports.YARDSTICK: [0.5, 0.25]}
    found = exports.result(seconds, {"gif": (2.5, b"12345"), "csv": (0.1, b"1"), "stl": "no tumour"}, {})
    assert found.ratios == {"gif / yardstick": 8.0}
    assert found.medians == {"gif, s": 2.5, "csv, s": 0.0001, "yardstick, s": 0.375}
    assert found.facts["bytes"] == {"gif": 5, "csv": 1}
    assert set(found.facts["bytes"]) < set(FORMATS)


def test_many_visitors_are_beside_one():
    found = crowd.result({1: {"page, s": 2.0}, 8: {"page, s": 3.0}, 32: {"page, s": 10.0}})
    assert found.ratios == {"page: 8 visitors / 1": 1.5, "page: 32 visitors / 1": 5.0}
    assert found.medians["32 visitors: page, s"] == 10.0


def test_moved_scans_are_beside_still_ones():
    found = repeatability.result([(10.0, 11.0), (4.0, 3.8), (2.0, 2.0)])
    assert found.ratios == {"moved / still, ml": 1.0}
    assert found.medians == {"change, %": pytest.approx(5.0)}
    assert found.facts["largest change, %"] == pytest.approx(10.0)


def test_rate_of_a_cohort_leaves_out_the_start():
    """Two workers whose first studies come after 10 and 11 s, four more until 19 s, three seconds of work in each."""
    marks = [(10.0, 9.0), (11.0, 9.0), (14.0, 3.0), (15.0, 3.0), (18.0, 3.0), (19.0, 3.0)]
    rate = cohort.rate(marks, 20.0, 2)
    assert (rate.studies, rate.whole) == (6, 20.0)
    assert rate.running == 0.5  # 4 in 8 s
    assert rate.busy == 0.75  # 12 s of work in 2 x 8 s


def test_ways_of_a_cohort_are_beside_each_other():
    one, two, ray = (cohort.Rate(8, 60.0, running, 0.9) for running in (0.2, 0.3, 0.27))
    found = cohort.result({cohort.ONE: one, cohort.SEVERAL: two, cohort.RAY: ray})
    assert found.ratios["2 workers / 1 worker"] == pytest.approx(1.5)
    assert found.ratios["Ray, 2 workers / 2 workers"] == pytest.approx(0.9)
    assert found.medians["1 worker, studies a minute while it runs"] == pytest.approx(12)
    assert found.medians["1 worker, studies a minute in all"] == pytest.approx(8)
    without = cohort.result({cohort.ONE: one, cohort.SEVERAL: two})
    assert "2 workers / 1 worker" in without.ratios
    assert not any("Ray" in name for name in without.ratios)


def test_copies_of_a_study_are_studies_of_their_own(tmp_path):
    folder = cohort.copies(tmp_path, 2)
    assert sorted(path.name for path in folder.iterdir()) == ["glioma_000", "glioma_001"]
    assert (folder / "glioma_001" / "glioma_001_t1ce.nii.gz").exists()
    made = cohort.files_below(folder)
    assert len(made) == 10
    assert made["glioma_000/glioma_000_seg.nii.gz"] == made["glioma_001/glioma_001_seg.nii.gz"]


def test_the_network_is_beside_the_convolution():
    """A batch of 40 operations in 2 s, a convolution of 60 in 6 s: 20 a second beside 10."""
    starts = {
        "importing TensorFlow": [2.0],
        "memory of TensorFlow": [500.0],
        "start to picture": [3.0],
        "start to first overlay": [5.0],
        "memory of the server": [1000.0],
    }
    found = serving.result(WALKS, BATCHES, OPERATIONS, starts, {"batch": [8]})
    assert found.ratios == {
        "network / float32 convolution": 2.0,
        "first overlay / float32 convolution": 0.5,
        "whole volume / float32 convolution": 2.0,
        "reading / yardstick": pytest.approx(3.0),
        "packing for the browser / yardstick": 0.5,
        "whole volume / of it in the network": 1.5,
        "start to picture / importing TensorFlow": 1.5,
        "start to first overlay / importing TensorFlow": 2.5,
        "memory of the server / of TensorFlow": 2.0,
    }
    assert [name for name in found.ratios if found.way(name) is Better.GREATER] == ["network / float32 convolution"]
    assert found.medians["memory of the server, MB"] == 1000.0
    assert found.medians["network, GFLOP/s"] == pytest.approx(20e-9)
    assert set(serving.TARGETS) <= found.ratios.keys() | found.medians.keys()


def test_the_app_need_not_be_started():
    found = serving.result(WALKS, BATCHES, OPERATIONS, {}, {})
    assert not any("TensorFlow" in name for name in found.ratios)
