"""A page with the viewer on it, as tests see it."""

import json
import time
from typing import Any

from playwright.sync_api import Locator, Page


class Room:
    """A page with the viewer on it, and what it has sent over its websocket."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.sent: list[bytes | str] = []
        self.errors: list[str] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: self.sent.append(frame)))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(url)
        self.root.wait_for()

    @property
    def root(self) -> Locator:
        return self.page.locator(".gliolens")

    @property
    def stage(self) -> Locator:
        return self.page.locator(".gliolens .stage")

    def attribute(self, name: str) -> str:
        value = self.root.get_attribute(f"data-{name}")
        assert value is not None
        return value

    def readout(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.attribute("readout"))
        return values

    def wait(self, condition: str, argument: object = None) -> None:
        """Until a JavaScript condition on the root element `r` (and the argument `a`) holds."""
        self.page.wait_for_function(
            f"""a => {{
                const r = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
                    .map(host => host.shadowRoot?.querySelector(".gliolens")).find(Boolean);
                return r && ({condition});
            }}""",
            arg=argument,
        )

    def wait_for_state(self, state: str) -> None:
        self.wait("r.dataset.state === a", state)

    def wait_for_overlay(self, study: str) -> None:
        self.wait("r.dataset.study === a && r.dataset.overlay === a", study)

    def wait_until_sent(self, frames: int) -> None:
        """Until so many messages have gone to the server since the page was opened."""
        deadline = time.monotonic() + 10
        while len(self.sent) < frames and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        assert len(self.sent) == frames

    def open_study(self, name: str) -> None:
        """By a button of `viewer_app`; gives it no time to arrive."""
        self.page.locator(f".st-key-open-{name} button").click()

    def press(self, key: str) -> None:
        self.stage.focus()
        self.page.keyboard.press(key)

    def tumour_on_screen(self) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of what is drawn in the tumour's colour, as shares of the canvas."""
        box = self.page.locator(".gliolens canvas").evaluate(
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

    def shades(self) -> int:
        """Different shades of red among the pixels of the canvas: 1 when it is black all over."""
        count: int = self.page.locator(".gliolens canvas").evaluate(
            """canvas => {
                const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                return new Set(pixels.filter((_, i) => i % 4 === 0)).size;
            }"""
        )
        return count

    def fingerprint(self) -> str:
        """Of the picture drawn."""
        url: str = self.page.locator(".gliolens canvas").evaluate("canvas => canvas.toDataURL()")
        return url
