"""A worker in whose city everything has happened that can, and what its page exports.

What rules and dashboards ask for is held against it: a rule on a metric that nobody exports is
silent for ever, and a panel empty.
"""

from __future__ import annotations

import asyncio
import time
from datetime import date

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.core import Sample
from prometheus_client.parser import text_string_to_metric_families

from streams.domain.board import SLOT
from streams.domain.books import INTERVAL
from streams.domain.counts import COUNTS
from streams.domain.detector import Hours
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.statement.periods import midnight
from streams.domain.statement.running import Running, running
from streams.domain.tally import (
    CHANNEL,
    CITY,
    ENTRANCE,
    LANGUAGE,
    LINE,
    VENDOR,
    WHOLE_WAITS,
    Tally,
)
from streams.engine.http import telemetry
from streams.engine.roles.contact_owner import ContactOwner
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.routes import Routes
from streams.engine.timings import Recovery
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.plans import ANTWERP
from tests.statements import Booked

ROUTES = Routes(sources=1, partials=1, callers=1)


def a_bad_month() -> list[Running]:
    """Noon of Friday 6 March, six in ten in time whenever it was open: the month will be lost."""
    booked = Booked(ANTWERP)
    for day in range(2, 7):
        opens = midnight(date(2026, 3, day), ANTWERP.zone) + 8 * HOUR
        for start in range(opens, opens + 10 * HOUR, INTERVAL):
            booked.at("waste", start, answered=6, late=3, abandoned=1)
    now = midnight(date(2026, 3, 6), ANTWERP.zone) + 12 * HOUR
    return list(running(ANTWERP, ["scheldelijn"], now, booked.intervals))


def worker(monkeypatch: pytest.MonkeyPatch, metrics: str) -> Worker:
    """A worker that owns everything, in whose city everything has happened that can."""
    made = Worker(Settings(alertmanagers="http://127.0.0.1:9093", metrics=metrics), ANTWERP)
    monkeypatch.setattr(made.app.consumer, "highwater", lambda tp: 7)
    source = made.contact_owners[0] = ContactOwner(0, ANTWERP, ROUTES, made.counts)
    source.positions = dict.fromkeys(made.counts.events, 5)
    now = time.time_ns() // 1_000
    source.ledger.advance(now)
    made.checkpoint_loop.last = now / SECOND
    made.recovered[0] = Recovery(0.8, 12_000)
    made.ownership._routes = ROUTES
    # It speaks TLS, as far as its page knows.
    monkeypatch.setattr(telemetry, "_end_of", lambda path, which: now / SECOND + 86_400)
    owner = made.line_owners[0] = LineOwner(0, ANTWERP, ROUTES, end=0)
    more = {"queue_offered": 2, "service_offered": 2}
    more |= {name: 0 for name in COUNTS if "nuisance" in name}
    full = Tally.of(**dict.fromkeys(COUNTS, 1) | more)
    full.waits, full.longest = {5: 1, WHOLE_WAITS + 5: 1}, SECOND
    parts = (ENTRANCE + "business", LANGUAGE + "nl", CHANNEL + "desk")
    for scope in (LINE + "waste", VENDOR + "scheldelijn", CITY, *parts):
        for width in (SLOT, INTERVAL):
            owner.board.apply_figures(scope, 0, width, now - now % width, full, False)
    instant = now // MINUTE * MINUTE - 10 * MINUTE
    waits = ("waste", instant - 10 * MINUTE, "E", "c60/1", "", 0, 0)
    in_vain = [("waste", instant + n * SECOND, "Nb", f"c{n:02}/1", "", 0, 0) for n in range(59)]
    owner.board.alarms.apply_for_good([waits, *in_vain])
    owner.board.apply_watermark(0, now)
    owner.board.advance()
    with monkeypatch.context() as always_open:
        # Callers call at night, too, when this runs at night.
        always = Hours(lambda at: True, lambda at: None, ANTWERP.midnight)
        always_open.setattr("streams.domain.watched._hours", lambda plan, scope: always)
        owner.board.alarms.advance(now)
    watch = owner.board.alarms._detectors[LINE + "waste"]
    for channel in (watch._answers, watch._silence):  # which take a week's calls to open
        channel._opens(now, now - HOUR, "page", evidence="")
    assert {alert.kind for alert in owner.board.alarms.open()} == {
        "no_entry",
        "no_answers",
        "silence",
        "forgotten",
    }
    monkeypatch.setattr(made.periods, "_judged", {"scheldelijn": a_bad_month()})
    return made


def samples(metrics: str = "read") -> list[Sample]:
    """What is on the worker's own page, as Prometheus reads it.

    Args:
        metrics: the setting of this name.
    """

    async def page() -> str:
        with pytest.MonkeyPatch.context() as monkeypatch:
            app = worker(monkeypatch, metrics).app.web.web_app
            async with TestClient(TestServer(app)) as client:
                answer = await client.get("/metrics")
                assert answer.status == 200
                return await answer.text()

    families = text_string_to_metric_families(asyncio.run(page()))
    return [sample for family in families for sample in family.samples]


def on_the_page(metrics: str = "read") -> dict[str, set[str]]:
    """The labels of each metric on that page."""
    found: dict[str, set[str]] = {}
    for sample in samples(metrics):
        found.setdefault(sample.name, set()).update(sample.labels)
    return found
