"""Chromium by its own protocol: open a page, wait until it says that it is ready, look at it."""

import asyncio
import base64
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import aiohttp

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
READY_WITHIN: Final = 60.0
"""Seconds for a page with a hundred queries on a machine with two busy cores."""

LOOK: Final = """
(() => {
  const box = (node) => node.getBoundingClientRect();
  const cut = [];
  for (const panel of document.querySelectorAll('[data-panel]')) {
    const edge = box(panel);
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const hidden = 'style, .visually-hidden, [aria-hidden], [role="grid"]';
      if (!node.data.trim() || node.parentElement.closest(hidden)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      if (!text.width) continue;
      let inside = edge;
      for (let up = node.parentElement; up && up !== panel; up = up.parentElement)
        if (getComputedStyle(up).overflow !== 'visible' || up.style.background) {
          const b = box(up);
          inside = { left: Math.max(inside.left, b.left), right: Math.min(inside.right, b.right),
                     top: Math.max(inside.top, b.top), bottom: Math.min(inside.bottom, b.bottom) };
        }
      if (text.left < inside.left - 1 || text.right > inside.right + 1 ||
          text.top < inside.top - 4 || text.bottom > inside.bottom + 4)
        cut.push(`${panel.dataset.title}: ${node.data}`);
    }
  }
  return {
    ready: document.documentElement.dataset.ready,
    scrolls: document.documentElement.scrollHeight > innerHeight + 1 ||
             document.documentElement.scrollWidth > innerWidth + 1,
    height: document.documentElement.scrollHeight,
    cut,
    panels: Object.fromEntries([...document.querySelectorAll('[data-panel]')].map(
      (panel) => [panel.dataset.panel, panel.innerText.trim()])),
  };
})()
"""


class Look(NamedTuple):
    """What a page looked like.

    Attributes:
        png: its picture.
        scrolls: it does not fit on the screen.
        cut: texts that leave their cell.
        panels: the text of each panel, by id.
    """

    png: bytes
    scrolls: bool
    cut: list[str]
    panels: dict[int, str]


def program() -> str | None:
    """Where Chromium is; None where it is not."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page of a running Chromium."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked = 0

    async def _call(self, method: str, **params: Any) -> Any:
        self._asked += 1
        await self._socket.send_json({"id": self._asked, "method": method, "params": params})
        while True:
            answer = json.loads((await self._socket.receive(READY_WITHIN)).data)
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    async def _evaluate(self, expression: str) -> Any:
        result = await self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    async def look(self, url: str, width: int, height: int | None = None, scale: float = 1) -> Look:
        """Opens a page and looks at it.

        Args:
            url: must set ``data-ready`` on its root when it has drawn everything.
            width, height: of the window in CSS pixels; without a height, the page's own.
            scale: device pixels to a CSS pixel.
        """
        await self._size(width, height or 1000, scale)
        await self._call("Page.navigate", url=url)
        deadline = asyncio.get_running_loop().time() + READY_WITHIN
        while not (ready := await self._evaluate("document.documentElement?.dataset.ready")):
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"{url} did not become ready")
            await asyncio.sleep(0.1)
        if ready != "yes":
            raise RuntimeError(f"{url}: {ready}")
        seen = await self._evaluate(LOOK)
        if height is None:
            await self._size(width, seen["height"], scale)
            await asyncio.sleep(0.2)
        shot = await self._call("Page.captureScreenshot", format="png")
        panels = {int(key): text for key, text in seen["panels"].items()}
        return Look(base64.b64decode(shot["data"]), seen["scrolls"], seen["cut"], panels)

    async def _size(self, width: int, height: int, scale: float) -> None:
        await self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Starts Chromium without a window; gone at the end."""
    found = program()
    if found is None:
        raise FileNotFoundError("Chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="reachline-chromium-") as profile:
        process = await asyncio.create_subprocess_exec(
            found,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--force-color-profile=srgb",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            port = await asyncio.wait_for(_port(process), READY_WITHIN)
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    targets = await answer.json()
                page = next(target for target in targets if target["type"] == "page")
                async with session.ws_connect(
                    page["webSocketDebuggerUrl"], max_msg_size=0
                ) as socket:
                    yield Browser(socket)
        finally:
            process.terminate()
            await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if "DevTools listening on" in line:
            return int(line.rsplit(":", 1)[1].split("/")[0])
    raise RuntimeError("Chromium ended before it listened")
