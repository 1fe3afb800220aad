"""Downloads while other visitors keep the server busy."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.pages.samples import load_samples
from benchmarks.visitor import Visitor

ROOT = Path(__file__).parents[2]
SMALLEST = next(sample for sample in load_samples() if sample.files[0].endswith(".png"))


@pytest.fixture(scope="module")
def url(serve: Callable[[Path], str]) -> str:
    return serve(ROOT / "streamlit_app.py")


def test_a_file_waits_for_its_browser_while_others_work(url: str) -> None:
    """Streamlit clears files that are nobody's whenever a script has run, whosever it was."""

    async def both() -> tuple[bytes, bytes, bytes]:
        async with Visitor(url) as one, Visitor(url) as two:
            two.listening = True
            await asyncio.gather(*(visitor.open(f"study={SMALLEST.id}") for visitor in (one, two)))
            mask = await one.download("Mask")
            for level in (80, 90, 100):
                await two.move(0, level)
            return await asyncio.to_thread(one.get, mask), b"".join(two.heard), mask.encode()

    with ThreadPoolExecutor(1) as thread:  # in this one Playwright runs a loop of events
        content, heard, address = thread.submit(asyncio.run, both()).result()
    assert content.startswith(b"\x89PNG")
    assert address not in heard
