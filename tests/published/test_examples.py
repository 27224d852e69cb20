"""The examples of the contract are one call, and what the domain makes of it."""

import json
from typing import Any

import pytest

from streams.domain.event_reader import Reader, Refusal
from streams.domain.events import KINDS, Kind
from streams.domain.instants import parse
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.published import examples

LONG_AFTER = 2**52
OUTPUTS = examples.outputs()


def read(value: Any, kind: Kind | None = None) -> Any:
    """Reads as a city without a plan would, long after it happened."""
    return Reader(Plan.default().knows).read(json.dumps(value).encode(), LONG_AFTER, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_inputs_are_read(kind: Kind) -> None:
    for example in examples.OF_EVENTS[kind]:
        assert type(read(example, kind)) is not Refusal


def test_the_events_are_of_one_call_in_its_order() -> None:
    told = examples.lines()
    assert {each["call_id"] for each in told} == {"pbx1-17"}
    assert {each["event"] for each in told} == set(KINDS)
    instants = [parse(each["at"]) for each in told]
    assert instants == sorted(instants)


def test_the_outputs_are_of_the_inputs() -> None:
    """Offered at nine o'clock, answered after 17.5 s, passed on after 95 s."""
    (journey,) = OUTPUTS[topics.JOURNEYS]
    assert (journey["call_id"], journey["caller"], journey["outcome"]) == (
        *("pbx1-17", "9f2d3f5c0a1b47e8"),
        "contacts_with_visit",
    )
    waste, desk = journey["visits"]
    assert (waste["line"], waste["disposition"], waste["within"]) == ("waste", "answered", True)
    assert waste["wait"] == 17_500_000
    assert desk["line"] == "desk"
    assert journey["hungup"] == parse("2026-11-21T09:04:41+01:00")
    interval, of_callers = OUTPUTS[topics.INTERVALS]
    assert (interval["callers"], of_callers["callers"]) == (None, 2)
    assert (interval["scope"], interval["start"]) == ("line:waste", parse("2026-11-21T07:45:00Z"))
    assert interval["counts"]["answered"] == interval["counts"]["contacts"] == 1


def test_each_kind_of_a_partial_is_shown() -> None:
    told = OUTPUTS[topics.PARTIALS]
    figures, slot, for_good, waits, nobody, watermark, restart, judged, published = told
    assert [type(each) for each in figures] == [int, bool, list]
    visits = {line: (what, visit) for line, _, what, visit, *_ in for_good[1]}
    assert visits["waste"] == ("E+r1s+t", "pbx1-17/1")
    assert slot == [7, for_good[1][:1]]
    assert (waits[1], nobody[1:]) == (1, [0, None])
    assert watermark[1] == watermark[3] == published[1] > parse("2026-11-21T08:00:00Z")
    assert restart == [figures[0]]
    assert [type(each) for each in judged] == [str]
