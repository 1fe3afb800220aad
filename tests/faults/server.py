"""The app as a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.faults.project import WITHOUT_PRIVILEGE


class Server:
    """The app of a copy of the project, on a port that stays the same when it is started again.

    What it prints goes to a file beside the folder.
    """

    def __init__(self, project: Path) -> None:
        self._project, self.log = project, project.with_name("log")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Returns when it says that it is well."""
        command = ["-B", "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(self._port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", WITHOUT_PRIVILEGE, *command],
                cwd=self._project,
                env=os.environ | {"HOME": str(self._project), "TF_CPP_MIN_LOG_LEVEL": "3"},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while self.health() != "ok":
            assert self._process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)

    def health(self) -> str:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
