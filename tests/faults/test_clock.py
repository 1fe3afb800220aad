"""A clock that goes back: nothing measured, kept or decided depends on the time of day."""

import ast
import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.__main__ import main

ROOT = Path(__file__).parents[2]
OF_THE_DAY = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}


@pytest.fixture
def backwards(monkeypatch: pytest.MonkeyPatch) -> itertools.count:  # type: ignore[type-arg]
    """Every look at the clock of the wall is an hour before the last; counts the looks."""
    looks, now = itertools.count(1), time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600 * next(looks))
    return looks


def test_the_command_line(backwards: itertools.count, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[type-arg]
    picture = tmp_path / "head_flair.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 200, (40, 30)).astype(np.uint8)).save(picture)
    assert main(["segment", str(picture), "--out", str(tmp_path / "out"), "--json"]) == 0
    assert 0 <= json.loads(capsys.readouterr().out)["seconds"] < 300
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_the_page(backwards: itertools.count) -> None:  # type: ignore[type-arg]
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    app.session_state["study"] = "slice_png"
    app.run()
    assert not app.exception and not app.error
    assert not app.button(key="solid").disabled  # there is a result
    assert next(backwards) > 1  # somebody did look


def test_nothing_asks_for_the_time_of_day() -> None:
    """But the log, for people: what is measured is measured with clocks that only go forward."""
    asked = []
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if (node.value.id, node.attr) in OF_THE_DAY:
                    asked.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            elif isinstance(node, ast.ImportFrom) and node.module == "time":
                asked += [f"{path}:{node.lineno}" for name in node.names if ("time", name.name) in OF_THE_DAY]
    assert asked == []
