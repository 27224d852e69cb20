"""The verifier is held to the generator's own answers before anything is held to the verifier."""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations

import orjson

from streams.domain.event_reader import Reader
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from tests.faults.numbered_calls import KINDS, LOST_AFTER, PLAN, Call
from tests.faults.recount import QUARTER, recount
from tests.faults.verifier import Raw, recounted, wanted_intervals

BEGUN = 1_790_000_000 * SECOND


def test_every_call_is_counted_as_it_was_made() -> None:
    wanted: dict[tuple[str, int], Counter[str]] = {}
    values = []
    for number in range(2_000):
        call = Call.of(7, number, BEGUN + number * 3 * SECOND)
        values += [orjson.dumps(event) for _, event in call.events()]
        for (line, at), counts in call.answer().items():
            known = wanted.setdefault((line, at - at % QUARTER), Counter())
            known.update({name: n for name, n in counts.items() if name != "ended_unanswered"})
    found = recount(values, LOST_AFTER * SECOND)
    assert {key: count for key, count in found.items() if key[0] != "city"} == wanted
    assert sum(count["contacts"] for (line, _), count in found.items() if line == "city") == 2_000


def test_what_is_said_twice_counts_once() -> None:
    values = [orjson.dumps(event) for n in range(50) for _, event in Call.of(7, n, BEGUN).events()]
    assert recount(values + values[::-1], LOST_AFTER * SECOND) == recount(
        values, LOST_AFTER * SECOND
    )


def test_a_missing_call_is_seen_and_an_unanswered_one() -> None:
    calls = [Call.of(7, n, BEGUN) for n in range(50)]
    values = [[orjson.dumps(event) for _, event in call.events()] for call in calls]
    whole = recount(chain(*values), LOST_AFTER * SECOND)
    for number, call in enumerate(calls):
        others = list(chain(*values[:number], *values[number + 1 :]))
        assert recount(others, LOST_AFTER * SECOND) != whole
        unanswered = [each for each in values[number] if b'"answered"' not in each]
        if call.kind in ("answered", "transferred"):
            assert recount(others + unanswered, LOST_AFTER * SECOND) != whole


def test_it_agrees_with_the_books_whichever_events_of_a_call_are_missing() -> None:
    """Late ones are left out of both, and any may be late: all subsets are tried."""
    plan = Plan.read(PLAN, "plan.toml")
    read = Reader(plan.knows).read
    calls = {call.kind: call for call in (Call.of(7, n, BEGUN) for n in range(200))}
    assert calls.keys() == set(KINDS)
    for call in calls.values():
        told = call.events()
        for size in range(1, len(told) + 1):
            for some in combinations(told, size):
                raw = Raw()
                for at, event in some:
                    value = orjson.dumps(event)
                    raw.take(value, *read(value, at))
                wrong = recounted(wanted_intervals(raw, plan), raw)
                assert not wrong, (some, wrong)
