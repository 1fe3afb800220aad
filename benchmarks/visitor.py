"""A visitor without a browser: speaks Streamlit's websocket protocol with the app as its page does.

Some kilobytes of memory in the place of a Chromium, so that dozens of them fit on the machine that serves them.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

COOKIE = "_streamlit_xsrf"
DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
PATIENCE = 300
"""Seconds to wait for a script to finish."""

T = TypeVar("T")


@dataclass
class Run:
    """What came while a script ran, until nothing more is to come."""

    started: float
    """Monotonic seconds, as all times here."""
    finished: float = 0.0
    scan: float | None = None
    """When the first blob of a scan or of levels came: the first picture can be drawn."""
    levels: float | None = None
    """When the first blob of levels came: the first overlay can be drawn."""
    bytes: int = 0
    errors: list[str] = field(default_factory=list)
    """What the page showed as errors."""

    @property
    def seconds(self) -> float:
        return self.finished - self.started


class Visitor:
    """One visitor; enter it to come, leave it to go."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, ""
        self.heard: list[bytes] = []
        """Every message of the server, when `listening`."""
        self.listening = False
        self.uploaded: list[str] = []
        """Where on the server the files went that were dropped."""
        self._http = requests.Session()
        self._http.headers["Connection"] = "close"  # the server closes idle connections just when they are used again
        self._states: dict[str, WidgetState] = {}
        self._ids: dict[str, str] = {}
        self._options: dict[str, list[str]] = {}
        self._viewer: tuple[str, str, dict[str, Any]] | None = None
        self._urls: dict[str, Any] = {}
        self._downloads: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        await _in_thread(lambda: self._http.get(f"{self.url}/_stcore/health", timeout=60).raise_for_status())
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket: ClientConnection = await connect(
            address,
            subprotocols=["streamlit", self._http.cookies[COOKIE]],  # type: ignore[list-item]
            additional_headers={"Cookie": f"{COOKIE}={self._http.cookies[COOKIE]}"},
            origin=self.url,  # type: ignore[arg-type]
            max_size=None,
            ping_timeout=None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        self._http.close()

    async def open(self, query: str = "") -> Run:
        """Come to the page, and wait until the first study is segmented."""
        message = BackMsg()
        message.rerun_script.query_string = query
        return await self._run(message)

    async def upload(self, name: str, content: bytes) -> Run:
        """Drop one file on the page, and wait until it is segmented."""
        asked = BackMsg()
        asked.file_urls_request.request_id = name
        asked.file_urls_request.session_id = self.session
        asked.file_urls_request.file_names.append(name)
        started = time.monotonic()
        await self._socket.send(asked.SerializeToString())
        while name not in self._urls:
            self._hear(await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE), Run(0))
        urls = self._urls.pop(name)
        status = await _in_thread(lambda: self.put(urls.upload_url, name, content))
        self.uploaded.append(urls.upload_url)
        if status != 204:
            raise RuntimeError(f"The upload was answered with {status}.")
        state = WidgetState(id=self._ids["Drop the files of one study"])
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(content), urls.file_id
        info.file_urls.CopyFrom(urls)
        self._states[state.id] = state
        return await self._run(self._rerun(), started)

    def put(self, path: str, name: str, content: bytes, token: str | None = None) -> int:
        """Send a file to an address of the server as the page does; returns the HTTP status."""
        headers = {"X-Xsrftoken": self._http.cookies[COOKIE] if token is None else token}
        address = path if urlsplit(path).scheme else f"{self.url}{path}"
        return self._http.put(address, files={"file": (name, content)}, headers=headers, timeout=120).status_code

    def get(self, path: str) -> bytes:
        """What the server answers at an address; nothing where it has nothing."""
        answer = self._http.get(f"{self.url}{path}", timeout=120)
        return answer.content if answer.ok else b""

    async def download(self, label: str) -> str:
        """Press a button that makes a file; returns where on the server the file is, which is still to be fetched."""
        asked, name = BackMsg(), f"download {label}"
        request = asked.backend_operation_request
        request.request_id, request.session_id = name, self.session
        request.deferred_file.file_id = self._downloads[label]
        await self._socket.send(asked.SerializeToString())
        while name not in self._urls:
            self._hear(await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE), Run(0))
        return str(self._urls.pop(name))

    async def choose(self, label: str, value: str) -> Run:
        """Choose in a box of the page, as its label calls it."""
        self._states[self._ids[label]] = WidgetState(id=self._ids[label], string_value=value)
        return await self._run(self._rerun())

    async def move(self, slice_index: int, level: int) -> Run:
        """Rest the hand on a slice and a level of the threshold: the viewer tells Python, once."""
        if self._viewer is None:
            raise RuntimeError("There is no viewer on the page.")
        widget, fragment, told = self._viewer
        view = {"study": told["study"], "slice": slice_index, "threshold": level / 200}
        self._states[widget] = WidgetState(id=widget, json_value=json.dumps({"view": view}))
        message = self._rerun()
        message.rerun_script.fragment_id = fragment
        return await self._run(message)

    @property
    def labels(self) -> list[str]:
        """Of the boxes and uploaders that the page has shown."""
        return list(self._ids)

    def options(self, label: str) -> list[str]:
        """What a box offers."""
        return self._options[label]

    @property
    def study(self) -> str:
        """sha256 of the study that the viewer shows."""
        return "" if self._viewer is None else str(self._viewer[2]["study"])

    def _rerun(self) -> BackMsg:
        message = BackMsg()
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        return message

    async def _run(self, message: BackMsg, started: float | None = None) -> Run:
        run = Run(time.monotonic() if started is None else started)
        await self._socket.send(message.SerializeToString())
        while not run.finished:
            self._hear(await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE), run)
        return run

    def _hear(self, data: bytes, run: Run) -> None:
        if self.listening:
            self.heard.append(data)
        run.bytes += len(data)
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
        elif kind == "file_urls_response":
            self._urls[message.file_urls_response.response_id] = message.file_urls_response.file_urls[0]
        elif kind == "backend_operation_response":
            answer = message.backend_operation_response
            self._urls[answer.request_id] = answer.deferred_file.url
        elif kind == "script_finished" and message.script_finished in DONE:
            run.finished = time.monotonic()
        elif kind == "delta" and message.delta.HasField("new_element"):
            self._see(message, run)

    def _see(self, message: ForwardMsg, run: Run) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "file_uploader":
            self._ids[element.file_uploader.label] = element.file_uploader.id
        elif kind == "selectbox":
            box = element.selectbox
            self._ids[box.label] = box.id
            self._options[box.label] = list(box.options)
            if box.set_value:
                self._states[box.id] = WidgetState(id=box.id, string_value=box.raw_value)
        elif kind == "download_button":
            self._downloads[element.download_button.label] = element.download_button.deferred_file_id
        elif kind == "alert":
            run.errors.append(element.alert.body)
        elif kind == "bidi_component" and element.bidi_component.component_name.endswith("loader"):
            run.scan = run.scan or time.monotonic()
            if "levels" in element.bidi_component.id:  # which ends in the key that the page gave it
                run.levels = run.levels or time.monotonic()
        elif kind == "bidi_component" and element.bidi_component.component_name.endswith("viewer"):
            told = json.loads(element.bidi_component.json)
            self._viewer = element.bidi_component.id, message.delta.fragment_id, told


async def _in_thread(ask: Callable[[], T]) -> T:
    work: Awaitable[T] = asyncio.to_thread(ask)
    return await work
