"""The worker's pages, on Faust's web server: the live page and its figures, metrics, readiness,
health."""

from typing import Final

import orjson
from aiohttp import web
from faust.web.base import BlueprintManager, Web

from streams.domain.instants import SECOND
from streams.domain.plan.model import PUBLIC
from streams.engine.clocks import Clock
from streams.engine.host import PagesHost
from streams.engine.http.peers import Peers
from streams.engine.http.telemetry import PipelineCollector, healthy
from streams.engine.kafka.broker_time import OFF, BrokerTime
from streams.sinks.alert_metrics import AlertsCollector
from streams.sinks.day_page import day_page, languages_of
from streams.sinks.live import Live, live_figures, merged
from streams.sinks.live_page import live_page
from streams.sinks.metrics_page import MetricsPage
from streams.sinks.prometheus import AS_READ, WHOLE, ShownScopes, registry
from streams.sinks.usual_metrics import UsualCollector

PAGE_HEADERS: Final = {
    # Everything is in the page itself, and the figures come from where it came from.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

TODAY_HEADERS: Final = PAGE_HEADERS | {
    # Without scripts: it is made anew here, and asked for again by the browser.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}


def serve(server: Web, worker: PagesHost) -> None:
    """Adds a worker's pages to its web server, before that starts."""
    peers = Peers(worker.settings.peers)
    whole = worker.settings.metrics == "all"
    kinds = WHOLE if whole else AS_READ
    metrics_page = MetricsPage(
        ShownScopes(worker.plan, worker.boards, worker.clock.machine, kinds),
        registry(
            AlertsCollector(worker.plan, worker.boards, worker.alertmanagers, zeros=whole),
            UsualCollector(worker.boards),
            worker.periods,
            PipelineCollector(worker),
        ),
    )

    async def metrics(request: web.Request) -> web.Response:
        body, content_type = await metrics_page.answer(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def ready(request: web.Request) -> web.Response:
        return _answer(worker.ready(), "ready", "recovering")

    async def health(request: web.Request) -> web.Response:
        return _answer(
            healthy(worker), "making progress", "no checkpoint for too long", _of_the_clock(worker)
        )

    async def all_lines() -> Live:
        own = live_figures(worker.plan, worker.boards(), now=worker.clock.now())
        return merged(own, await peers.figures())

    async def figures(request: web.Request) -> web.Response:
        if "own" in request.query:
            shown = live_figures(worker.plan, worker.boards(), now=worker.clock.now())
        else:
            shown = await all_lines()
        shown["age"] = _age(shown, worker.clock, worker.broker_time)
        headers = {"Cache-Control": "no-store"}
        return web.Response(
            body=orjson.dumps(shown), content_type="application/json", headers=headers
        )

    async def page(request: web.Request) -> web.Response:
        return web.Response(
            body=live_page(worker.plan), content_type="text/html", headers=PAGE_HEADERS
        )

    async def today(request: web.Request) -> web.Response:
        first, *others = languages_of(worker.plan)
        asked = request.query.get("language", first)
        language = asked if asked in others else first
        body = day_page(worker.plan, (await all_lines())["whole"], language)
        return web.Response(body=body, content_type="text/html", headers=TODAY_HEADERS)

    server.blueprints = BlueprintManager()  # none of Faust's own pages
    router = server.web_app.router
    router.add_get("/", page)
    router.add_get("/metrics", metrics)
    router.add_get("/ready", ready)
    router.add_get("/healthy", health)
    router.add_get("/figures", figures)
    router.add_get("/today", today)
    if worker.plan.entries.city.page_of_today == PUBLIC:
        router.add_get("/public/today", today)


def _age(shown: Live, clock: Clock, broker: BrokerTime) -> float | None:
    """Seconds since the instant that the figures are of, as somebody at the page would count them.

    A fast clock's figures are a few seconds old, even if those are minutes of the simulated day.
    """
    if shown["as_of"] is None:
        return None
    machine = broker.now()
    pace = (clock.at(machine) - clock.at(machine - SECOND)) / SECOND
    behind: float = clock.at(machine) / SECOND - shown["as_of"]
    return max(0.0, behind) / max(1.0, pace)


def _of_the_clock(worker: PagesHost) -> str:
    """What is wrong with the machine's clock, which nothing depends on."""
    ahead = worker.broker_time.machine_ahead()
    if abs(ahead) <= OFF:
        return ""
    where = "ahead of" if ahead > 0 else "behind"
    return f"this machine's clock is {abs(ahead) / SECOND:.1f} s {where} the brokers'\n"


def _answer(good: bool, yes: str, no: str, besides: str = "") -> web.Response:
    text = f"{yes if good else no}\n{besides}"
    return web.Response(text=text, status=200 if good else 503)
