"""What a visitor brought, or had made, is gone soon after the visitor, where nobody else comes or goes any more."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from app.pages.samples import load_samples
from benchmarks.crowd import scan, server
from benchmarks.visitor import Visitor

SMALLEST = next(sample for sample in load_samples() if sample.files[0].endswith(".png"))
UPLOADS = b"UploadedFileManager"
"""How Streamlit's own figures call the bytes of files that sessions hold."""


def uploads_held(url: str) -> bool:
    return UPLOADS in requests.get(f"{url}/_stcore/metrics?families=cache_memory_bytes", timeout=30).content


def wait_until(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not happened() and time.monotonic() < deadline:
        time.sleep(1)
    return happened()


def test_the_last_to_leave_leaves_nothing_behind() -> None:
    """The first of all, too, in whose session the network was loaded: here they are the same."""

    async def stay(url: str) -> str:
        async with Visitor(url) as visitor:
            await visitor.open(f"study={SMALLEST.id}")
            run = await visitor.upload("p_flair.nii.gz", scan(1))
            mask = await visitor.download("Mask")
            assert run.errors == [] and await asyncio.to_thread(uploads_held, url)
            assert (await asyncio.to_thread(visitor.get, mask)).startswith(b"\x1f\x8b")  # .nii.gz
            return mask

    with server() as (url, _), ThreadPoolExecutor(1) as thread:  # in this one Playwright may run a loop of events
        mask = thread.submit(asyncio.run, stay(url)).result()
        assert wait_until(lambda: not uploads_held(url))
        assert requests.get(f"{url}{mask}", timeout=30).status_code == 404
