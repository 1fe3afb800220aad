import gzip
import sys
import time
from functools import partial

import nibabel as nib
import psutil
import pytest

pytest.importorskip("ray", reason="requirements-ray.txt is not installed")
if sys.platform != "linux":
    pytest.skip("several machines on one are for Linux", allow_module_level=True)

import cohort_works
import ray
from cohort_works import fine, lethal, noted, slow, task_of
from ray_cluster import CORES, TestCluster

from app.cohort.found import Found
from app.cohort.local_runner import TRIES, run_locally
from app.cohort.ray_node import ROOT, Origin, versions
from app.cohort.ray_runner import AHEAD, run_on_ray
from app.cohort.task import Settings, Task
from app.cohort.work import work
from app.errors import AppError, InputError
from app.model.checkpoint import FOLDER, load_card
from app.model.precision import chosen_precision

MACHINES = 2


@pytest.fixture(scope="module")
def cluster():
    """A cluster without machines yet."""
    ray.cloudpickle.register_pickle_by_value(cohort_works)  # the machines are sent the program, and no tests
    cluster = TestCluster()
    yield cluster
    cluster.end()


@pytest.fixture
def do(cluster):
    """`run_on_ray` on two machines, each with room for one study; connected neither before nor after."""
    cluster.have(MACHINES)
    yield partial(run_on_ray, address=cluster.address)
    assert not ray.is_initialized()


def tasks(folder, *names):
    for name in names:
        path = folder / f"{name}.nii"
        path.write_bytes(name.encode())
        yield task_of(path)


def awaited(path, seconds=30):
    """The text of a file that is being written somewhere else."""
    end = time.monotonic() + seconds
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < end, f"{path.name} never came"
        time.sleep(0.02)
    return path.read_text()


def scans(folder):
    """Some slices each of a simulated head, in four sequences and in one; and a file that is damaged."""
    settings = Settings(None, ("json",), FOLDER, load_card(FOLDER).sha256, str(chosen_precision()))
    for name, slices, sequences in (("low", (60, 66), ("flair", "t1", "t1ce", "t2")), ("high", (90, 95), ("flair",))):
        paths = []
        for sequence in sequences:
            whole = nib.load(ROOT / "sample_scans" / "glioma" / f"glioma_{sequence}.nii.gz")
            paths.append(folder / f"{name}_{sequence}.nii.gz")
            paths[-1].write_bytes(gzip.compress(whole.slicer[:, :, slice(*slices)].to_bytes(), 1))
        yield Task(Found(name, tuple(paths), "NIfTI"), settings)
    damaged = folder / "damaged_t2.nii.gz"
    damaged.write_bytes(paths[-1].read_bytes()[:5000])
    yield Task(Found("damaged", (damaged,), "NIfTI"), settings)


def counted(tasks, taken):
    """The tasks, each noted in a list when it is taken."""
    for task in tasks:
        taken.append(task)
        yield task


def test_results_are_byte_for_byte_those_of_one_machine_though_a_machine_dies(do, cluster, tmp_path):
    """The machine that has the first study is killed while it has it; the network runs on other threads than here."""
    started, go = tmp_path / "started", tmp_path / "go"

    def awaiting_death(task):
        if task.found.name == "low":
            with started.open("a") as machines:
                machines.write(f"{ray.get_runtime_context().get_node_id()}\n")
            while not go.exists():
                time.sleep(0.01)
        return work(task, threads=2)

    given = list(scans(tmp_path))
    here = {outcome.name: outcome for outcome in run_locally(given, 1, partial(work, threads=1))}
    running = do(given, work=awaiting_death)
    outcomes = [next(running)]
    doomed = awaited(started).split()[0]
    cluster.kill(doomed)
    go.touch()
    outcomes += running

    assert len(started.read_text().split()) == 2 and doomed not in started.read_text().split()[1:]
    assert sorted(outcome.name for outcome in outcomes) == ["damaged", "high", "low"]
    assert {outcome.name: outcome for outcome in outcomes} == here
    assert here["damaged"].problem and here["low"].files and here["low"].row["tumour_voxels"] > 0


def test_each_study_has_one_outcome_and_no_more_than_the_bound_are_in_flight(do, tmp_path):
    names = [f"study{number}" for number in range(20)]
    taken, ahead, outcomes = [], [], []
    for outcome in do(counted(tasks(tmp_path, *names), taken), work=fine):
        ahead.append(len(taken) - len(outcomes))
        outcomes.append(outcome)
    assert sorted(outcomes, key=lambda outcome: names.index(outcome.name)) == [fine(task) for task in taken]
    assert max(ahead) == AHEAD * MACHINES * CORES


def test_what_befalls_a_study_is_no_other_studys_problem(do, tmp_path):
    """Its worker dies each time or once, its work has a fault of ours, its file is gone."""

    def odd(task):
        if task.found.name == "faulty":
            raise KeyError("Jane Doe")
        return lethal(task)

    names = ["a", "lethal", "faulty", "b", "once", "gone", "c"]
    given, told = list(tasks(tmp_path, *names)), []
    (tmp_path / "gone.nii").unlink()
    outcomes = list(do(given, work=odd, tell=told.append))
    problems = {outcome.name: outcome.problem for outcome in outcomes}
    calls = (tmp_path / "calls").read_text().split()

    assert len(outcomes) == len(names) and told == []
    assert [problems[name] for name in ("a", "b", "once", "c")] == [None] * 4
    assert f"died {TRIES} times (WorkerCrashedError)" in problems["lethal"]
    assert "went wrong on our side (KeyError" in problems["faulty"] and "Jane" not in problems["faulty"]
    assert problems["gone"] == "'gone.nii' is not there any more, or may not be read."
    assert {name: calls.count(name) for name in calls} == {"a": 1, "lethal": TRIES, "b": 1, "once": 2, "c": 1}


def test_the_workers_end_with_the_iterator(do, tmp_path):
    running = do(tasks(tmp_path, "waits", "b"), work=slow)
    assert next(running).name == "b"
    waiting = psutil.Process(int(awaited(tmp_path / "waits.pid")))
    running.close()
    waiting.wait(20)


def test_a_machine_with_other_versions_is_left_out(do, cluster, tmp_path):
    other = tmp_path / "pillow-0.0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: pillow\nVersion: 0.0.1\n")
    odd = cluster.add(PYTHONPATH=str(tmp_path))
    taken, ahead, told, outcomes = [], [], [], []
    for outcome in do(counted(tasks(tmp_path, *"abcdefghijkl"), taken), work=fine, at_once=3, tell=told.append):
        ahead.append(len(taken) - len(outcomes))
        outcomes.append(outcome)
    cluster.kill(odd)
    assert max(ahead) == 3
    assert sorted(outcome.name for outcome in outcomes) == list("abcdefghijkl")
    assert {outcome.problem for outcome in outcomes} == {None}
    assert [said.split(" has ")[1] for said in told] == [
        f"pillow 0.0.1 where the others have {versions()['pillow']}. It is left out."
    ]


def test_without_a_fit_machine_it_says_why(do, monkeypatch, tmp_path):
    monkeypatch.setattr("app.cohort.ray_runner.origin", lambda: Origin(ROOT, {**versions(), "numpy": "0.1"}))
    told = []
    with pytest.raises(InputError, match=r"No machine of the Ray cluster can work: .* has numpy \S+ where .* 0\.1"):
        list(do(tasks(tmp_path, *"abcd"), work=fine, tell=told.append))
    assert len(told) == MACHINES


def test_a_result_that_is_lost_on_its_way_is_made_again(do, monkeypatch, tmp_path):
    real, lost = ray.get, []

    def lossy(answer):
        if not lost:
            lost.append(answer)
            raise ray.exceptions.ObjectLostError("c0ffee", None, "")
        return real(answer)

    monkeypatch.setattr(ray, "get", lossy)
    outcomes = list(do(tasks(tmp_path, "a", "b"), work=noted))
    assert sorted((outcome.name, outcome.problem) for outcome in outcomes) == [("a", None), ("b", None)]
    assert len((tmp_path / "calls").read_text().split()) == 3


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        (ray.exceptions.LocalRayletDiedError, AppError, "has no machine any more"),
        (ray.exceptions.RuntimeEnvSetupError, InputError, "cannot take the program"),
    ],
)
def test_what_befalls_the_cluster_is_no_studys_problem(do, monkeypatch, tmp_path, kind, error, said):
    def broken(_):
        raise kind

    monkeypatch.setattr(ray, "get", broken)
    with pytest.raises(error, match=said):
        list(do(tasks(tmp_path, "a"), work=fine))


def test_a_study_wants_no_more_cores_than_a_machine_has(do, tmp_path):
    with pytest.raises(InputError, match="No machine of the Ray cluster has enough cores"):
        next(do(tasks(tmp_path, "a"), work=fine, cores=CORES + 1))


def test_the_versions_of_ray_must_be_the_same(do, monkeypatch, tmp_path):
    monkeypatch.setattr(ray, "__version__", "0.0.1")
    with pytest.raises(InputError, match=r"cannot be used: Version mismatch: .* Ray: 0\.0\.1 .* same versions"):
        do(tasks(tmp_path, "a"), work=fine)


def test_without_any_machine_left_it_gives_up_and_what_was_given_stays(do, cluster, tmp_path):
    running = do(tasks(tmp_path, "a", "waits"), work=slow, patience=0.5)
    assert next(running).name == "a"
    awaited(tmp_path / "waits.pid")
    for machine in list(cluster.machines):
        cluster.kill(machine)
    with pytest.raises(AppError, match="has no machine any more"):
        next(running)
