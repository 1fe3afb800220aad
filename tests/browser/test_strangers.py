"""Two visitors of one server: neither hears of the other's scan, mask, file name or address.

They speak the page's own protocol, so that every byte that the server sends to one of them can be searched.
"""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import nibabel
import numpy as np
import pytest
from PIL import Image

from app.imaging import ScanFile, read_study
from app.pages.samples import load_samples
from benchmarks.visitor import Run, Visitor

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
SECRET = "Doe_Jane_19700101"
SMALLEST = next(sample for sample in load_samples() if sample.files[0].endswith(".png"))


def scan(seed: int) -> bytes:
    """A head of noise, `.nii.gz`."""
    grid = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in (60, 50, 6)), indexing="ij"))
    noise = np.random.default_rng(seed).integers(80, 200, grid.shape[1:])
    image = nibabel.Nifti1Image(np.where((grid**2).sum(0) < 0.8, noise, 0).astype(np.int16), np.diag([-1, -1, 5, 1]))
    return gzip.compress(image.to_bytes(), mtime=0)


def digest(name: str, content: bytes) -> str:
    return read_study([ScanFile(name, content)]).sha256


@pytest.fixture(scope="module")
def url(serve: Callable[[Path], str]) -> str:
    return serve(ROOT / "streamlit_app.py")


def at_last(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives; in a thread of its own, for in this one Playwright runs a loop of events."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


async def come(visitor: Visitor) -> Run:
    visitor.listening = True
    return await visitor.open(f"study={SMALLEST.id}")


def heard_by(visitor: Visitor) -> bytes:
    return b"".join(visitor.heard)


def test_what_one_uploads_the_other_never_hears_of(url: str) -> None:
    mine, other = scan(1), scan(2)
    secret = digest(f"{SECRET}_flair.nii.gz", mine)

    async def both() -> tuple[bytes, bytes, str]:
        async with Visitor(url) as one, Visitor(url) as two:
            await asyncio.gather(come(one), come(two))
            runs = await asyncio.gather(one.upload(f"{SECRET}_flair.nii.gz", mine), two.upload("b_flair.nii.gz", other))
            await asyncio.gather(one.move(3, 80), two.move(2, 90))
            assert [run.errors for run in runs] == [[], []]
            assert one.study == secret and two.study == digest("b_flair.nii.gz", other)
            return heard_by(one), heard_by(two), one.session

    one, two, session = at_last(both())
    for marker in (SECRET, secret, secret[:12], session):
        assert marker.encode() in one and marker.encode() not in two


def test_the_address_of_an_uploaded_scan_opens_it_for_nobody_else(url: str) -> None:
    content = scan(3)
    secret = digest(f"{SECRET}_flair.nii.gz", content)

    async def follow() -> tuple[str, str, bytes]:
        async with Visitor(url) as one, Visitor(url) as two:
            await come(one)
            await one.upload(f"{SECRET}_flair.nii.gz", content)
            two.listening = True
            await two.open(f"study={secret[:12]}&slice=3&threshold=0.400")
            return one.study, two.study, heard_by(two)

    one, two, heard = at_last(follow())
    assert one == secret and two not in ("", secret)
    assert SECRET.encode() not in heard and secret.encode() not in heard


def test_an_overlay_is_never_that_of_other_content(url: str) -> None:
    """The same name and size, other voxels: each gets its own study; the same bytes may share one."""

    async def three() -> list[str]:
        async with Visitor(url) as one, Visitor(url) as two, Visitor(url) as three:
            studies = []
            for visitor, seed in ((one, 4), (two, 5), (three, 4)):
                await come(visitor)
                run = await visitor.upload("scan_flair.nii.gz", scan(seed))
                assert run.errors == []
                studies.append(visitor.study)
            return studies

    first, second, third = at_last(three())
    assert first == third == digest("scan_flair.nii.gz", scan(4))
    assert second == digest("scan_flair.nii.gz", scan(5))


def test_nobody_uploads_into_another_session(url: str) -> None:
    """Not without the token of the browser that it belongs to, and not to a session that is not there."""

    async def try_it() -> list[int]:
        async with Visitor(url) as one, Visitor(url) as two:
            await come(one)
            await come(two)
            path = f"/_stcore/upload_file/{one.session}/file"
            nowhere = "/_stcore/upload_file/00000000-0000-4000-8000-000000000000/file"
            return [
                await asyncio.to_thread(two.put, path, "x.png", b"x", token="2|00000000|00|0"),
                await asyncio.to_thread(two.put, path, "x.png", b"x", token=""),
                await asyncio.to_thread(two.put, nowhere, "x.png", b"x"),
            ]

    forged, empty, nowhere = at_last(try_it())
    assert forged == empty == 403 and nowhere in (400, 404)


def test_uploads_cannot_be_fetched(url: str) -> None:
    """Not even by who brought them: at their address, and at that of the session, is the page that is everywhere."""
    content = scan(6)

    async def fetch() -> list[bytes]:
        async with Visitor(url) as one:
            await come(one)
            await one.upload("a_flair.nii.gz", content)
            (path,) = one.uploaded
            return [await asyncio.to_thread(one.get, at) for at in (path, path.rsplit("/", 1)[0], "/no such page")]

    at_file, at_session, anywhere = at_last(fetch())
    assert at_file == at_session == anywhere and b"<html" in anywhere and content not in anywhere


def test_a_picture_too(url: str, tmp_path: Path) -> None:
    path = tmp_path / "slice.png"
    Image.fromarray(np.random.default_rng(7).integers(0, 255, (40, 50)).astype(np.uint8)).save(path)

    async def both() -> tuple[Run, bytes]:
        async with Visitor(url) as one, Visitor(url) as two:
            await asyncio.gather(come(one), come(two))
            run = await one.upload(f"{SECRET}.png", path.read_bytes())
            await two.move(0, 90)
            return run, heard_by(two)

    run, heard = at_last(both())
    assert run.errors == [] and SECRET.encode() not in heard
