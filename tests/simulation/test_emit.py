"""Events as a phone system writes them: accepted by the reader, and silent where telemetry is."""

import json

import pytest

from streams.domain import instants
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.simulation import SCENARIOS
from streams.simulation.emit import Emitter
from streams.simulation.queueing import Caller, Line
from tests.cities import PLAN, TUESDAY, city, truth

NOON = TUESDAY + 12 * HOUR


def line(id_: str) -> Line:
    terms = PLAN.terms(id_, NOON)
    assert terms is not None
    return Line(terms, 180.0, 1)


def test_a_call_in_the_fields_of_its_topics() -> None:
    waste, desk = line("waste"), line("desk")
    caller = Caller("1-7", "ann", waste, NOON)
    emit = Emitter(PLAN.zone)
    emit.start(NOON, caller, "main", "nl")
    caller.arrive(NOON + SECOND, waste)
    emit.choice(NOON + SECOND, caller, waste)
    emit.entered(NOON + 1_500_000, caller)
    caller.agent = 3
    emit.answered(NOON + MINUTE, caller)
    emit.left(NOON + 2 * MINUTE, caller, "transfer", desk)
    emit.hangup(NOON + 3 * MINUTE, caller, "normal", "agent")
    of_waste = {"call_id": "1-7", "line": "waste"}
    assert [event for _, event in emit.emitted] == [
        {"event": "call-start", "event_id": "1-7-1", "call_id": "1-7",
         "at": "2026-03-03T12:00:00.000+01:00", "caller": "ann", "entry": "main", "language": "nl"},
        {"event": "menu-choice", "event_id": "1-7-2", "at": "2026-03-03T12:00:01.000+01:00",
         "option": "1", **of_waste},
        {"event": "queue", "event_id": "1-7-3", "at": "2026-03-03T12:00:01.500+01:00",
         "visit": 1, "phase": "entered", **of_waste},
        {"event": "queue", "event_id": "1-7-4", "at": "2026-03-03T12:01:00.000+01:00",
         "visit": 1, "phase": "answered", "agent": "waste-3", **of_waste},
        {"event": "queue", "event_id": "1-7-5", "at": "2026-03-03T12:02:00.000+01:00",
         "visit": 1, "phase": "left", "reason": "transfer", "to_line": "desk", **of_waste},
        {"event": "hangup", "event_id": "1-7-6", "call_id": "1-7",
         "at": "2026-03-03T12:03:00.000+01:00", "reason": "normal", "by": "agent"},
    ]  # fmt: skip


def test_a_caller_who_withholds_the_number_has_no_pseudonym() -> None:
    emit = Emitter(PLAN.zone)
    emit.start(NOON, Caller("1-8", None, line("waste"), NOON), "main", None)
    ((_, event),) = emit.emitted
    assert not {"caller", "language"} & event.keys()


def test_of_a_silent_line_nothing_is_emitted_and_its_caller_is_known_for_it() -> None:
    """The numbers of the events that were not emitted are missing, as from a real telephone."""
    waste = line("waste")
    waste.silent = True
    caller = Caller("1-9", "ann", waste, NOON)
    emit = Emitter(PLAN.zone)
    emit.start(NOON, caller, "main", None)
    assert not caller.silent
    emit.choice(NOON, caller, waste)
    emit.entered(NOON, caller)
    emit.hangup(NOON, caller, "normal", "caller")
    assert caller.silent
    assert [event["event_id"] for _, event in emit.emitted] == ["1-9-1", "1-9-4"]


def test_the_offset_changes_in_the_night_in_which_clocks_do() -> None:
    emit = Emitter(PLAN.zone)
    caller = Caller("1-1", None, line("waste"), NOON)
    for at in ("2026-10-25T02:59:59.999+02:00", "2026-10-25T02:00:00+01:00"):
        emit.hangup(instants.parse(at), caller, "normal", "caller")
    assert [event["at"] for _, event in emit.emitted] == [
        "2026-10-25T02:59:59.999+02:00",
        "2026-10-25T02:00:00.000+01:00",
    ]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_event_is_accepted_at_its_instant_and_in_order(name: str) -> None:
    reader = Reader(PLAN.knows, skew=0)
    before = 0
    ids = set()
    for at, event in city(name).events():
        accepted = reader.read(json.dumps(event).encode(), at)
        assert not isinstance(accepted, Refusal), accepted
        _, instant = accepted
        assert before <= at == instant
        before = at
        ids.add(event["event_id"])
    assert len(ids) == sum(1 for _ in city(name).events())


def test_a_silent_trunk_tells_nothing_of_its_line_while_its_calls_go_on() -> None:
    begins = SCENARIOS["trunk"].span(PLAN, TUESDAY)[0] + 2 * HOUR
    of_line = [at for at, event in city("trunk").events() if event.get("line") == "waste"]
    assert not any(begins <= at < begins + HOUR for at in of_line)
    assert any(at < begins for at in of_line) and any(at > begins + HOUR for at in of_line)
    silent = [one for one in truth(city("trunk")) if one.silent]
    assert len(silent) > 30 and any(visit.answered for one in silent for visit in one.visits)
