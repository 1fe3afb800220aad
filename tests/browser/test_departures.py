"""What a visitor brought is gone soon after the visitor, on a server where nobody else comes or goes."""

import asyncio
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from app.pages.samples import load_samples
from benchmarks.crowd import scan, server
from benchmarks.visitor import Visitor

SMALLEST = next(sample for sample in load_samples() if sample.files[0].endswith(".png"))
UPLOADS = "UploadedFileManager"
"""How Streamlit's own figures call the bytes of files that sessions hold."""


def holds_uploads(url: str) -> bool:
    with urllib.request.urlopen(f"{url}/_stcore/metrics?families=cache_memory_bytes", timeout=30) as answer:
        return UPLOADS in answer.read().decode()


def test_the_last_to_leave_leaves_nothing_behind() -> None:
    async def stay(url: str) -> None:
        async with Visitor(url) as visitor:
            await visitor.open(f"study={SMALLEST.id}")
            await visitor.upload("p_flair.nii.gz", scan(1))
            assert await asyncio.to_thread(holds_uploads, url)

    with server() as (url, _), ThreadPoolExecutor(1) as thread:  # in this one Playwright may run a loop of events
        thread.submit(asyncio.run, stay(url)).result()
        deadline = time.monotonic() + 60
        while holds_uploads(url) and time.monotonic() < deadline:
            time.sleep(1)
        assert not holds_uploads(url)
