"""Whom the server may answer, where nobody signs in."""

import pytest
from streamlit import config

from app.errors import InputError
from app.pages import listening
from app.pages.listening import ALLOW, ThisMachineAlone, check_address, refuse_or_serve
from app.pages.sign_in_settings import Settings


@pytest.fixture
def serving(monkeypatch):
    """Set what the server is told."""

    def told(address, settings=None, allow=None):
        monkeypatch.setattr(config, "get_option", {"server.address": address}.__getitem__)

        def found():
            if isinstance(settings, Exception):
                raise settings
            return settings

        monkeypatch.setattr(listening, "sign_in_settings", found)
        monkeypatch.delenv(ALLOW, raising=False)
        if allow is not None:
            monkeypatch.setenv(ALLOW, allow)

    return told


ELSEWHERE = ["0.0.0.0", "::", None, "", "192.168.1.7", "scans.example", "unix:///run/gliolens"]


class TestAddress:
    @pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
    def test_this_machine(self, serving, address):
        serving(address)
        check_address()

    @pytest.mark.parametrize("address", ELSEWHERE)
    @pytest.mark.parametrize("allow", [None, "", "0", "true"])
    def test_elsewhere_without_sign_in(self, serving, capsys, address, allow):
        serving(address, allow=allow)
        with pytest.raises(InputError, match=ALLOW):
            check_address()
        with pytest.raises(SystemExit) as ended:
            refuse_or_serve()
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert said.startswith("gliolens: Without sign-in") and (address or "every address") in said

    @pytest.mark.parametrize("address", ELSEWHERE)
    def test_elsewhere_with_sign_in_or_where_it_was_allowed(self, serving, address):
        serving(address, settings=Settings((None,)))
        check_address()
        serving(address, allow="1")
        refuse_or_serve()

    def test_settings_that_cannot_be_used(self, serving, capsys):
        serving("127.0.0.1", settings=InputError("The secrets cannot be used."), allow="1")
        with pytest.raises(SystemExit):
            refuse_or_serve()
        assert capsys.readouterr().err == "gliolens: The secrets cannot be used.\n"

    def test_an_engine_that_there_is_not(self, serving, monkeypatch, capsys):
        serving("127.0.0.1")
        monkeypatch.setenv("GLIOLENS_ENGINE", "cloud")
        with pytest.raises(SystemExit) as ended:
            refuse_or_serve()
        assert ended.value.code == 2
        assert capsys.readouterr().err.startswith("gliolens: GLIOLENS_ENGINE is 'cloud'. Set it to local, openvino")


class TestThisMachineAlone:
    def answered(self, kind, server):
        """The types and statuses of what is sent to a connection that arrives there."""
        sent = []

        async def app(scope, receive, send):
            await send({"type": "let in"})

        async def receive():
            return {"type": f"{kind}.connect"}

        async def send(message):
            sent.append((message["type"], message.get("status", message.get("code"))))

        with pytest.raises(StopIteration):  # as a coroutine ends that waits for nothing
            ThisMachineAlone(app)({"type": kind, "server": server}, receive, send).send(None)
        return sent

    @pytest.mark.parametrize("kind", ["http", "websocket"])
    def test_who_is_let_in(self, serving, kind):
        serving("127.0.0.1")
        assert self.answered(kind, ("127.0.0.1", 8501)) == [("let in", None)]
        assert self.answered(kind, ("::1", 8501)) == [("let in", None)]
        serving("0.0.0.0", settings=Settings((None,)))
        assert self.answered(kind, ("192.168.1.7", 8501)) == [("let in", None)]
        serving("0.0.0.0", allow="1")
        assert self.answered(kind, ("192.168.1.7", 8501)) == [("let in", None)]

    @pytest.mark.parametrize("server", [("192.168.1.7", 8501), ("/run/gliolens", None), None])
    @pytest.mark.parametrize("settings", [None, InputError("The secrets cannot be used.")])
    def test_who_is_not(self, serving, server, settings):
        serving("127.0.0.1", settings=settings)
        refused = [("http.response.start", 403), ("http.response.body", None)]
        assert self.answered("http", server) == refused
        assert self.answered("websocket", server) == [("websocket.close", 1008)]

    def test_what_is_no_connection(self, serving):
        serving("127.0.0.1")
        assert self.answered("lifespan", None) == [("let in", None)]
