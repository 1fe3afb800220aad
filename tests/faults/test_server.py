"""What SECURITY.md promises of the server, asked of one that was started as the README says."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import Message
from typing import NamedTuple

import psutil
import pytest

from tests.faults.project import ROOT

UPLOAD = "/_stcore/upload_file/0f8fad5b-d9cb-469f-a165-70867728950e/7c9e6679-7425-40de-944b-e07fc1f90ae7"
BODY = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nscan\r\n--x--\r\n'
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "streamlit",
}


class Answer(NamedTuple):
    status: int
    headers: Message
    content: bytes


class Server:
    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Of a websocket that is opened, only the status comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            with connection.getresponse() as answer:
                return Answer(answer.status, answer.headers, b"" if answer.status == 101 else answer.read())
        finally:
            connection.close()

    def connect(self, host: str, origin: str | None) -> int:
        """The status with which a browser's websocket is answered: 101 opens it."""
        headers = SOCKET | {"Host": host} | ({"Origin": origin} if origin else {})
        return self.ask("GET", "/_stcore/stream", **headers).status


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started, deadline = Server(process, port), time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            started.ask("GET", "/_stcore/health")
            break
        except ConnectionError:
            time.sleep(0.05)
    yield started
    process.kill()
    process.wait()


def test_it_says_that_it_is_well(server: Server) -> None:
    answer = server.ask("GET", "/_stcore/health")
    assert (answer.status, answer.content) == (200, b"ok")


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    listening = [
        connection.laddr
        for process in (
            psutil.Process(server.process.pid),
            *psutil.Process(server.process.pid).children(recursive=True),
        )
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert [(address.ip, address.port) for address in listening] == [("127.0.0.1", server.port)]


class TestWebsocket:
    def test_the_page_itself_is_let_in(self, server: Server) -> None:
        for name in ("127.0.0.1", "localhost"):
            host = f"{name}:{server.port}"
            assert server.connect(host, f"http://{host}") == 101

    def test_a_page_of_another_site_is_not(self, server: Server) -> None:
        host = f"127.0.0.1:{server.port}"
        for origin in ("http://evil.example", "https://127.0.0.1.evil.example", "null"):
            assert server.connect(host, origin) == 403

    def test_nor_one_whose_name_was_made_to_lead_here(self, server: Server) -> None:
        """DNS rebinding: to the browser, it is the same site."""
        host = f"evil.example:{server.port}"
        assert server.connect(host, f"http://{host}") == 403
        assert server.connect(host, None) == 403


class TestUpload:
    TYPE = "multipart/form-data; boundary=x"

    def token(self, server: Server) -> str:
        cookie = server.ask("GET", "/_stcore/health").headers["Set-Cookie"]
        assert cookie.startswith("_streamlit_xsrf=") and "samesite=lax" in cookie.lower()
        return cookie.split(";")[0].split("=", 1)[1]

    def test_without_a_token_it_is_forbidden(self, server: Server) -> None:
        assert server.ask("PUT", UPLOAD, BODY, Content_Type=self.TYPE).status == 403
        token = self.token(server)
        only_cookie = {"Content_Type": self.TYPE, "Cookie": f"_streamlit_xsrf={token}"}
        assert server.ask("PUT", UPLOAD, BODY, **only_cookie).status == 403
        assert server.ask("PUT", UPLOAD, BODY, Content_Type=self.TYPE, X_Xsrftoken=token).status == 403
        assert server.ask("DELETE", UPLOAD, Cookie=f"_streamlit_xsrf={token}").status == 403

    def test_with_one_it_needs_a_session(self, server: Server) -> None:
        token = self.token(server)
        both = {"Content_Type": self.TYPE, "Cookie": f"_streamlit_xsrf={token}", "X_Xsrftoken": token}
        answer = server.ask("PUT", UPLOAD, BODY, **both)
        assert answer.status == 400 and b"Invalid session_id" in answer.content


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/media/0000.png"])
def test_no_other_site_may_read_an_answer(server: Server, path: str) -> None:
    answer = server.ask("GET", path, Origin="http://evil.example")
    assert answer.headers.get("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("path", ["/_stcore/agent/mcp", "/_stcore/agent/interact"])
def test_programs_are_not_served(server: Server, path: str) -> None:
    answer = server.ask("POST", path, b"{}", Content_Type="application/json")
    assert answer.status in (400, 403) and b"does not serve the agent API" in answer.content


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/app/static/../../pyproject.toml", "/media/../pyproject.toml",
     "/component/../../../etc/passwd", "//etc/passwd", "/media/%00"],
)  # fmt: skip
def test_no_path_leads_to_a_file_of_the_machine(server: Server, path: str) -> None:
    answer = server.ask("GET", path)
    assert b"root:" not in answer.content and b"[project]" not in answer.content
    assert answer.status in (200, 400, 403, 404)
