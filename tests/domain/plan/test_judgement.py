"""What a plan judges by, as a small value: what is in it, and what is not."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from streams.domain.instants import DAY, parse
from streams.domain.plan import Plan
from streams.domain.plan import judgement as module
from streams.domain.plan.judgement import around, from_stored, judgement
from streams.domain.plan.model import Maintenance, Measure
from tests.calls import BEGIN
from tests.plans_that_differ import corrected
from tests.stories import PLAN, at

W = at("10:00")

BELGIAN = """
[city]
time_zone = "Europe/Brussels"
country = "BE"
languages = ["nl", "en"]
[[contract]]
id = "paid"
threshold = 30
[[hours]]
id = "office"
mon-fri = "08:00-18:00"
exceptions = [{ date = 2026-12-24, open = "08:00-12:00", reason = "Christmas Eve" }]
[[line]]
id = "waste"
hours = "office"
contract = "paid"
"""


@settings(max_examples=10)
@given(corrected(BEGIN - DAY, BEGIN + DAY))
def test_it_is_stored_and_read_again(plan: Plan) -> None:
    judged = around(plan, W)
    assert from_stored(judged.stored()) == judged
    assert from_stored(judged.stored()).digest() == judged.digest()


def test_what_judges_nothing_may_change() -> None:
    plan = Plan.read(BELGIAN)
    others = [
        BELGIAN.replace('id = "waste"', 'id = "waste"\nnames = { nl = "Afval" }\noption = "3"'),
        BELGIAN.replace("threshold = 30", "threshold = 30\nservice_level_target = 0.9"),
        BELGIAN.replace("threshold = 30", 'threshold = 30\nformula = "answered_only"'),
        BELGIAN.replace('["nl", "en"]', '["en", "nl"]'),
        BELGIAN.replace("Christmas Eve", "December 24"),
        BELGIAN + '[line.expected_per_hour]\nmon-fri = { "09-12" = 4 }',
        BELGIAN + '[[hours]]\nid = "unused"\nsat = "10:00-12:00"',
        BELGIAN + '[[vendor]]\nid = "acme"',
    ]
    for text in others:
        assert around(Plan.read(text), W).digest() == around(plan, W).digest(), text
    window = Maintenance(W, W + DAY)
    assert around(Plan(replace(plan.entries, maintenance=(window,))), W) == around(plan, W)


def test_a_measure_judges_by_its_threshold_alone() -> None:
    plan = Plan.read(BELGIAN)
    (version,) = plan.entries.contracts
    measure = Measure("m", "service_level", 0, "abandons_negative", 60 * 10**6, "monthly")  # type: ignore[arg-type]

    def judged(*measures: Measure) -> tuple[int, ...]:
        entry = replace(version.entry, measures=measures)
        entries = replace(plan.entries, contracts=(replace(version, entry=entry),))
        return around(Plan(entries), W).contracts[-1].further

    assert judged() == ()
    assert judged(measure) == judged(replace(measure, id="n")) == (60 * 10**6,)


def test_holidays_and_exceptions_are_days() -> None:
    (hours,) = around(Plan.read(BELGIAN), W).hours
    days = {date.fromordinal(day): intervals for day, intervals in hours.days}
    assert days[date(2026, 12, 25)] == ()
    assert days[date(2026, 12, 24)] == ((480, 720),)
    assert date(2026, 12, 23) not in days
    assert date(2026, 12, 26) not in days, "it is a Saturday, and closed as any other"
    first, *_, last = days
    assert first > date(2025, 10, 1)
    assert last < date(2029, 2, 1)


def test_another_edition_of_the_holidays_is_another_judgement() -> None:
    before = around(Plan.read(BELGIAN), W)
    with patch.object(
        module.Calendar, "is_holiday", lambda self, day: (day.month, day.day) == (11, 17)
    ):
        judgement.cache_clear()
        after = around(Plan.read(BELGIAN), W)
    judgement.cache_clear()
    assert before.digest() != after.digest()
    assert replace_hours(before) == replace_hours(after)


def replace_hours(judged: module.Judgement) -> module.Judgement:
    return module.msgspec.structs.replace(judged, hours=())


def test_the_clock_changes_at_instants() -> None:
    judged = around(Plan.read(BELGIAN), W)
    assert (parse("2026-03-29T01:00:00Z"), 7200) in judged.offsets
    assert (parse("2026-10-25T01:00:00Z"), 3600) in judged.offsets
    assert len(judged.offsets) == 1 + 7


def test_what_ended_before_it_is_known_is_left_out() -> None:
    ended = BELGIAN + '[[line]]\nid = "archive"\nvalid_until = 2020-01-01\n'
    assert around(Plan.read(ended), W) == around(Plan.read(BELGIAN), W)


@pytest.mark.parametrize(
    "value",
    [b"", b"nothing", zlib.compress(b"nothing"), zlib.compress(b"[]"), zlib.compress(b"[1]")[:-4]],
)
def test_what_is_damaged_is_refused(value: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_stored(value)


def test_what_unpacks_to_more_than_it_can_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_UNPACKED", 100)
    with pytest.raises(ValueError, match="more than it can be"):
        from_stored(around(PLAN, W).stored())


def test_a_thousand_lines_fit_a_record() -> None:
    text = BELGIAN + "".join(f'[[line]]\nid = "line {n}"\nhours = "office"\n' for n in range(1000))
    assert len(around(Plan.read(text), W).stored()) < 20_000


def test_partitions_within_days_share_what_is_made_of_their_plan() -> None:
    assert around(PLAN, W) is around(PLAN, W + 1)
