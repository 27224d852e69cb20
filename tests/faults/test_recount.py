"""The verifier is held to the generator's own answers before anything is held to the verifier."""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations

import orjson

from streams.domain.event_reader import Reader
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from tests.faults.numbered_calls import KINDS, LOST_AFTER, PLAN, Call
from tests.faults.recount import QUARTER, Count, recount, vendors_recounted
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


def test_a_visit_that_no_vendor_has_is_seen_and_one_that_another_has() -> None:
    """One line is handed over, one is answered by either of two vendors, one by the city."""
    begun = BEGUN - BEGUN % QUARTER
    values = [
        orjson.dumps(event)
        for number in range(600)
        for _, event in Call.of(7, number, begun + number * 6 * SECOND).events()
    ]
    lines = recount(values, LOST_AFTER * SECOND)
    moved = begun + 2 * QUARTER
    answers = {
        "waste": [(0, frozenset({"acme", "nova"}))],
        "migration": [(0, frozenset({"acme"})), (moved, frozenset({"heir"}))],
        "other": [(0, frozenset({"city"}))],
        "desk": [(0, frozenset({"city"}))],
    }
    found: Count = {}
    for (line, start), count in lines.items():
        if line == "city":
            continue
        vendor = {"waste": "nova", "migration": "acme" if start < moved else "heir"}
        key = vendor.get(line, "city"), start
        found.setdefault(key, Counter()).update(count)
    assert vendors_recounted(lines, found, answers) == []
    for vendor, start in found:
        for other in ("nova", "acme", "city", "heir"):
            moved_one = {key: Counter(each) for key, each in found.items()}
            moved_one[vendor, start]["line_offered"] -= 1
            lost = vendors_recounted(lines, moved_one, answers)
            assert lost, "one that nobody has"
            moved_one.setdefault((other, start), Counter())["line_offered"] += 1
            if other not in (vendor, "acme") or vendor != "nova":
                assert bool(vendors_recounted(lines, moved_one, answers)) == (other != vendor)
