"""From starting the app to what its first visitor sees, and what the server holds then."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from unittest.mock import patch

import psutil

from benchmarks.crowd import server
from benchmarks.visitor import Visitor

BARE = "import tensorflow, psutil; print(psutil.Process().memory_info().rss)"
"""What no start of the app can do without, for as long as TensorFlow is the engine."""


def started() -> dict[str, float]:
    """Start the app with records of its own and be its first visitor: seconds since the start, and MB at the end."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, {"GLIOLENS_DATA": folder}),
        server() as (url, process),
    ):
        answering = time.monotonic()
        return asyncio.run(_come(url, process, began)) | {"start to listening": answering - began}


async def _come(url: str, process: psutil.Process, began: float) -> dict[str, float]:
    async with Visitor(url) as visitor:
        run = await visitor.open()
        if run.scan is None or run.levels is None or run.errors:
            raise RuntimeError(f"The first visitor saw no study: {run.errors}")
        children = sum(child.memory_info().rss for child in process.children(recursive=True))
        return {
            "start to picture": run.scan - began,
            "start to first overlay": run.levels - began,
            "start to whole volume": run.finished - began,
            "memory of the server": process.memory_info().rss / 1e6,
            "memory of its reading process": children / 1e6,
        }


def bare() -> dict[str, float]:
    """TensorFlow imported and nothing else: seconds, and MB."""
    began = time.monotonic()
    told = subprocess.run([sys.executable, "-c", BARE], check=True, capture_output=True, text=True).stdout
    return {"importing TensorFlow": time.monotonic() - began, "memory of TensorFlow": int(told) / 1e6}
