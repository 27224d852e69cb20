"""The worker's pages, as a browser, a Prometheus and a probe ask for them; without a broker."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.core import GaugeMetricFamily

from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.engine.clocks import Clock, FastClock, WallClock
from streams.engine.http import peers, telemetry
from streams.engine.http.pages import PAGE_HEADERS, TODAY_HEADERS
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.routes import Routes
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.plans import ANTWERP


class Served:
    """A worker whose pages are served, and who owns all lines once it has recovered."""

    def __init__(self, worker: Worker, client: Any) -> None:
        self.worker = worker
        self._client = client

    def recovers(self, heard_until: int) -> None:
        owner = LineOwner(0, ANTWERP, Routes(sources=1, partials=1, callers=1), end=0)
        owner.board.apply_watermark(0, heard_until)
        owner.board.advance()
        self.worker.ownership.lines.owners[0] = owner
        self.worker.app.consumer.taken_over = True

    async def get(self, path: str) -> tuple[int, dict[str, str], str]:
        async with self._client.get(path) as answer:
            return answer.status, dict(answer.headers), await answer.text()

    async def figures(self, path: str = "/figures") -> dict[str, Any]:
        _, _, text = await self.get(path)
        shown: dict[str, Any] = orjson.loads(text)
        return shown


@asynccontextmanager
async def served(clock: Clock | None = None, **given: Any) -> AsyncIterator[Served]:
    worker = Worker(Settings(**given), ANTWERP, clock or WallClock())
    async with TestClient(TestServer(worker.app.web.web_app)) as client:
        yield Served(worker, client)


def now() -> int:
    return time.time_ns() // 1000


async def page_of(worker: Served, path: str) -> tuple[int, str]:
    status, _, text = await worker.get(path)
    return status, text


async def test_who_recovers_is_well_and_not_ready() -> None:
    async with served() as worker:
        assert await page_of(worker, "/ready") == (503, "recovering\n")
        assert await page_of(worker, "/healthy") == (200, "making progress\n")
        worker.recovers(now())
        assert await page_of(worker, "/ready") == (200, "ready\n")


async def test_who_makes_no_checkpoint_for_too_long_is_not_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served() as worker:
        stalled = telemetry.UNHEALTHY_AFTER
        monkeypatch.setattr(worker.worker, "stalled_for", lambda: stalled)
        assert await page_of(worker, "/healthy") == (503, "no checkpoint for too long\n")
        stalled -= 0.1
        assert (await page_of(worker, "/healthy"))[0] == 200


async def test_the_live_page_may_load_nothing_from_elsewhere() -> None:
    async with served() as worker:
        status, headers, text = await worker.get("/")
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    assert {name: headers[name] for name in PAGE_HEADERS} == dict(PAGE_HEADERS)
    assert "<title>Reachline" in text


async def test_nothing_else_is_served() -> None:
    """Faust has pages of its own; none of them is ours to answer for."""
    async with served() as worker:
        routes = {each.resource.canonical for each in worker.worker.app.web.web_app.router.routes()}
        assert routes == {"/", "/today", "/metrics", "/ready", "/healthy", "/figures"}
        assert (await worker.get("/router/"))[0] == 404


async def test_the_metrics_of_all_that_a_worker_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    period = GaugeMetricFamily("contact_vendor_period_of_the_test", "A running period's", value=1)
    async with served() as worker:
        worker.recovers(now())
        monkeypatch.setattr(worker.worker.periods, "collect", lambda: [period])
        status, headers, text = await worker.get("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain")
    shown = {line.partition("{")[0].partition(" ")[0] for line in text.splitlines()}
    # The scopes', the alerts', the running periods' and the pipeline's.
    assert {"contact_line_waiting", period.name, "contact_worker_info", "contact_ready"} <= shown
    assert any(each.startswith("contact_alert") for each in shown)


async def test_figures_are_of_the_lines_that_are_here_and_kept_by_nobody() -> None:
    async with served() as worker:
        assert {line["as_of"] for line in (await worker.figures())["lines"]} == {None}
        worker.recovers(heard := now())
        _, headers, text = await worker.get("/figures")
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Type"].startswith("application/json")
        shown = orjson.loads(text)
        assert {line["line"] for line in shown["lines"]} == {*ANTWERP.lines}
        assert {line["as_of"] for line in shown["lines"]} == {shown["as_of"]} == {heard / SECOND}


@pytest.mark.parametrize("pace", [1.0, 60.0])
async def test_figures_are_as_old_as_somebody_at_the_page_would_count(pace: float) -> None:
    """Minutes of a simulated day are seconds of a demo."""
    clock = WallClock() if pace == 1.0 else FastClock(now() - 60 * MINUTE, pace)
    async with served(clock) as worker:
        worker.recovers(clock.now() - 3 * MINUTE)
        age = (await worker.figures())["age"]
    assert 180 / pace <= age < 180 / pace + 5


async def test_what_peers_show_is_asked_for_unless_a_peer_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0

    async def own(*_: object) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return theirs

    monkeypatch.setattr(peers, "_own_figures", own)
    async with served() as there:
        there.recovers(heard := now())
        theirs = await there.figures("/figures?own")
    async with served(peers="127.0.0.1:1") as here:
        assert (await here.figures("/figures?own"))["as_of"] is None
        assert asked == 0
        assert (await here.figures())["as_of"] == heard / SECOND
        assert asked == 1


async def test_the_page_of_today_has_no_script_and_is_public_if_the_plan_says_so() -> None:
    async with served() as worker:
        status, headers, text = await worker.get("/today")
        assert (status, headers["Content-Type"]) == (200, "text/html")
        assert {name: headers[name] for name in TODAY_HEADERS} == dict(TODAY_HEADERS)
        assert "script-src" not in headers["Content-Security-Policy"]
        assert '<html lang="nl">' in text and "Er zijn nog geen cijfers van vandaag." in text
        worker.recovers(now())
        _, _, text = await worker.get("/today?language=en")
        assert "People who tried" in text
        for unknown in ("fr", "../en", "<b>"):
            _, _, text = await worker.get(f"/today?language={unknown}")
            assert '<html lang="nl">' in text
        assert (await worker.get("/public/today"))[0] == 404


async def test_a_public_page_has_an_address_of_its_own() -> None:
    plan = Plan.read('[city]\npage_of_today = "public"\n[[line]]\nid = "waste"\n')
    worker = Worker(Settings(), plan, WallClock())
    async with (
        TestClient(TestServer(worker.app.web.web_app)) as client,
        client.get("/public/today") as answer,
    ):
        assert answer.status == 200
