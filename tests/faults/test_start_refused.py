"""A server that would be reached from elsewhere, without sign-in: it ends before it answers anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.project import ROOT

BROKEN = "[auth]\nclient_id = 'gliolens'\n"


def start(*options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Until it ends, which it has to."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", "0", *options],
        cwd=ROOT,
        env=clean | environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("options", "environ"),
    [(["--server.address="], {}), ([], {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"})],
    ids=["none, which means all", "in the environment"],
)
def test_another_address(options: list[str], environ: dict[str, str]) -> None:
    ended = start(*options, **environ)
    assert ended.returncode == 2
    message = ended.stderr.strip().splitlines()[-1]
    assert message.startswith("gliolens: Without sign-in Gliolens serves this machine alone")
    assert "Traceback" not in ended.stderr


def test_sign_in_that_is_half_configured(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(BROKEN)
    ended = start("--secrets.files", str(secrets))
    assert ended.returncode == 2 and "redirect_uri is missing under [auth]" in ended.stderr
