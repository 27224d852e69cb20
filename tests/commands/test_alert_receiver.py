"""Whoever shows alerts shows each once when it comes and once when it is over, as it is read."""

import asyncio
import json
from typing import Any

import aiohttp
import msgspec
import pytest

from streams.commands.alert_receiver import AlertReceiver
from streams.domain.instants import MINUTE
from streams.sinks.alert_bodies import body
from streams.sinks.alertmanager import Alertmanagers
from streams.sinks.links import Links
from tests.alerts import NOON, fall
from tests.plans import ANTWERP

FALL = fall()
OPENED = FALL.opened_at


def receiver(now: int = OPENED) -> AlertReceiver:
    return AlertReceiver(ANTWERP, "en", lambda: OPENED, lambda: now)


def posted(*alerts: dict[str, Any]) -> bytes:
    return json.dumps(alerts).encode()


def test_what_arrives_is_what_a_person_reads() -> None:
    shown = receiver()
    shown.receive(posted(body(FALL, ANTWERP, Links(), OPENED)))
    subject, described, action, *links = shown.arrived()
    assert subject.startswith("12:55:00  page to scheldelijn-oncall: Waste: 15 people came into no")
    assert described.startswith("          15 of 16 contacts since ")
    assert action.startswith("          What to do: Dial the number yourself")
    assert [each.split(": ")[0].strip() for each in links] == ["Runbook", "Dashboard"]
    assert shown.arrived() == []


def test_it_is_shown_once_however_often_it_is_posted_and_once_when_it_is_over() -> None:
    shown = receiver(now=OPENED + MINUTE)
    for n in range(5):
        shown.receive(posted(body(FALL, ANTWERP, Links(), OPENED + n)))
    assert sum(" page to " in line for line in shown.arrived()) == 1
    over = fall(resolved_at=OPENED + MINUTE)
    for _ in range(2):
        shown.receive(posted(body(over, ANTWERP, Links(), OPENED + MINUTE)))
    [line] = shown.arrived()
    assert "page to scheldelijn-oncall: Over at 12:56. Waste: " in line


def test_a_notice_wakes_nobody_by_name() -> None:
    shown = receiver()
    shown.receive(posted(body(fall(severity="notice"), ANTWERP, Links(), OPENED)))
    assert shown.arrived()[0].startswith("12:55:00  notice to notices: ")


@pytest.mark.parametrize(
    "junk",
    [b"", b"{", b"{}", b"[1]", b'[{"labels": 3}]', b'[{"labels": {}, "endsAt": "soon"}]', b"\xff"],
)
def test_what_is_no_list_of_alerts_is_refused(junk: bytes) -> None:
    shown = receiver()
    with pytest.raises((msgspec.DecodeError, ValueError)):
        shown.receive(junk)
    assert shown.arrived() == []


async def test_a_worker_s_alerts_come_over_the_wire_and_junk_is_answered() -> None:
    """A demo's clock is of some day in the past; the wire speaks of the machine's."""
    shown = AlertReceiver(ANTWERP, "en", lambda: OPENED)
    address = await shown.start()
    ahead = 400 * 24 * 60 * MINUTE
    try:
        stream = Alertmanagers(
            [address], ANTWERP, clock=lambda: NOON, machine=lambda instant: instant + ahead
        )
        sending = asyncio.create_task(stream.run())
        stream.send(FALL)
        for _ in range(100):
            if stream.peers[0].delivered:
                break
            await asyncio.sleep(0.05)
        sending.cancel()
        assert "page to scheldelijn-oncall: Waste" in shown.arrived()[0]
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{address}/api/v2/alerts", data=b"[1]") as answer,
        ):
            assert answer.status == 400
    finally:
        await shown.stop()


def test_instants_on_the_wire_are_of_the_machines_clock() -> None:
    ahead = 400 * 24 * 60 * MINUTE
    sent = body(FALL, ANTWERP, Links(), OPENED, lambda instant: instant + ahead)
    assert sent["startsAt"] == body(fall(since=NOON + ahead), ANTWERP, Links(), 0)["startsAt"]
    over = fall(resolved_at=OPENED + MINUTE)
    ended = body(over, ANTWERP, Links(), OPENED, lambda instant: instant + ahead)
    assert ended["startsAt"] < ended["endsAt"]
