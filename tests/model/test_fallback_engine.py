import json
import threading

import numpy as np
import pytest
from engines import CHANNELS, PIXELS, PLANES, SHA256, LostEngine, SumEngine

from app import log
from app.model.fallback_engine import INSTEAD, SECONDS_BETWEEN_TRIES, FallbackEngine


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Both:
    """A fallback engine, with all that it is made of."""

    def __init__(self):
        self.remote, self.here, self.clock, self.made = LostEngine(), SumEngine(), Clock(), 0
        self.engine = FallbackEngine(self.remote, self._make, self.clock)

    def _make(self):
        self.made += 1
        return self.here


@pytest.fixture
def both():
    return Both()


def test_it_is_the_other_one_while_that_answers(both):
    both.remote.there = True
    both.engine.prepare()
    logit, _ = both.engine.forward(PLANES)
    np.testing.assert_array_equal(logit, PLANES.sum(axis=-1))
    np.testing.assert_array_equal(both.engine.look(PLANES, PIXELS), PLANES[..., 2] * PIXELS)
    assert (both.remote.asked, both.made, both.engine.state) == (2, 0, "")
    assert (both.engine.sha256, both.engine.channels) == (SHA256, CHANNELS)


def test_it_goes_on_here_at_once(both):
    logit, _ = both.engine.forward(PLANES)
    np.testing.assert_array_equal(logit, PLANES.sum(axis=-1))
    assert (both.here.asked, both.made, both.engine.state) == (1, 1, INSTEAD)


def test_what_is_not_there_at_first_is_replaced_before_anybody_waits(both):
    both.engine.prepare()
    assert (both.made, both.engine.state) == (1, INSTEAD)
    both.engine.forward(PLANES)
    assert (both.remote.asked, both.here.asked, both.made) == (0, 1, 1)


def test_the_other_one_is_tried_again_after_a_while(both):
    both.engine.forward(PLANES)
    both.remote.there = True
    both.clock.now += SECONDS_BETWEEN_TRIES - 1
    both.engine.forward(PLANES)
    assert (both.remote.prepared, both.remote.asked) == (0, 0)
    both.clock.now += 1
    both.engine.forward(PLANES)
    assert (both.remote.prepared, both.remote.asked, both.engine.state) == (1, 1, "")
    both.engine.forward(PLANES)
    assert (both.remote.prepared, both.remote.asked, both.here.asked) == (1, 2, 2)


def test_a_try_in_vain_is_followed_by_another_wait(both):
    both.engine.forward(PLANES)
    both.clock.now += SECONDS_BETWEEN_TRIES
    both.engine.forward(PLANES)
    both.engine.forward(PLANES)
    assert (both.remote.prepared, both.here.asked, both.engine.state) == (1, 3, INSTEAD)


def test_one_tries_again_while_the_others_stay_here(both):
    both.engine.forward(PLANES)
    both.clock.now += SECONDS_BETWEEN_TRIES
    trying, go_on = threading.Event(), threading.Event()

    def slow():
        trying.set()
        go_on.wait(10)

    both.remote.prepare = slow
    thread = threading.Thread(target=both.engine.forward, args=(PLANES,))
    thread.start()
    assert trying.wait(10)
    both.engine.forward(PLANES)
    assert both.here.asked == 2
    go_on.set()
    thread.join()


def test_both_are_closed(both):
    both.engine.forward(PLANES)
    both.engine.close()
    assert both.remote.closed and both.here.closed


def test_the_log_says_when_it_went_and_when_it_came_back(both, capfd):
    log.set_up()
    both.engine.forward(PLANES)
    both.engine.forward(PLANES)
    both.remote.there = True
    both.clock.now += SECONDS_BETWEEN_TRIES
    both.engine.forward(PLANES)
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["engine trouble", "engine back"]
    assert lines[0]["exception"] == "EngineUnavailableError"
