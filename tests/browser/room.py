"""A page with the viewer on it, as tests see it."""

import copy
import json
import time
from typing import Any

from playwright.sync_api import Locator, Page

Shares = tuple[float, float, float, float]
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Lets the viewer, which paints in the next frame, catch up with what was asked of it."""


class Room:
    """A page with the viewer on it, and what it has sent over its websocket."""

    nth = 0
    """Which of the page's viewers."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.sent: list[bytes | str] = []
        self.errors: list[str] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: self.sent.append(frame)))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(url)
        self.root.wait_for()

    def neighbour(self) -> "Room":
        """The second viewer on the same page."""
        other = copy.copy(self)
        other.nth = 1
        other.root.wait_for()
        return other

    @property
    def root(self) -> Locator:
        return self.page.locator(".gliolens").nth(self.nth)

    @property
    def stage(self) -> Locator:
        return self.pane("axial")

    def pane(self, plane: str) -> Locator:
        return self.root.locator(f".pane.{plane}")

    def canvas(self, plane: str = "axial") -> Locator:
        """A picture, with what was done before painted on it."""
        self.page.evaluate(TWO_FRAMES)
        return self.pane(plane).locator("canvas")

    def text(self, selector: str) -> str:
        """Of the one element that the selector finds in the viewer, whether it can be seen or not."""
        self.page.evaluate(TWO_FRAMES)
        content = self.root.locator(selector).text_content()
        assert content is not None
        return content

    def attribute(self, name: str) -> str:
        """What the viewer says of itself, once what was done before has been painted."""
        self.page.evaluate(TWO_FRAMES)
        value = self.root.get_attribute(f"data-{name}")
        assert value is not None
        return value

    def readout(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.attribute("readout"))
        return values

    def wait(self, condition: str, argument: object = None) -> None:
        """Until a JavaScript condition on the root element `r` (and the argument `a`) holds."""
        self.page.wait_for_function(
            f"""([a, nth]) => {{
                const r = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
                    .map(host => host.shadowRoot?.querySelector(".gliolens")).filter(Boolean)[nth];
                return r && ({condition});
            }}""",
            arg=[argument, self.nth],
        )

    def wait_for_state(self, state: str) -> None:
        """Until slice (counted from 0) and threshold are drawn, written as "12|0.300"."""
        self.wait("r.dataset.state === a", state)

    def wait_for_overlay(self, study: str) -> None:
        """Until a study is drawn with its levels, given its sha256."""
        self.wait("r.dataset.study === a && r.dataset.overlay === a", study)

    def wait_for_pixels(self, before: str, plane: str = "axial") -> str:
        """Until a picture differs from a fingerprint; gives the new one."""
        self.wait(f"r.querySelector('.pane.{plane} canvas').toDataURL() !== a", before)
        return self.fingerprint(plane)

    def wait_until_sent(self, frames: int) -> None:
        """Until so many messages have gone to the server since the page was opened."""
        deadline = time.monotonic() + 10
        while len(self.sent) < frames and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        assert len(self.sent) == frames

    def open_study(self, name: str) -> None:
        """By a button of `viewer_app`; gives it no time to arrive."""
        self.page.locator(f".st-key-open-{name} button").click()

    def restore(self, slice_from_0: int) -> None:
        """The first sequence, the default threshold and the first look, on some slice; the pointer is elsewhere."""
        self.page.mouse.move(1, 1)
        self.root.evaluate(
            """r => {
                r.querySelector("dialog").close();
                r.querySelector("details").open = false;
                if (r.querySelector(".cine").ariaPressed === "true") r.querySelector(".cine").click();
            }"""
        )
        for key in ("r", "d", "1"):
            self.press(key)
        self.root.locator("input.slice").fill(str(slice_from_0 + 1))
        self.wait("r.dataset.state.startsWith(a)", f"{slice_from_0}|")

    def press(self, key: str) -> None:
        """A key, with the keyboard's focus on the axial picture."""
        self.stage.focus()
        self.page.keyboard.press(key)

    def point(self, plane: str, across: float, down: float) -> tuple[float, float]:
        """In CSS pixels of the window, from shares of a pane."""
        box = self.pane(plane).bounding_box()
        assert box is not None
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def tumour_on_screen(self, plane: str = "axial") -> Shares | None:
        """Left, top, right and bottom of what is drawn in the tumour's colour, as shares of the canvas."""
        box = self.canvas(plane).evaluate(
            """canvas => {
                const { width, height } = canvas;
                const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
                let [left, top, right, bottom] = [width, height, -1, -1];
                for (let i = 0; i < width * height; i++) {
                    if (pixels[4 * i] < pixels[4 * i + 1] + 40) continue;
                    const [x, y] = [i % width, Math.floor(i / width)];
                    [left, top] = [Math.min(left, x), Math.min(top, y)];
                    [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
                }
                return right < 0 ? null : [left / width, top / height, right / width, bottom / height];
            }"""
        )
        return None if box is None else (box[0], box[1], box[2], box[3])

    def shades(self, plane: str = "axial") -> int:
        """Different shades of red among the pixels of a picture: 1 when it is black all over."""
        count: int = self.canvas(plane).evaluate(
            """canvas => {
                const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                return new Set(pixels.filter((_, i) => i % 4 === 0)).size;
            }"""
        )
        return count

    def fingerprint(self, plane: str = "axial") -> str:
        """Of the picture drawn, once what was done before this has been painted."""
        url: str = self.canvas(plane).evaluate("canvas => canvas.toDataURL()")
        return url
