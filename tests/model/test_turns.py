"""Turns, with threads that wait for one another and a clock that is set by hand."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from told_thread import LONG, Thread

from app.model.turns import CORES, INFERENCES, Job, Turns, inferences_at_once


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns:
    return Turns(1, 8, clock)


@pytest.fixture
def thread() -> Iterator[Callable[[], Thread]]:
    with ExitStack() as stack:

        def started() -> Thread:
            made = Thread()
            stack.callback(made.end)
            return made

        yield started


def wait_until_queued(turns: Turns, waiting: int) -> None:
    """Until so many threads stand in `take`."""
    with turns.changed:
        assert turns.changed.wait_for(lambda: sum(job._waiting for job in turns.queue) == waiting, LONG)


@pytest.fixture(autouse=True)
def told_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever begins to wait says so, for `wait_until_queued`."""
    wait_for = threading.Condition.wait_for

    def announced(self: threading.Condition, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        self.notify_all()
        return wait_for(self, predicate, timeout)

    monkeypatch.setattr(threading.Condition, "wait_for", announced)


def first_batch(job: Job, left: int) -> None:
    assert job.take(LONG)
    job.report(8, left)
    job.rest()


def test_one_at_a_time(turns: Turns, thread: Callable[[], Thread]) -> None:
    other = thread()
    with turns.job(20) as one, turns.job(20) as two:
        assert one.take(0)
        assert other.do(lambda: two.take(0)) is False
        one.rest()
        assert other.do(lambda: two.take(0)) is True
        assert not one.take(0)
        other.do(two.rest)
        assert one.take(0)


def test_two_at_a_time_where_there_are_two_slots(thread: Callable[[], Thread]) -> None:
    turns = Turns(2, 8)
    second, third = thread(), thread()
    with turns.job(9) as one, turns.job(9) as two, turns.job(9) as three:
        assert one.take(0) and second.do(lambda: two.take(0))
        assert third.do(lambda: three.take(0)) is False
        second.do(two.rest)
        assert third.do(lambda: three.take(0)) is True


def test_the_first_batch_of_a_newcomer_comes_before_the_next_of_others(
    turns: Turns, thread: Callable[[], Thread]
) -> None:
    second, third = thread(), thread()
    with turns.job(24) as one, turns.job(24) as two, turns.job(24) as three:
        first_batch(one, 16)
        second.do(lambda: first_batch(two, 16))
        assert one.take(LONG)
        again = second.ask(lambda: two.take(LONG))
        wait_until_queued(turns, 1)
        new = third.ask(lambda: three.take(LONG))
        wait_until_queued(turns, 2)
        one.report(8, 8)
        assert one.take(0) is False  # in the moment it handed back, the newcomer was first
        assert new.get() is True and not again.there
        third.do(lambda: three.report(8, 16))
        third.do(three.rest)
        assert again.get() is True  # in the order of arrival, while the first does not ask


def test_then_studies_are_finished_in_the_order_of_arrival(turns: Turns, thread: Callable[[], Thread]) -> None:
    second, third = thread(), thread()
    with turns.job(24) as one, turns.job(24) as two, turns.job(24) as three:
        first_batch(one, 16)
        second.do(lambda: first_batch(two, 16))
        third.do(lambda: first_batch(three, 16))
        assert one.take(LONG)
        late = third.ask(lambda: three.take(LONG))
        wait_until_queued(turns, 1)
        early = second.ask(lambda: two.take(LONG))
        wait_until_queued(turns, 2)
        one.report(8, 8)
        assert one.take(LONG)  # nobody slipped in between
        one.report(8, 0)
        one.rest()
        assert early.get() is True and not late.there
        second.do(two.rest)
        assert late.get() is True


def test_a_job_that_rests_keeps_nobody_waiting(turns: Turns, thread: Callable[[], Thread]) -> None:
    other = thread()
    with turns.job(24) as one, turns.job(24) as two:
        first_batch(one, 16)
        other.do(lambda: first_batch(two, 16))
        assert other.do(lambda: two.take(0)) is True


@pytest.mark.parametrize("error", [RuntimeError, GeneratorExit, KeyboardInterrupt, SystemExit])
def test_who_leaves_with_a_turn_hands_it_back(turns: Turns, thread: Callable[[], Thread], error: type) -> None:
    other = thread()
    with turns.job(24) as two:
        with pytest.raises(error), turns.job(24) as one:
            assert one.take(0)
            waiting = other.ask(lambda: two.take(LONG))
            wait_until_queued(turns, 1)
            assert not waiting.there
            raise error
        assert waiting.get() is True
    assert turns.queue == set()


def test_who_leaves_while_waiting_is_waited_for_no_more(turns: Turns, thread: Callable[[], Thread]) -> None:
    holder, leaver, last = thread(), thread(), thread()
    with turns.job(24) as one, turns.job(24) as three:
        assert holder.do(lambda: one.take(0))

        def leave() -> None:
            with turns.job(24) as two:
                two.take(0.0)

        leaver.do(leave)
        waiting = last.ask(lambda: three.take(LONG))
        wait_until_queued(turns, 1)
        assert three.position == 1
        holder.do(one.rest)
        assert waiting.get() is True


def test_a_place_is_kept_by_who_comes_back(turns: Turns) -> None:
    job = turns.job(24)
    with job:
        first_batch(job, 16)
    with turns.job(24) as later:
        first_batch(later, 16)
        assert later.position == 0
        with job:
            assert (job.position, later.position) == (0, 1)


def test_threads_of_one_job_take_each_batch_once(turns: Turns, thread: Callable[[], Thread]) -> None:
    other = thread()
    with turns.job(24) as job:
        other.do(job.__enter__)
        assert job.take(0)
        assert other.do(lambda: job.take(0)) is False
        waiting = other.ask(lambda: job.take(LONG))
        wait_until_queued(turns, 1)
        job.report(8, 16)
        job.rest()
        assert waiting.get() is True and job.take(0) is False
        other.do(lambda: job.report(8, 8))
        other.do(lambda: job.__exit__(None, None, None))  # the other one has gone, and this one goes on
        assert job in turns.queue and job.take(0) is True


def test_who_waits_for_a_job_that_has_ended_is_let_go(turns: Turns, thread: Callable[[], Thread]) -> None:
    other = thread()
    with turns.job(8) as job:
        assert job.take(0)
        waiting = other.ask(lambda: job.take(LONG))
        wait_until_queued(turns, 1)
        job.report(8, 0)
        assert waiting.get() is False
        assert not job.take(LONG)


def test_position_and_seconds_left(turns: Turns, clock: Clock, thread: Callable[[], Thread]) -> None:
    with turns.job(48) as one, turns.job(24) as two, turns.job(30) as three:
        assert (one.position, two.position, three.position) == (0, 1, 2)
        assert three.seconds_left is None
        assert one.take(0)
        clock.now = 4
        one.report(8, 40)
        one.rest()  # 0.5 seconds a slice
        assert three.position == 1 and three.seconds_left == 4  # the first batch of the second
        assert two.position == 0 and two.seconds_left == 0
        assert one.position == 0 and one.seconds_left == 8  # both newcomers' first batches
        first_batch(two, 16)  # in no time: 0.25 seconds a slice
        first_batch(three, 22)
        assert three.position == 2
        assert three.seconds_left == pytest.approx((40 + 16) * 4 / 24)
    assert turns.seconds_a_slice == pytest.approx(4 / 24)


def test_two_slots_halve_the_time(clock: Clock) -> None:
    turns = Turns(2, 8, clock)
    turns.measured(8, 8)
    with turns.job(16) as one, turns.job(16) as two:
        assert one.seconds_left == 0
        assert two.seconds_left == 4


def test_a_turn_that_brought_nothing_is_not_measured(turns: Turns, clock: Clock) -> None:
    with turns.job(16) as job:
        assert job.take(0)
        clock.now = 100
        job.rest()
    assert turns.seconds_a_slice is None


@pytest.mark.parametrize(
    ("told", "cores", "expected"),
    [("3", 2, 3), ("0", 2, 1), ("many", 4 * CORES, 4), ("", 2, 1), ("", 2 * CORES, 2), ("", None, 1), ("-2", 1, 1)],
)
def test_how_many_at_once(monkeypatch: pytest.MonkeyPatch, told: str, cores: int | None, expected: int) -> None:
    monkeypatch.setenv(INFERENCES, told)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert inferences_at_once() == expected


def test_thirty_two_who_come_and_go_all_end(turns: Turns) -> None:
    """Threads that wait, compute, give up in the middle or rest, in no order that is prescribed."""
    finished: list[int] = []
    disturbed: list[bool] = []
    computing = threading.Lock()

    def visit(number: int) -> None:
        with turns.job(24) as job:
            for left in (16, 8, 0):
                while not job.take(0.01):
                    if number % 5 == 4:
                        return
                alone = computing.acquire(blocking=False)
                job.report(8, left)
                disturbed.append(not alone)
                computing.release()
                if number % 3 == 0:
                    job.rest()
                if number % 7 == 6:
                    return
        finished.append(number)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(32)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(LONG)
    assert not any(one.is_alive() for one in threads)
    assert not any(disturbed)
    assert {number for number in range(32) if number % 5 != 4 and number % 7 != 6} <= set(finished)
    assert turns.queue == set()
