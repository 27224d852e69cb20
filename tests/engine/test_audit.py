"""One period computed live, from the raw topics and from files: the same bytes."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import msgspec
import pytest

from streams.domain import instants
from streams.domain.call_events import Contact
from streams.domain.events import CallStart, Event, Hangup, Queue
from streams.domain.instants import DAY
from streams.domain.plan import Plan
from streams.domain.statement import parse, reach, statement
from streams.domain.statement.standing import standing
from streams.engine import audit as evidence
from streams.engine.kafka.publish import Publisher
from streams.settings import Settings
from streams.sinks.statement import plain
from streams.sinks.statement.issue import issued
from streams.sinks.statement.plain import Made
from streams.sinks.statement.restated import restate
from tests.bank import real_calls
from tests.running import WorkerProcess, all_published, fresh_topics, until

PLAN = """
[city]
name = "Bank"
time_zone = "Asia/Jerusalem"
contract = "calls"
[[vendor]]
id = "desk"
name = "The Desk"
[[contract]]
id = "calls"
short_abandons = "excluded"
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
    scope = "pooled"
    [[contract.measure]]
    id = "in-a-minute"
    figure = "service_level"
    threshold = 60
    target = 0.80
    [[contract.measure]]
    id = "reached"
    figure = "reachability"
    target = 0.85
    period = "daily"
    [[contract.exclusion]]
    id = "trunk"
    kind = "event"
    from = 1999-02-03T12:50:00+02:00
    until = 1999-02-03T14:00:00+02:00
    reason = "Trunk failure"
    [[contract.exclusion]]
    id = "hours"
    kind = "cause"
    causes = ["out_of_hours"]
    reason = "The night is nobody's"
[[hours]]
id = "day"
daily = "07:00-22:00"
""" + "".join(
    f'[[line]]\nid = "{line}"\nvendor = "desk"\nhours = "day"\n'
    for line in ("PS", "PE", "IN", "NE", "NW", "TT")
)
PERIOD = parse("1999-02")
NOW = instants.parse("2026-01-01T00:00:00Z")


def _of_contacts(plan: Plan, contacts: dict[str, Contact]) -> Made:
    intervals, provisional = standing(contacts.values(), plan, NOW)
    assert not provisional
    found = statement(plan, "desk", PERIOD, intervals, NOW, provisional)
    return plain.make(plan, found, intervals)


def _contacts(events: list[Event]) -> dict[str, Contact]:
    contacts: dict[str, Contact] = {}
    for event in events:
        contact = contacts.setdefault(event.call_id, Contact(event.call_id))
        contact.merge(event, instants.parse(event.at))
    return contacts


@pytest.fixture
def settings(bootstrap: str, tmp_path: Path) -> Settings:
    (tmp_path / "plan.toml").write_text(PLAN)
    return Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        plan=str(tmp_path / "plan.toml"),
        partitions=4,
        checkpoint_seconds=0.1,
        session_seconds=6.0,
    )


@pytest.mark.slow
@pytest.mark.in_turn("bootstrap")
async def test_live_raw_and_files_give_the_same_bytes_and_late_events_restate_them(
    settings: Settings, tmp_path: Path
) -> None:
    plan = Plan.load(str(settings.plan))
    events = list(real_calls())
    of_files = _of_contacts(plan, _contacts(events))
    intervals, _ = standing(_contacts(events).values(), plan, NOW)
    await fresh_topics(settings)
    async with Publisher(settings) as publisher:
        await publisher.publish(events)
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        await all_published(settings.broker, dict(intervals))
        assert (await _live(settings, plan)).json == of_files.json
        raw = await evidence.raw(settings, plan, reach(plan, PERIOD)[0], late=False)
        assert raw.late == []
        assert _of_contacts(plan, raw.contacts).json == of_files.json

        # A day later the phone system sends a call that nobody had heard of, and corrects another.
        late = _late(events)
        async with Publisher(settings) as publisher:
            await publisher.publish(late)
        until(lambda: sum(worker.metrics().get("contact_late_total", {}).values()) == 4, 30)
        assert (await _live(settings, plan)).json == of_files.json
        raw = await evidence.raw(settings, plan, reach(plan, PERIOD)[0], late=False)
        assert len(raw.late) == 4
        assert _of_contacts(plan, raw.contacts).json == of_files.json

        everything = await evidence.raw(settings, plan, reach(plan, PERIOD)[0], late=True)
        restated = _of_contacts(plan, everything.contacts)
        corrected = [event for event in events if event.event_id != late[-1].event_id]
        assert restated.json == _of_contacts(plan, _contacts([*corrected, *late])).json
        assert restated.json != of_files.json
    finally:
        worker.kill()
    before, after = of_files, restated
    first, second = (issued(made, NOW, n) for n, made in enumerate((before, after), 1))
    found = restate(first, second, 1, "late", [])
    assert len(found.quarter_hours) == 2
    assert {each.measure for each in found.results} >= {"in-time", "in-a-minute"}


async def _live(settings: Settings, plan: Plan) -> Made:
    kept = await evidence.kept(settings, *reach(plan, PERIOD))
    found = statement(plan, "desk", PERIOD, kept.intervals, kept.as_of, kept.provisional)
    return plain.make(plan, found, kept.intervals)


def _late(events: list[Event]) -> list[Event]:
    """A call of 4 February that waits for two minutes, and an answer that came later than told."""

    def at(text: str) -> str:
        return f"1999-02-04T{text}+02:00"

    told = next(
        event
        for event in events
        if type(event) is Queue and event.phase == "answered" and event.at > "1999-02-05T10"
    )
    later = instants.text(instants.parse(told.at) + DAY // 1440)
    return [
        CallStart(event_id="late-1", call_id="late", at=at("10:00:00")),
        Queue(event_id="late-2", call_id="late", at=at("10:00:10"), line="PS", phase="entered"),
        Hangup(event_id="late-3", call_id="late", at=at("10:02:10")),
        msgspec.structs.replace(told, at=later, revision=1),
    ]


async def test_without_a_worker_nothing_is_known_of_how_far_the_books_are(
    settings: Settings,
) -> None:
    await fresh_topics(settings)
    said = ""
    for _ in range(100):  # the broker tells of topics a moment after it has made them
        with pytest.raises(evidence.AuditError) as refused:
            await evidence.kept(settings, 0, DAY)
        said = str(refused.value)
        if "no such topic" not in said:
            break
        await asyncio.sleep(0.1)
    assert "run `reachline worker`" in said
