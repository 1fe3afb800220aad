import signal
import threading

import pytest

from app.__main__ import main
from app.cohort import ray_connection
from app.errors import InputError
from app.model import ray_serving
from app.model.ray_serving import Serving


@pytest.fixture
def done(monkeypatch):
    """What the command had done on a cluster that is made up."""
    done = []
    monkeypatch.setattr(ray_connection, "connect", lambda address: done.append(address))
    monkeypatch.setattr(ray_serving, "start", done.append)
    monkeypatch.setattr(ray_serving, "stop", lambda: done.append("stopped"))
    return done


def test_it_leaves_the_network_there(done, capsys):
    arguments = ["--ray", "head:6379", "--replicas", "3", "--cores", "4", "--host", "0.0.0.0", "--port", "8200"]
    assert main(["serve", *arguments, "--detach"]) == 0
    assert done == ["head:6379", Serving(3, 4, "0.0.0.0", 8200)]
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8200/gliolens" in said and "GLIOLENS_ENGINE" in said and "serve delete gliolens" in said


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_it_takes_the_network_away_when_it_is_ended(done, monkeypatch, ends):
    monkeypatch.setattr(threading.Event, "wait", lambda *_: signal.raise_signal(ends))
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert main(["serve", "--ray", "head:6379"]) == 130
    finally:
        signal.signal(signal.SIGTERM, before)
    assert done == ["head:6379", Serving(), "stopped"]


def test_a_cluster_that_is_not_there(monkeypatch, capsys):
    def nobody(address):
        raise InputError(f"There is no Ray cluster at {address}.")

    monkeypatch.setattr(ray_connection, "connect", nobody)
    assert main(["serve", "--ray", "nowhere"]) == 2
    assert capsys.readouterr().err == "gliolens: There is no Ray cluster at nowhere.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--ray", "head:6379", "--replicas", "0"],
        ["--ray", "head:6379", "--cores", "-1"],
        ["--ray", "head:6379", "--replicas", "\N{ARABIC-INDIC DIGIT THREE}"],
        ["--ray", "head:6379", "--port", "65536"],
        ["--ray", "head:6379", "--port", "http"],
    ],
)
def test_arguments_that_cannot_be_used(done, arguments):
    with pytest.raises(SystemExit) as ended:
        main(["serve", *arguments])
    assert ended.value.code == 2 and done == []
