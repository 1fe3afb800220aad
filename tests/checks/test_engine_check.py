import os
from types import SimpleNamespace

import psutil
import pytest

from app.checks import engine as checking
from app.checks.engine import engine
from app.errors import InputError
from app.model import http_engine
from app.model.checkpoint import load_card
from app.model.engine_choice import ENGINE
from app.model.precision import Precision


@pytest.fixture
def machine(monkeypatch):
    """A machine with 8 cores and 3 GiB of free memory."""
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=3 * checking.MEMORY))


def test_the_network_in_the_app():
    found = engine({})
    assert found.ok and "own process, by TensorFlow in " in found.said and not found.advice


def test_openvino_is_there_or_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setattr(checking, "find_spec", lambda name: object() if name == "openvino" else None)
    found = engine({ENGINE: "openvino"})
    assert found.ok and "own process, by OpenVINO in " in found.said
    monkeypatch.setattr(checking, "find_spec", lambda _: None)
    found = engine({ENGINE: "openvino"})
    assert not found.ok and "requirements-openvino.txt" in found.advice


@pytest.mark.parametrize(
    ("told", "said"),
    [("processes", "2 processes, on 4 of 8 cores each"), ("processes:3", "3 processes, on 2 of 8 cores each")],
)
def test_processes_for_which_there_is_room(machine, told, said):
    found = engine({ENGINE: told})
    assert found.ok and said in found.said


def test_more_processes_than_memory(machine):
    found = engine({ENGINE: "processes:4"})
    assert not found.ok and "about 4 GiB of memory, of which 3.0 are free" in found.said and found.advice


def test_more_processes_than_cores(machine):
    found = engine({ENGINE: "processes:9"})
    assert not found.ok and "processes:8 at most" in found.advice


def test_nobody_at_the_address():
    found = engine({ENGINE: "http://127.0.0.1:9/net"})
    assert not found.ok and "http://127.0.0.1:9/net does not answer" in found.said and found.advice


@pytest.mark.parametrize(("scheme", "open_to_all"), [("http", True), ("https", False)])
def test_a_network_that_is_served(monkeypatch, scheme, open_to_all):
    asked = []

    def precision_there(remote):
        asked.append((remote.address, remote.sha256, remote.channels))
        return Precision.BFLOAT16

    monkeypatch.setattr(http_engine.HttpEngine, "precision_there", precision_there)
    found = engine({ENGINE: f"{scheme}://host/net"})
    assert asked == [(f"{scheme}://host/net", load_card().sha256, 12)]
    assert found.ok and "serves this checkpoint in bfloat16" in found.said
    assert ("not encrypted" in found.said) == open_to_all


def test_what_there_is_not():
    with pytest.raises(InputError, match="processes:N"):
        engine({ENGINE: "cloud"})
