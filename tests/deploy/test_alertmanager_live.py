"""The real Alertmanager between the stream and a telephone: who rings, when, how often.

It runs the configuration of `deploy/alertmanager`, its receivers replaced by one telephone with a
number for each, and its patience cut from minutes to tenths of a second.

It is longer than a module should be, because one Alertmanager is started once for all of its
stories.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.domain import instants
from streams.domain.detector import Alert, Subject
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.sinks import alert_bodies, alertmanager, rules
from streams.sinks.alertmanager import Alertmanagers
from streams.sinks.links import Links
from tests.alerts import fall
from tests.plans import ANTWERP, town
from tests.running import eventually
from tests.servers import Alertmanager, Prometheus, Telephone, at_hand

DEPLOY = Path(__file__).parents[2] / "deploy"

#: Nothing more rings within this many seconds of a group interval of 0.3 s: it does not ring.
QUIET = 1.5


@pytest.fixture
def telephone() -> Iterator[Telephone]:
    with Telephone() as ringing:
        yield ringing


@pytest.fixture
def alertmanagers(telephone: Telephone) -> Iterator[list[Alertmanager]]:
    """Two, each by itself."""
    templates = {
        f"templates/{path.name}": path.read_text()
        for path in (DEPLOY / "alertmanager" / "templates").iterdir()
    }
    text = at_hand((DEPLOY / "alertmanager" / "alertmanager.yml").read_text(), telephone)
    with Alertmanager(text, templates) as first, Alertmanager(text, templates) as second:
        yield [first, second]


def now() -> int:
    return time.time_ns() // 1_000


def fallen(line: str = "waste", **changes: Any) -> Alert:
    """Ten minutes ago."""
    return fall(line, now() // MINUTE * MINUTE - 10 * MINUTE, **changes)


@asynccontextmanager
async def worker(*servers: Alertmanager, plan: Plan = ANTWERP) -> AsyncIterator[Alertmanagers]:
    """A worker that tells these Alertmanagers of its lines."""
    stream = Alertmanagers([server.url for server in servers], plan, Links())
    running = asyncio.create_task(stream.run())
    try:
        yield stream
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_two_lines_fall_and_the_vendors_telephone_rings_once_within_a_second(
    alertmanagers: list[Alertmanager], telephone: Telephone
) -> None:
    async with worker(alertmanagers[0]) as stream:
        stream.send(fallen("waste"))
        stream.send(fallen("desk"))
        begun = time.monotonic()
        await eventually(lambda: bool(telephone.calls))
        assert time.monotonic() - begun < 5
        await asyncio.sleep(QUIET)
    [(_, where, message)] = telephone.calls
    assert where == "/scheldelijn-oncall"
    assert len(telephone.copies) == 1  # to the city, of what its vendor is woken for
    assert sorted(alert["labels"]["line"] for alert in message["alerts"]) == ["desk", "waste"]
    [waste] = [alert for alert in message["alerts"] if alert["labels"]["line"] == "waste"]
    for word in ("Waste", "15 people", "no queue", "busy tone"):
        assert word in waste["annotations"]["summary_en"]
    assert re.search(r"since \d\d:\d\d", waste["annotations"]["summary_en"])


async def test_a_worker_dies_in_the_incident_and_its_successor_does_not_page_again(
    alertmanagers: list[Alertmanager], telephone: Telephone
) -> None:
    alert = fallen()
    async with worker(alertmanagers[0]) as stream:
        stream.send(alert)
        await eventually(lambda: bool(telephone.calls))
    await asyncio.sleep(QUIET)
    async with worker(alertmanagers[0]) as successor:
        successor.send(alert)
        await eventually(lambda: successor.peers[0].delivered > 0)
        await asyncio.sleep(QUIET)
        assert len(telephone.calls) == 1
        assert len(alertmanagers[0].alerts()) == 1
        successor.send(replace(alert, resolved_at=now() - SECOND))
        await eventually(lambda: len(telephone.calls) == 2)
        assert [told["status"] for told in telephone.alerts()] == ["firing", "resolved"]
        assert "Over at" in telephone.alerts()[1]["annotations"]["summary_en"]
        await asyncio.sleep(QUIET)
    assert len(telephone.calls) == 2
    assert alertmanagers[0].alerts() == []


async def test_an_alertmanager_that_dies_is_survived_and_told_again_when_it_is_back(
    alertmanagers: list[Alertmanager],
    telephone: Telephone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alertmanager, "RETRY", 0.2)
    first, second = alertmanagers
    async with worker(first, second) as stream:
        await eventually(lambda: all(peer.rounds for peer in stream.peers))
        first.kill()
        stream.send(fallen())
        await eventually(lambda: bool(telephone.calls))
        await eventually(lambda: not stream.peers[0].up)
        assert stream.peers[1].up and not stream.failing
        assert [alert["labels"]["line"] for alert in second.alerts()] == ["waste"]
        await asyncio.to_thread(first.start)
        await eventually(lambda: stream.peers[0].up)
        await eventually(lambda: len(first.alerts()) == 1)


async def test_an_alert_that_nobody_sends_again_ends_by_itself(
    alertmanagers: list[Alertmanager], telephone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_bodies, "LASTS", 2 * SECOND)
    async with worker(alertmanagers[0]) as stream:
        stream.send(fallen())
        await eventually(lambda: bool(telephone.calls))
    await eventually(lambda: alertmanagers[0].alerts() == [])


async def test_an_alertmanager_takes_what_ends_before_it_heard_of_it_and_rings_nobody(
    alertmanagers: list[Alertmanager], telephone: Telephone
) -> None:
    async with worker(alertmanagers[0]) as stream:
        stream.send(fallen(resolved_at=now() - SECOND))
        await eventually(lambda: stream.peers[0].delivered > 0)
        await asyncio.sleep(QUIET)
    assert telephone.calls == []


def fire(server: Alertmanager, name: str, severity: str, **labels: str) -> None:
    """As Prometheus would."""
    server.post(
        "/api/v2/alerts",
        [
            {
                "labels": {"alertname": name, "severity": severity, **labels},
                "annotations": {"summary": name},
                "startsAt": instants.text(now()),
                "endsAt": instants.text(now() + 5 * MINUTE),
            }
        ],
    )


def state(server: Alertmanager, name: str, **labels: str) -> str:
    [found] = [
        alert
        for alert in server.alerts()
        if alert["labels"].items() >= {"alertname": name, **labels}.items()
    ]
    return str(found["status"]["state"])


@pytest.mark.parametrize(
    ("source", "quiet", "loud"),
    [
        (
            ("ContactSilenceFirst", "none", {"line": "waste", "kind": "no_answers"}),
            ("ContactNoAnswers", "page", {"line": "waste", "kind": "no_answers"}),
            # It was open before the line fell silent: Prometheus does not fire for its kind.
            ("ContactCallerForgotten", "page", {"line": "waste", "kind": "forgotten"}),
        ),
        (
            ("ContactSilenceFirst", "none", {"line": "waste", "kind": "no_answers"}),
            ("ContactAlertUndelivered", "page", {"line": "waste", "kind": "no_answers"}),
            ("ContactNoAnswers", "page", {"line": "desk", "kind": "no_answers"}),
        ),
        (
            # The silence itself pages, and keeps nothing quiet by its own name.
            ("ContactSilenceFirst", "none", {"line": "waste", "kind": "forgotten"}),
            ("ContactCallerForgotten", "page", {"line": "waste", "kind": "forgotten"}),
            ("ContactTelemetrySilent", "page", {"line": "waste"}),
        ),
        (
            ("ContactWorkerAbsent", "page", {}),
            ("ContactTelemetrySilent", "page", {"line": "waste"}),
            ("ContactNoAnswers", "page", {"line": "waste", "kind": "no_answers"}),
        ),
        (
            ("ContactWorkerAbsent", "page", {}),
            ("ContactCitySilent", "page", {}),
            ("ContactTwoOwners", "page", {"line": "waste"}),
        ),
        (
            ("ContactWorkerAbsent", "page", {}),
            ("ContactPipelineStalled", "page", {}),
            ("ContactDeadLettersRising", "page", {}),
        ),
        (
            # One partition is stuck; on the lines of the others a silence is a silence.
            ("ContactPipelineStalled", "page", {}),
            ("ContactPipelineStalled", "ticket", {}),
            ("ContactTelemetrySilent", "page", {"line": "waste"}),
        ),
        (
            ("ContactMaintenance", "none", {"line": "waste"}),
            ("ContactNoAnswers", "page", {"line": "waste", "kind": "no_answers"}),
            ("ContactNoAnswers", "page", {"line": "desk", "kind": "no_answers"}),
        ),
        (
            ("ContactMaintenance", "none", {"line": "waste"}),
            ("ContactTelemetrySilent", "page", {"line": "waste"}),
            ("ContactWorkerAbsent", "page", {}),
        ),
        (
            ("ContactDeadLettersRising", "page", {}),
            ("ContactDeadLettersRising", "ticket", {}),
            ("ContactPipelineLagging", "ticket", {"topic": "contact.queue"}),
        ),
        (
            ("ContactVendorBudgetSpent", "ticket", {"vendor": "v", "contract": "c", "line": "w"}),
            ("ContactVendorBudgetBurning", "ticket", {"vendor": "v", "contract": "c", "line": "w"}),
            ("ContactVendorBudgetBurning", "ticket", {"vendor": "v", "contract": "c", "line": "d"}),
        ),
    ],
    ids=lambda alert: alert[0],
)
def test_what_follows_from_something_else_rings_nobody(
    alertmanagers: list[Alertmanager],
    source: tuple[str, str, dict[str, str]],
    quiet: tuple[str, str, dict[str, str]],
    loud: tuple[str, str, dict[str, str]],
) -> None:
    server = alertmanagers[0]
    for name, severity, labels in (source, quiet, loud):
        fire(server, name, severity, **labels)
    deadline = time.monotonic() + 20
    name, severity, labels = quiet
    while state(server, name, severity=severity, **labels) != "suppressed":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    name, severity, labels = loud
    assert state(server, name, severity=severity, **labels) == "active"


def test_pages_and_tickets_ring_at_different_doors(
    alertmanagers: list[Alertmanager], telephone: Telephone
) -> None:
    fire(alertmanagers[0], "ContactTelemetrySilent", "page", vendor="scheldelijn", line="waste")
    fire(alertmanagers[0], "ContactCitySilent", "page")
    fire(alertmanagers[0], "ContactPipelineLagging", "ticket", topic="contact.queue")
    fire(alertmanagers[0], "ContactSilenceFirst", "none", line="waste", kind="no_answers")
    telephone.wait_for(lambda t: len(t.calls) >= 3)
    time.sleep(QUIET)
    assert sorted(where for _, where, _ in telephone.calls) == [
        "/city-oncall",
        "/scheldelijn-oncall",
        "/tickets",
    ]


def test_the_heartbeat_goes_from_prometheus_through_alertmanager_to_the_outside(
    alertmanagers: list[Alertmanager], telephone: Telephone
) -> None:
    """The committed files on the real servers; only addresses and patience are the test's."""
    own = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    own["alerting"]["alertmanagers"] = [
        {"static_configs": [{"targets": [f"127.0.0.1:{alertmanagers[0].port}"]}]}
    ]
    own["scrape_configs"] = []
    files = {
        f"rules/{path.name}": re.sub(r"interval: \w+", "interval: 1s", path.read_text())
        for path in (DEPLOY / "prometheus" / "rules").iterdir()
    }
    with Prometheus(yaml.safe_dump(own), files) as prometheus:
        telephone.wait_for(lambda t: bool(t.alerts("/heartbeat")), limit=60)
        rules = prometheus.get("/api/v1/rules")["data"]["groups"]
        assert {group["file"].rsplit("/", 1)[1] for group in rules} == {
            name.removeprefix("rules/") for name in files
        }
        unwell = [
            (rule["name"], rule.get("lastError"))
            for group in rules
            for rule in group["rules"]
            if rule["health"] == "err"
        ]
        assert unwell == []
    assert telephone.alerts("/heartbeat")[0]["labels"]["alertname"] == "ContactWatchdog"


UNDER_REPAIR = """
[[maintenance]]
from = {since}
until = {until}
lines = ["waste"]
reason = "New software on the exchange"
"""


async def test_announced_maintenance_keeps_pages_until_it_is_over(
    alertmanagers: list[Alertmanager], telephone: Telephone
) -> None:
    """From the plan, by way of Prometheus' rules: two lines fall during the maintenance of one."""
    server = alertmanagers[0]
    over = -(-(now() + 20 * SECOND) // MINUTE) * MINUTE  # time enough for all before it
    since, until = instants.text(over - 5 * MINUTE), instants.text(over)
    plan = Plan.read(town(rest=UNDER_REPAIR.format(since=since, until=until)))
    own = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": ["rules/*.yml"],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{server.port}"]}]}]
        },
    }
    files = {
        name: re.sub(r"interval: \w+", "interval: 1s", rule)
        for name, rule in rules.render(plan, now()).items()
    }

    def announced() -> bool:
        return any(a["labels"]["alertname"] == "ContactMaintenance" for a in server.alerts())

    def rang(line: str) -> list[float]:
        return [
            at
            for at, _, message in list(telephone.calls)
            for alert in message["alerts"]
            if alert["labels"].get("line") == line
        ]

    with Prometheus(yaml.safe_dump(own), files):
        await eventually(announced)
        async with worker(server, plan=plan) as stream:
            stream.send(fallen("waste"))
            stream.send(fallen("desk", subject=Subject("line:desk", "desk", "city")))
            await eventually(lambda: bool(rang("desk")))
            await asyncio.sleep(QUIET)
            assert rang("waste") == []
            assert state(server, "ContactNoEntry", line="waste") == "suppressed"
            # What is still wrong when it is over pages then.
            await eventually(lambda: bool(rang("waste")), 120)
            assert rang("waste")[0] >= over / SECOND
            # No worker is scraped here, and Prometheus may have begun to say so, of no line.
            assert len(rang("desk")) == len(rang("waste")) == 1
