import threading

import numpy as np
import pytest
from engines import CHANNELS, PIXELS, PLANES, SHA256, SumEngine, replied, served, well

from app.errors import EngineUnavailableError
from app.model.array_message import pack
from app.model.http_engine import HttpEngine

LOGIT, LIKELIEST = SumEngine().forward(PLANES)


def message(*arrays):
    return b"".join(pack(*arrays))


def engine_at(address, seconds=5.0):
    return HttpEngine(address, SHA256, CHANNELS, seconds=seconds)


def test_a_server_says_what_its_network_says():
    with served(well) as address:
        engine = engine_at(f"{address}/")
        engine.prepare()
        logit, likeliest = engine.forward(PLANES)
        heat = engine.look(PLANES, PIXELS)
        engine.close()
    np.testing.assert_array_equal(logit, LOGIT)
    np.testing.assert_array_equal(likeliest, LIKELIEST)
    np.testing.assert_array_equal(heat, SumEngine().look(PLANES, PIXELS))


def test_a_server_that_was_started_again_is_asked_over_a_new_connection():
    with served(well) as address:
        engine = engine_at(address)
        engine.forward(PLANES)
    with served(well, port=int(address.split(":")[2].split("/")[0])):
        np.testing.assert_array_equal(engine.forward(PLANES)[0], LOGIT)
    engine.close()


def test_nobody_there():
    with served(well) as address:
        pass
    engine = engine_at(address)
    with pytest.raises(EngineUnavailableError, match=rf"{address} does not answer\. .*python -m app serve"):
        engine.forward(PLANES)
    with pytest.raises(EngineUnavailableError):
        engine.prepare()
    engine.close()


def hangs_up(handler, body):
    handler.close_connection = True
    handler.connection.shutdown(2)


def cut_short(handler, body):
    handler.send_response(200)
    handler.send_header("x-gliolens-network", SHA256)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"short")
    hangs_up(handler, body)


def packed_away(handler, body):
    handler.send_response(200)
    handler.send_header("x-gliolens-network", SHA256)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", "4")
    handler.end_headers()
    handler.wfile.write(b"\x1f\x8b\x08\x00")


def redirected(handler, body):
    handler.send_response(307)
    handler.send_header("Location", "http://127.0.0.1:9/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def says(body, status=200, sha256=SHA256):
    return lambda handler, _: replied(handler, status, body, sha256)


NAN = np.where(LOGIT == 3, np.float32(np.nan), LOGIT)


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (hangs_up, "does not answer"),
        (cut_short, "does not answer"),
        (packed_away, "no arrays"),
        (redirected, "status 307"),
        (says(b"<html>"), "no arrays"),
        (says(message(LOGIT)), "no arrays"),
        (says(message(LOGIT[:1], LIKELIEST[:1])), "another shape"),
        (says(message(LOGIT, LIKELIEST + np.uint8(3))), "numbers that no network says"),
        (says(message(NAN, LIKELIEST)), "numbers that no network says"),
        (says(bytes(5000)), "more than was asked for"),
        (says(bytes(5000), 500), "more than was asked for"),
        (says(b"busy", 503), "status 503"),
        (says(b"other", 409), "another checkpoint"),
        (says(message(LOGIT, LIKELIEST), sha256="0" * 64), "another checkpoint"),
    ],
)
def test_what_is_no_answer_is_never_taken_for_one(reply, what):
    with served(reply) as address:
        engine = engine_at(address)
        with pytest.raises(EngineUnavailableError, match=what):
            engine.forward(PLANES)
        engine.close()


@pytest.mark.parametrize("heat", [np.full(PIXELS.shape, -1, np.float32), np.full(PIXELS.shape, np.inf, np.float32)])
def test_a_map_that_is_none_is_refused(heat):
    with served(says(message(heat))) as address:
        engine = engine_at(address)
        with pytest.raises(EngineUnavailableError, match="numbers that no map has"):
            engine.look(PLANES, PIXELS)
        engine.close()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"no", "no description"),
        (b"[]", "no description"),
        (b'{"sha256": "%s", "channels": 3}' % SHA256.encode(), "no description"),
        (b'{"sha256": "%s", "channels": 3, "precision": "int4"}' % SHA256.encode(), "no description"),
        (b'{"sha256": "%s", "channels": 12, "precision": "float32"}' % SHA256.encode(), "another checkpoint"),
        (b'{"sha256": "00", "channels": 3, "precision": "float32"}', "another checkpoint"),
    ],
)
def test_another_network_is_not_ready(body, what):
    with served(says(body)) as address:
        engine = engine_at(address)
        with pytest.raises(EngineUnavailableError, match=what):
            engine.prepare()
        engine.close()


def test_a_slow_server_is_given_up():
    done = threading.Event()

    def silent(handler, body):
        done.wait(10)
        hangs_up(handler, body)

    def trickling(handler, body):
        handler.send_response(200)
        handler.send_header("x-gliolens-network", SHA256)
        handler.send_header("Content-Length", "300")
        handler.end_headers()
        while not done.wait(0.05):
            handler.wfile.write(b"x")

    try:
        for reply in (silent, trickling):
            with served(reply) as address:
                engine = engine_at(address, seconds=0.3)
                with pytest.raises(EngineUnavailableError, match="in time"):
                    engine.forward(PLANES)
                engine.close()
    finally:
        done.set()
