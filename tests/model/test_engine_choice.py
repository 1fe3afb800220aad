import os

import pytest
from engines import LostEngine, SumEngine

from app.errors import InputError
from app.model import engine_choice as choosing
from app.model import http_engine, pool_engine
from app.model.checkpoint import FOLDER, load_card
from app.model.engine_choice import ENGINE, Choice, engine_choice, make_engine
from app.model.fallback_engine import INSTEAD
from app.model.turns import inferences_at_once


@pytest.mark.parametrize(
    ("told", "choice"),
    [
        (None, Choice("local")),
        ("", Choice("local")),
        ("local", Choice("local")),
        (" processes ", Choice("processes")),
        ("processes:1", Choice("processes", 1)),
        ("processes:64", Choice("processes", 64)),
        ("http://127.0.0.1:8100", Choice("http", address="http://127.0.0.1:8100")),
        ("http://[::1]:8100/gliolens/", Choice("http", address="http://[::1]:8100/gliolens")),
        ("https://networks.example.org/a/b", Choice("http", address="https://networks.example.org/a/b")),
    ],
)
def test_choices(told, choice):
    assert engine_choice({} if told is None else {ENGINE: told}) == choice


@pytest.mark.parametrize(
    "told",
    [
        "remote",
        "LOCAL",
        "processes:",
        "processes:0",
        "processes:65",
        "processes:-1",
        "processes:\N{ARABIC-INDIC DIGIT ONE}",
        "processes:2:3",
        "http://",
        "http:///path",
        "http://host:99999",
        "http://host:port",
        "http://name:secret@host",
        "http://host/?a=b",
        "http://host/a b",
        "ftp://host",
        "ray://host:10001",
    ],
)
def test_anything_else_is_refused(told):
    with pytest.raises(InputError, match=ENGINE) as refused:
        engine_choice({ENGINE: told})
    assert "processes:N" in str(refused.value)


def test_turns_are_as_many_as_the_engine_takes_at_once():
    cores = max(1, (os.cpu_count() or 1) // 4)
    assert inferences_at_once({}) == inferences_at_once({ENGINE: "processes"}) == cores
    assert inferences_at_once({ENGINE: "processes:3"}) == 3
    assert inferences_at_once({ENGINE: "http://host"}) == choosing.REMOTE_AT_ONCE
    assert inferences_at_once({ENGINE: "processes:3", "GLIOLENS_INFERENCES": "2"}) == 2


def test_a_network_elsewhere_has_one_here_to_fall_back_on(monkeypatch):
    here = SumEngine()
    monkeypatch.setattr(choosing, "_local", lambda folder, card: here)
    engine = make_engine(FOLDER, load_card(), {ENGINE: "http://127.0.0.1:9/nobody"})
    assert (engine.sha256, engine.channels, engine.state) == (load_card().sha256, 12, INSTEAD)
    engine.close()
    assert here.closed


@pytest.mark.parametrize(("told", "wanted"), [("processes:3", 3), ("processes", max(1, (os.cpu_count() or 1) // 4))])
def test_so_many_processes_as_asked_for(monkeypatch, told, wanted):
    started = []

    class Pool(LostEngine):
        there = True

        def __init__(self, folder, card, processes):
            super().__init__()
            started.append(processes)

    monkeypatch.setattr(pool_engine, "PoolEngine", Pool)
    engine = make_engine(FOLDER, load_card(), {ENGINE: told})
    assert (started, engine.state) == ([wanted], "")


def test_the_other_server_is_the_one_that_was_named(monkeypatch):
    asked = []

    class Http(LostEngine):
        there = True

        def __init__(self, *args):
            super().__init__()
            asked.append(args)

    monkeypatch.setattr(http_engine, "HttpEngine", Http)
    make_engine(FOLDER, load_card(), {ENGINE: "http://host:1/path/"})
    assert asked == [("http://host:1/path", load_card().sha256, 12)]
