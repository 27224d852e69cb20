"""The stream's alerts on their way to Alertmanager: a line that falls is told to every one of them.

The stand-in below takes what is posted and answers as told; that the real Alertmanager agrees is in
`tests/deploy/test_alertmanager_live.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from yarl import URL

from streams.cli import main
from streams.domain import instants
from streams.domain.instants import MINUTE, SECOND
from streams.sinks import alertmanager
from streams.sinks.alert_bodies import LASTS, body
from streams.sinks.alertmanager import Alertmanagers, addresses
from streams.sinks.links import Links
from tests.alerts import NOON, fall
from tests.plans import ANTWERP

LINKS = Links("https://city.example/runbooks", "https://city.example/grafana")


class City:
    """Alertmanagers by host, a clock, and what each was posted."""

    def __init__(self, *hosts: str) -> None:
        self.now = NOON + 10 * MINUTE
        self.certain = True
        self.down: set[str] = set()
        self.hanging: set[str] = set()
        self.posted: list[tuple[str, list[Mapping[str, Any]]]] = []
        self.stream = Alertmanagers(
            [f"http://{host}:9093" for host in hosts],
            ANTWERP,
            LINKS,
            self.post,
            clock=lambda: self.now,
            certain=lambda: self.certain,
        )

    async def post(self, url: URL, alerts: Sequence[Mapping[str, Any]]) -> None:
        assert url.path == "/api/v2/alerts"
        if url.host in self.hanging:
            await asyncio.Event().wait()
        if url.host in self.down:
            raise ConnectionRefusedError("refused")
        self.posted.append((url.host or "", list(alerts)))

    async def rounds(self) -> None:
        """One round to each."""
        for peer in self.stream.peers:
            await self.stream.round(peer, self.post)

    def last(self, host: str) -> list[Mapping[str, Any]]:
        return [alerts for where, alerts in self.posted if where == host][-1]


def test_an_alert_is_known_by_the_same_labels_until_it_is_over() -> None:
    opened = body(fall(), ANTWERP, LINKS, NOON)
    grown = body(fall(people=80, decided=90), ANTWERP, LINKS, NOON + 20 * MINUTE)
    over = body(fall(people=80, decided=120, resolved_at=NOON + 60 * MINUTE), ANTWERP, LINKS, NOON)
    assert (
        opened["labels"]
        == grown["labels"]
        == over["labels"]
        == {
            "alertname": "ContactNoEntry",
            "scope": "line:waste",
            "line": "waste",
            "vendor": "scheldelijn",
            "kind": "no_entry",
            "severity": "page",
            "alert_id": "line:waste:no_entry:2026-11-23T11:50:00Z",
        }
    )
    assert opened["startsAt"] == over["startsAt"] == "2026-11-23T11:55:00Z"


async def test_what_is_to_wake_somebody_after_all_ends_as_what_it_was() -> None:
    city = City("a")
    city.stream.send(fall(severity="ticket"))
    await city.rounds()
    city.stream.send(fall())
    await city.rounds()
    sent = {alert["labels"]["severity"]: alert["endsAt"] for alert in city.last("a")}
    assert sent["ticket"] == instants.text(city.now)
    assert sent["page"] > sent["ticket"]
    assert city.stream.open == 1


def test_an_alert_ends_when_it_was_resolved_or_when_nobody_sends_it_again() -> None:
    assert body(fall(), ANTWERP, LINKS, NOON)["endsAt"] == instants.text(NOON + LASTS)
    over = NOON + 60 * MINUTE
    assert body(fall(resolved_at=over), ANTWERP, LINKS, over)["endsAt"] == instants.text(over)


def test_no_alert_ends_before_it_begins_though_its_events_are_ahead_of_the_clock() -> None:
    told = body(fall(), ANTWERP, LINKS, NOON - LASTS)
    assert told["endsAt"] == told["startsAt"]


async def test_every_alertmanager_is_told_again_and_again_until_the_alert_is_over() -> None:
    city = City("a", "b")
    city.stream.send(fall())
    await city.rounds()
    city.now += MINUTE
    city.stream.send(fall(people=30, decided=31))
    await city.rounds()
    for host in "ab":
        [alert] = city.last(host)
        assert alert["endsAt"] == instants.text(city.now + LASTS)
        assert "30 people" in alert["annotations"]["summary_en"]
    over = fall(people=30, decided=90, resolved_at=city.now)
    city.stream.send(over)
    await city.rounds()
    for host in "ab":
        assert [alert["endsAt"] for alert in city.last(host)] == [instants.text(city.now)]
    await city.rounds()
    assert city.last("a") == city.last("b") == []
    assert city.stream.open == 0


async def test_one_alertmanager_that_is_down_is_seen_and_told_of_the_end_when_it_is_back() -> None:
    city = City("a", "b")
    city.stream.send(fall())
    await city.rounds()
    city.down = {"b"}
    city.stream.send(fall(resolved_at=city.now))
    await city.rounds()
    a, b = city.stream.peers
    assert (a.up, b.up, city.stream.failing) == (True, False, False)
    assert (a.rounds, a.failures, b.rounds, b.failures) == (2, 0, 1, 1)
    assert b.last_error == "refused"
    assert (a.last_success, b.last_success) == (city.now, city.now)
    city.down = set()
    city.now += MINUTE
    await city.rounds()
    assert [alert["endsAt"] for alert in city.last("b")] == [instants.text(city.now - MINUTE)]
    assert city.last("a") == []
    assert b.up and not b.last_error


async def test_when_no_alertmanager_takes_anything_delivery_is_failing() -> None:
    city = City("a", "b")
    assert not city.stream.failing
    city.down = {"a", "b"}
    await city.rounds()
    assert city.stream.failing


async def test_an_alertmanager_is_asked_though_nothing_is_open() -> None:
    city = City("a")
    await city.rounds()
    assert city.posted == [("a", [])]


async def test_the_end_of_an_alert_is_not_kept_for_longer_than_an_alertmanager_keeps_it() -> None:
    city = City("a")
    city.down = {"a"}
    city.stream.send(fall(resolved_at=city.now))
    city.now += LASTS + SECOND
    await city.rounds()
    assert city.stream.peers[0].resolved == {}


async def test_catching_up_an_end_of_hours_ago_is_told_all_the_same() -> None:
    city = City("a")
    city.now += 5 * 60 * MINUTE
    city.stream.send(fall(resolved_at=NOON + 60 * MINUTE))
    await city.rounds()
    assert len(city.last("a")) == 1


async def test_a_line_handed_over_is_neither_sent_nor_ended() -> None:
    city = City("a")
    city.stream.send(fall())
    city.stream.send(fall(line="desk", resolved_at=NOON + 8 * MINUTE))
    city.stream.release()
    await city.rounds()
    assert city.last("a") == []
    # The lines that come back with the next assignment are told of anew.
    city.stream.send(fall())
    await city.rounds()
    assert [alert["labels"]["line"] for alert in city.last("a")] == ["waste"]


async def test_a_worker_that_may_have_lost_its_lines_says_nothing_until_it_knows() -> None:
    """Frozen for a minute in which its successor told the end: to tell of it as open again would
    wake somebody for what is over."""
    city = City("a")
    city.stream.send(fall())
    city.stream.send(fall(line="desk", resolved_at=NOON + 8 * MINUTE))
    city.certain = False
    await city.rounds()
    assert city.last("a") == []
    city.certain = True
    await city.rounds()
    assert [alert["labels"]["line"] for alert in city.last("a")] == ["waste", "desk"]


async def test_what_opens_goes_out_at_once_though_another_alertmanager_hangs() -> None:
    city = City("slow", "quick")
    city.hanging = {"slow"}
    running = asyncio.create_task(city.stream.run())
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            while not city.posted:
                await asyncio.sleep(0.01)
            assert city.last("quick") == []
            city.stream.send(fall())
            while len(city.posted) < 2:
                await asyncio.sleep(0.01)
        assert [alert["labels"]["line"] for alert in city.last("quick")] == ["waste"]
        # New numbers of an alert that is known can wait for the next round.
        city.stream.send(fall(people=16))
        await asyncio.sleep(0.05)
        assert len(city.posted) == 2
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_an_alertmanager_that_comes_back_is_told_within_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alertmanager, "RETRY", 0.02)
    city = City("a")
    city.down = {"a"}
    city.stream.send(fall())
    running = asyncio.create_task(city.stream.run())
    try:
        async with asyncio.timeout(5):
            while city.stream.peers[0].failures < 3:
                await asyncio.sleep(0.01)
            city.down = set()
            while not city.posted:
                await asyncio.sleep(0.01)
        assert len(city.last("a")) == 1
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


def test_credentials_in_an_address_are_shown_to_nobody() -> None:
    stream = Alertmanagers(["https://user:secret@alerts.example"], ANTWERP)
    assert stream.peers[0].name == "alerts.example:443"
    with pytest.raises(ValueError, match="no address of an Alertmanager") as wrong:
        Alertmanagers(["ftp://user:secret@alerts.example"], ANTWERP)
    assert "secret" not in str(wrong.value)


def test_addresses_stand_between_commas() -> None:
    assert addresses(" http://a:9093,https://b/alerts , ") == ["http://a:9093", "https://b/alerts"]
    assert addresses("") == []


@pytest.mark.parametrize(
    "wrong", ["alerts:9093", "alerts", "ftp://alerts", "http://", "http://a:x"]
)
def test_what_is_no_address_is_said_in_one_line_before_anything_starts(
    wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REACHLINE_ALERTMANAGERS", f"http://a:9093,{wrong}")
    assert main(["worker"]) == 2
    told = capsys.readouterr().err.strip()
    assert told.endswith(f"{wrong} is no address of an Alertmanager: write http://HOST:PORT")
    assert "\n" not in told
