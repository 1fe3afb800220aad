import socket
import sys
import time

import pytest

from app.cohort import ray_connection
from app.cohort.ray_connection import ROOT, connect
from app.errors import InputError


def test_without_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install -r requirements-ray\.txt"):
        connect("10.0.0.1:6379")


@pytest.mark.parametrize(
    "address", ["auto", "head", "head:", ":6379", "head:0", "head:65536", "ray://head:10001", "h:٣"]
)
def test_an_address_is_host_and_port(address):
    pytest.importorskip("ray")
    with pytest.raises(InputError, match=r"is no address of a Ray cluster: give HOST:PORT"):
        connect(address)


def test_an_address_where_nobody_answers_is_refused_in_time(monkeypatch):
    """Nobody listens there; or somebody does who is no Ray cluster, and says nothing."""
    pytest.importorskip("ray")
    monkeypatch.setattr(ray_connection, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        for server in (mute, closed):
            address = "{}:{}".format(*server.getsockname())
            began = time.monotonic()
            with pytest.raises(InputError, match=f"No Ray cluster answers at {address} within 0.5 seconds"):
                connect(address)
            assert time.monotonic() - began < 5


def test_a_machine_outside_the_cluster_is_told_how_to_join(monkeypatch):
    ray = pytest.importorskip("ray")

    def refuse(**_):
        raise ConnectionError("Failed to connect to Ray cluster")

    monkeypatch.setenv("RAY_USE_TLS", "1")  # so that Ray alone asks
    monkeypatch.setattr(ray, "init", refuse)
    with pytest.raises(InputError, match=r"ray start --address=10\.0\.0\.1:6379 --num-cpus=0"):
        connect("10.0.0.1:6379")


def test_the_machines_are_sent_the_program_and_the_network_alone(monkeypatch):
    ray = pytest.importorskip("ray")
    told = {}
    monkeypatch.setenv("RAY_USE_TLS", "1")
    monkeypatch.setattr(ray, "init", lambda **given: told.update(given))
    connect("10.0.0.1:6379")
    program = told["runtime_env"]
    others = {name.removeprefix("/") for name in program["excludes"]}
    assert program["working_dir"] == str(ROOT) and "__pycache__" in others
    assert {path.name for path in ROOT.iterdir()} - others == {"app", "checkpoints"}
