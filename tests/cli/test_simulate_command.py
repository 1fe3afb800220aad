import sys

import pytest

from app.__main__ import main
from app.simulate import phantom, samples


@pytest.fixture
def quick(monkeypatch):
    """A coarse grid, so that a head takes a moment."""
    whole = phantom.simulate
    monkeypatch.setattr(phantom, "simulate", lambda seed, healthy=None: whole(seed, healthy=healthy, spacing=4.0))


def test_a_folder_for_each_seed(quick, tmp_path, capsys):
    assert main(["simulate", str(tmp_path / "out"), "--seed", "41", "--count", "2", "--healthy"]) == 0
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.nii.gz"))
    ends = ("flair", "seg", "t1", "t1ce", "t2")
    assert names == [f"out/SIM_000{n}/SIM_000{n}_{end}.nii.gz" for n in (41, 42) for end in ends]
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "out" / f"SIM_000{n}") for n in (41, 42)]


def test_same_seed_same_files(quick, tmp_path):
    for name in ("a", "b"):
        main(["simulate", str(tmp_path / name), "--seed", "7"])
    for one in (tmp_path / "a").rglob("*.nii.gz"):
        assert one.read_bytes() == (tmp_path / "b" / one.relative_to(tmp_path / "a")).read_bytes()


def test_samples(monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr(samples, "write_samples", made.append)
    assert main(["simulate", str(tmp_path), "--samples"]) == 0
    assert made == [tmp_path]


def test_a_folder_that_cannot_be_written(quick, tmp_path, capsys):
    (tmp_path / "out").write_text("in the way")
    assert main(["simulate", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert str(tmp_path / "out") in said
    assert "Choose another folder" in said


def test_missing_packages_are_named(monkeypatch, tmp_path, capsys):
    for module in [name for name in sys.modules if name.startswith("app.simulate.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "nilearn", None)
    assert main(["simulate", str(tmp_path)]) == 1
    assert "requirements-train.txt" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["-1", "many"])
def test_seeds_are_natural_numbers(value, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["simulate", str(tmp_path), "--seed", value])
    assert ended.value.code == 2
    assert value in capsys.readouterr().err
