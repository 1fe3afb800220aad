import json

import numpy as np
import pytest
from engines import CHANNELS, PIXELS, PLANES, SHA256, SumEngine

from app.model.array_message import pack, unpack
from app.model.engine_requests import FORWARD_ANSWER, LOOK_ANSWER, MOST_SLICES, answer, largest_request

ENGINE = SumEngine()


def message(*arrays):
    return b"".join(pack(*arrays))


def test_the_network_is_described():
    said = answer(ENGINE, "GET", "/network", "", b"")
    assert (said.status, said.kind) == (200, "application/json")
    assert json.loads(said.body) == {"sha256": SHA256, "channels": CHANNELS, "precision": "float32"}


def test_a_forward_request_is_answered_with_logit_and_class():
    said = answer(ENGINE, "POST", "/forward", SHA256, message(PLANES))
    logit, likeliest = unpack(said.body, FORWARD_ANSWER)
    assert said.status == 200
    assert logit[0, 0].tolist() == [3, 12, 21, 30]  # 0 + 1 + 2, 3 + 4 + 5, …
    assert likeliest[1, 2].tolist() == [0, 0, 0, 0]
    assert logit.shape == (2, 3, 4)


def test_a_look_is_answered_with_a_map():
    said = answer(ENGINE, "POST", "/look", SHA256, message(PLANES, PIXELS))
    (heat,) = unpack(said.body, LOOK_ANSWER)
    assert heat[0, 0].tolist() == [2, 20, 56, 110]  # 2 * 1, 5 * 4, 8 * 7, 11 * 10


@pytest.mark.parametrize(
    ("method", "path", "wanted", "body", "status"),
    [
        ("GET", "/forward", SHA256, message(PLANES), 404),
        ("POST", "/network", SHA256, b"", 404),
        ("POST", "/other", SHA256, message(PLANES), 404),
        ("POST", "/forward", "", message(PLANES), 409),
        ("POST", "/forward", "0" * 64, message(PLANES), 409),
        ("POST", "/forward", SHA256, b"", 400),
        ("POST", "/forward", SHA256, message(PLANES[0]), 400),
        ("POST", "/forward", SHA256, message(PLANES[..., :2]), 400),
        ("POST", "/forward", SHA256, message(np.zeros((MOST_SLICES + 1, 1, 1, 3), np.float32)), 400),
        ("POST", "/forward", SHA256, message(np.zeros((1, 241, 1, 3), np.float32)), 400),
        ("POST", "/look", SHA256, message(PLANES), 400),
        ("POST", "/look", SHA256, message(PLANES, PIXELS[:1]), 400),
        ("POST", "/look", SHA256, message(PLANES, PIXELS.astype(np.float64)), 400),
        ("POST", "/forward", SHA256, bytes(largest_request(ENGINE) + 1), 413),
    ],
)
def test_other_requests_are_refused_before_the_network_is_asked(method, path, wanted, body, status):
    engine = SumEngine()
    said = answer(engine, method, path, wanted, body)
    assert said.status == status and said.kind.startswith("text/plain") and said.body
    assert engine.asked == 0
