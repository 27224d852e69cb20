"""The running periods: from when on quarter-hours are read for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from streams.domain.instants import MINUTE
from streams.domain.plan import Plan
from streams.domain.plan.composed import composed
from streams.domain.plan.judgement import Judgement, around
from streams.domain.statement.running import since
from streams.domain.tally import LINE, VENDOR, Tally
from streams.engine.audit import Kept
from streams.engine.roles import periods
from streams.engine.roles.periods import Periods
from streams.engine.state.provisional import Partials
from streams.settings import Settings
from tests.stories import at


async def test_the_month_before_is_read_until_the_books_have_left_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At a month's end, and while catching up; and what was let go of is read anew, not missed."""
    midnight = at("00:00", "2026-11-01")
    plan = Plan.default()
    begins: list[tuple[int, Partials]] = []

    async def kept(_: Settings, begin: int, until: int, partials: Partials) -> Kept:
        begins.append((begin, partials))
        return Kept({}, set(), until)

    clock: Any = SimpleNamespace(now=lambda: midnight + 20 * MINUTE)
    board: Any = SimpleNamespace(scopes={VENDOR + "nobody": None}, as_of=midnight - MINUTE)
    monkeypatch.setattr(periods, "kept", kept)
    judging = Periods(Settings(), plan, clock, lambda: [board])
    for as_of in (midnight - MINUTE, midnight + MINUTE, midnight + 2 * MINUTE, midnight - MINUTE):
        board.as_of = as_of
        await judging.judge()
    of_october, of_november = since(plan, midnight - MINUTE), since(plan, midnight)
    assert of_october < of_november
    assert [begin for begin, _ in begins] == [of_october, of_november, of_november, of_october]
    first, second, third, last = (partials for _, partials in begins)
    assert first is second is third  # what was read is not read again
    assert last is not first  # but what was forgotten is


async def test_the_past_of_a_period_is_of_who_answered_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who answers from ten o'clock on, by a plan without a date, is judged from then on."""
    now, corrected_at = at("12:00"), at("10:00")
    text = '[[contract]]\nid = "default"\n[[line]]\nid = "waste"\n'
    before = Plan.read(text + 'vendor = "acme"\n[[vendor]]\nid = "acme"\n')
    plan = Plan.read(text)
    judged = around(composed(plan, around(before, corrected_at), corrected_at), now)
    offered = Tally.of(line_offered=9, queue_offered=9, abandoned=9, service_offered=9)
    intervals = {(LINE + "waste", at(when)): offered for when in ("9:00", "11:00")}
    known: list[Judgement | None] = [None, judged]

    async def kept(*_: object) -> Kept:
        return Kept(intervals, set(), now, known.pop())

    clock: Any = SimpleNamespace(now=lambda: now)
    board: Any = SimpleNamespace(scopes={VENDOR + "city": None}, as_of=now)
    monkeypatch.setattr(periods, "kept", kept)
    judging = Periods(Settings(), plan, clock, lambda: [board])
    wholes = []
    for _ in range(2):
        await judging.judge()
        of_city = judging._judged["city"]
        wholes += [r.result.count.whole for r in of_city if "service" in r.result.measure.figure]
    assert wholes == [9, 18]
