"""The days in a real Prometheus, the page in a real browser: built once for all tests here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from grafana.generate import generate
from tests.missing import missing
from tests.wallboard import wallboard_app, wallboard_browser, wallboard_servers
from tests.wallboard.wallboard_browser import Look
from tests.wallboard.wallboard_days import DAYS, Day
from tests.wallboard.wallboard_page import PICTURES, Worker, serving
from tests.wallboard.wallboard_servers import Prometheus

See = Callable[..., Look]


def _need(lacking: list[str]) -> None:
    if lacking:
        missing(f"needs {', '.join(lacking)}")


@pytest.fixture(scope="session")
def days() -> dict[str, Day]:
    return {day.name: day for day in DAYS}


@pytest.fixture(scope="session")
def told() -> Iterator[Prometheus]:
    """A Prometheus that holds all the days."""
    _need(wallboard_servers.missing())
    with wallboard_servers.prometheus(DAYS) as server:
        yield server


@pytest.fixture(scope="session")
def see(told: Prometheus, days: dict[str, Day]) -> Iterator[See]:
    """Looks at a dashboard of a day, and leaves the picture of it."""
    chromium = [] if wallboard_browser.program() else ["Chromium"]
    _need(wallboard_app.missing() + chromium)
    PICTURES.mkdir(parents=True, exist_ok=True)
    loop = asyncio.new_event_loop()
    opened = wallboard_browser.browser()
    with wallboard_servers.pages(wallboard_app.build(), generated(days)) as address:
        browser = loop.run_until_complete(opened.__aenter__())

        def look(
            day: str, dashboard: str, language: str = "en", scale: float = 1, **variables: str
        ) -> Look:
            asked = "".join(f"&var-{name}={value}" for name, value in variables.items())
            url = (
                f"{address}/index.html?dashboard=dashboards/{day}/{language}/{dashboard}.json"
                f"&prometheus={told.url}&now={days[day].instant // 1000}{asked}"
            )
            height = 1080 if dashboard == "wallboard" else None
            seen = loop.run_until_complete(browser.look(url, 1920, height, scale))
            size = "-4k" if scale == 2 else ""
            (PICTURES / f"{dashboard}-{day}-{language}{size}.png").write_bytes(seen.png)
            return seen

        try:
            yield look
        finally:
            loop.run_until_complete(opened.__aexit__(None, None, None))
            loop.close()


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    """A worker that shows what it is given on the live page."""
    _need([] if wallboard_browser.program() else ["Chromium"])
    async with serving() as shown:
        yield shown


def generated(days: dict[str, Day]) -> dict[str, str]:
    """The dashboards of every day's plan, by their address."""
    return {
        f"/dashboards/{day.name}/{name}": text
        for day in days.values()
        for name, text in generate(day.plan, day.instant).items()
    }
