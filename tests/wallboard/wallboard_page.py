"""What the live page is told, and a worker that serves it: for the tests that look at it."""

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from streams.engine.http.pages import PAGE_HEADERS
from streams.sinks.live import live_figures
from streams.sinks.live_page import live_page
from tests.plans import ANTWERP
from tests.wallboard.wallboard_browser import Browser, Look, browser

AS_OF = 1_795_175_220.0  # 20 November 2026, 12:47 in Antwerp
PICTURES = Path(__file__).parents[2] / "build" / "wallboard"
"""Where the pictures are left, for people and for CI to keep."""

WALL = (1920, 1080)
PHONE = (390, 844)

Live = dict[str, Any]


def a_day_when_all_is_well() -> Live:
    live = live_figures(ANTWERP, [])
    for line in live["lines"]:
        tell(line, "ok", level=0.91, reach=0.95, waiting=1, oldest=21.0)
    return live | the_city_as_a_whole()


def the_city_as_a_whole() -> Live:
    whole = {
        "as_of": AS_OF,
        "reachability": 0.874,
        "reachability_of": 143,
        "waiting": 6,
        "oldest_wait": 48.0,
        "contacts_today": 1020,
        "reachability_today": 0.861,
        "abandonment_today": 0.052,
    }
    return {"whole": whole, "as_of": AS_OF, "age": 1.0}


def tell(
    line: Live,
    status: str,
    *,
    level: float | None,
    reach: float | None,
    waiting: int,
    oldest: float,
) -> None:
    line |= {
        "as_of": AS_OF,
        "status": status,
        "service_level": level,
        "service_level_of": 44,
        "reachability": reach,
        "reachability_of": 46,
        "waiting": waiting,
        "oldest_wait": oldest,
        "abandonment_today": 0.041,
    }


def a_day_when_waste_is_not_answered() -> Live:
    live = a_day_when_all_is_well()
    tell(of(live, "waste"), "breach", level=0.0, reach=0.271, waiting=17, oldest=412.0)
    tell(of(live, "desk"), "breach", level=0.796, reach=0.9, waiting=5, oldest=77.0)
    tell(of(live, "other"), "at_risk", level=0.81, reach=0.9, waiting=3, oldest=37.0)
    live["alerts"] = [
        {
            "id": "waste:reachability",
            "line": "waste",
            "kind": "no_answers",
            "since": AS_OF - 1900,
            "summary": {
                "en": "Waste: only 27.1 % of callers reach anybody (target 60 %), 35 people in "
                "vain since 12:15",
                "nl": "Afval: slechts 27,1 % van de bellers bereikt iemand (doel 60 %), 35 mensen "
                "vergeefs sinds 12:15",
            },
        }
    ]
    return live


def a_city_of_24_lines() -> Live:
    live = a_day_when_waste_is_not_answered()
    first = [line for line in live["lines"] if line["tier"] == 1]
    names = ("Births, marriages and deaths", "Parking permits", "Building and environment")
    live["lines"] = [
        copy.deepcopy(first[at % 4]) | {"line": f"l{at}", "names": {"en": names[at % 3]}}
        for at in range(24)
    ]
    return live


def of(live: Live, name: str) -> Live:
    return next(line for line in live["lines"] if line["line"] == name)


class Worker:
    """A worker that shows what it is given, and nothing when it is given nothing."""

    def __init__(self, address: str, seen: Browser) -> None:
        self.live: Live | None = None
        self._address = address
        self._seen = seen

    async def asked(self, expression: str) -> Any:
        """What the page that was looked at answers."""
        return await self._seen._evaluate(expression)

    async def look(self, size: tuple[int, int] = WALL, language: str = "en") -> Look:
        return await self._seen.look(f"{self._address}/?lang={language}", *size)


@asynccontextmanager
async def serving() -> AsyncIterator[Worker]:
    """A worker's page, and a browser to look at it."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(body=live_page(ANTWERP), content_type="text/html", headers=PAGE_HEADERS)

    async def figures(request: web.Request) -> web.Response:
        if shown.live is None:
            raise web.HTTPServiceUnavailable
        return web.json_response(shown.live)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/figures", figures)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with browser() as seen:
            shown = Worker(f"http://127.0.0.1:{port}", seen)
            yield shown
    finally:
        await runner.cleanup()


def keep(seen: Look, name: str) -> None:
    """Leaves the picture for people, and for CI to keep."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"page-{name}.png").write_bytes(seen.png)
