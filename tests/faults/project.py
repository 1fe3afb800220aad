"""A copy of the project that can be spoiled, and programs that run in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("app", "checkpoints", "sample_scans", "streamlit_app.py", ".streamlit", "requirements.txt")
SLICE = Path("sample_scans", "slice_png", "slice_png_flair.png")
"""A scan of one slice, the quickest to segment."""
WITHOUT_PRIVILEGE = """
import ctypes, os, sys
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER = 24, 1, 2, 3
if os.getuid() == 0:  # as far as files go, be like anybody else
    for capability in CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER:
        assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Runs Python with these arguments as an account that permissions hold for, which they do not for root."""


def copy_project(folder: Path) -> Path:
    """All that runs, without what Python has compiled."""
    for name in PARTS:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return folder


def lock(folder: Path) -> None:
    """Take the right to write away, from the folder and all in it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def unlock(folder: Path) -> None:
    """Give it back, so that the folder can be removed."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file, but for those that Python compiled."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def segment(project: Path, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m app segment` on the slice, in a copy of the project."""
    return python(project, "-m", "app", "segment", str(SLICE), "--out", str(out), *arguments)


def python(project: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Python in a copy of the project, as an account that permissions hold for."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_PRIVILEGE, *arguments],
        cwd=project,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=200,
    )
