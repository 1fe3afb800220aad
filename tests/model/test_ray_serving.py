"""A real Ray cluster of one node, with the network served by the command as anybody would; and what is done without."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from app.errors import EngineUnavailableError, InputError
from app.model import ray_serving
from app.model.checkpoint import load_card
from app.model.fallback_engine import SECONDS_BETWEEN_TRIES, FallbackEngine
from app.model.http_engine import HttpEngine
from app.model.precision import chosen_precision
from app.model.ray_serving import Serving

ROOT = Path(__file__).parents[2]
SECONDS = 90
CHANNELS = 12


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("ray.serve", reason="Ray is not installed: pip install -r requirements-ray.txt")
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield cluster
    cluster.shutdown()


@contextmanager
def ended(serving):
    """Ctrl-C at the end, whatever happened."""
    try:
        yield
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait(SECONDS)


def replica_of(cluster):
    """The process of the one network on a cluster."""
    (raylet,) = cluster.head_node.all_processes["raylet"]
    workers = psutil.Process(raylet.process.pid).children(recursive=True)
    (replica,) = (worker for worker in workers if "ServeReplica" in "".join(worker.cmdline()))
    return replica


def test_a_served_network_says_what_the_one_here_says_and_may_die_and_come_back(cluster):
    from app.model.tensorflow_engine import TensorFlowEngine

    port = free_port()
    words = [sys.executable, "-m", "app", "serve", "--ray", cluster.address, "--port", str(port)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as serving, ended(serving):
        assert f"http://127.0.0.1:{port}/gliolens" in serving.stdout.readline()
        remote = HttpEngine(f"http://127.0.0.1:{port}/gliolens", load_card().sha256, CHANNELS)
        here, clock = TensorFlowEngine(), [0.0]
        engine = FallbackEngine(remote, lambda: here, lambda: clock[0])
        assert remote.precision_there() == chosen_precision()

        planes = np.random.default_rng(3).normal(size=(2, 48, 64, CHANNELS)).astype(np.float32)
        pixels = np.full(planes.shape[:3], 0.01, np.float32)
        expected = here.forward(planes)
        for there, wanted in zip(remote.forward(planes), expected, strict=True):
            np.testing.assert_array_equal(there, wanted)
        np.testing.assert_allclose(remote.look(planes, pixels), here.look(planes, pixels), rtol=1e-4)
        with (
            closing(HttpEngine(remote.address, "0" * 64, CHANNELS)) as other,
            pytest.raises(EngineUnavailableError, match="another checkpoint"),
        ):
            other.forward(planes)

        replica_of(cluster).kill()
        late = time.monotonic() + SECONDS
        while True:  # until the cluster has another one; it may also have kept the batch until then
            np.testing.assert_array_equal(engine.forward(planes)[0], expected[0])
            if not engine.state:
                break
            assert time.monotonic() < late
            clock[0] += SECONDS_BETWEEN_TRIES
            time.sleep(0.1)
        engine.close()
    assert serving.returncode == 130
    with (
        closing(HttpEngine(remote.address, remote.sha256, CHANNELS)) as nobody,
        pytest.raises(EngineUnavailableError, match="does not answer"),
    ):
        nobody.prepare()


@pytest.fixture
def made_up_ray(monkeypatch):
    """A cluster of three cores, on which Ray Serve listens at port 8000."""
    options = SimpleNamespace(host="127.0.0.1", port=8000)
    serve = SimpleNamespace(start=lambda **_: None)
    ray = SimpleNamespace(cluster_resources=lambda: {"CPU": 3.0}, serve=serve)
    context = SimpleNamespace(_get_global_client=lambda: SimpleNamespace(http_config=options))
    for name, module in {"ray": ray, "ray.serve": serve, "ray.serve.context": context}.items():
        monkeypatch.setitem(sys.modules, name, module)


def test_a_cluster_that_is_too_small_is_told_at_once(made_up_ray):
    with pytest.raises(InputError, match="2 replicas with 2 cores each need 4; the cluster has 3"):
        ray_serving.start(Serving(replicas=2, cores=2))


def test_a_cluster_that_serves_at_another_port_is_told(made_up_ray):
    with pytest.raises(InputError, match=r"already, at 127\.0\.0\.1 and port 8000.*serve shutdown"):
        ray_serving.start(Serving(replicas=3, port=8001))


def test_without_ray_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install -r requirements-ray\.txt"):
        ray_serving.start(Serving())


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "http://127.0.0.1:8/gliolens"), ("0.0.0.0", "http://127.0.0.1:8/gliolens")]
)
def test_the_address_to_give_to_the_app(host, address):
    assert Serving(host=host, port=8).address == address
