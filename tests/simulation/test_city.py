"""A city phones: the same each time, in order, plausible, and with a truth that its events tell."""

import json
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from streams.domain import instants
from streams.domain.call_events import Contact
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.plan import Plan
from streams.simulation import (
    SCENARIOS,
    Behaviour,
    City,
    ContactTruth,
    Scenario,
)
from streams.simulation.emit import Emitted
from tests.stories import judged
from tests.totals import Totals

PLAN_TEXT = """
    [city]
    name = "Testville"
    time_zone = "Europe/Brussels"
    languages = ["nl", "fr"]

    [[contract]]
    id = "strict"
    threshold = 30
    boundary = "<"
    clock = "choice"
    short_abandons = "excluded"

    [[hours]]
    id = "day"
    mon-fri = "08:00-18:00"

    [[line]]
    id = "waste"
    option = "1"
    hours = "day"
    expected_per_hour = 50
    [[line]]
    id = "desk"
    option = "2"
    hours = "day"
    expected_per_hour = 40
    contract = "strict"
    [[line]]
    id = "migration"
    option = "3"
    hours = "day"
    [[line]]
    id = "second"
    tier = 2
    hours = "day"
"""
PLAN = Plan.read(PLAN_TEXT)
TUESDAY = instants.parse("2026-03-03T00:00:00+01:00")


def city(name: str = "normal", seed: int = 1, **how: Any) -> City:
    scenario = SCENARIOS[name]
    start, until = scenario.span(PLAN, TUESDAY)
    return City(PLAN, seed, scenario, start=start, until=until, **how)


def days(count: int, scenario: Scenario = SCENARIOS["normal"], seed: int = 1) -> City:
    return City(PLAN, seed, scenario, start=TUESDAY, until=TUESDAY + count * DAY)


def read_by_the_domain(events: Iterable[Emitted]) -> dict[str, Contact]:
    reader = Reader(PLAN.knows)
    contacts: dict[str, Contact] = {}
    for at, event in events:
        accepted = reader.read(json.dumps(event).encode(), at)
        assert not isinstance(accepted, Refusal), accepted
        read, instant = accepted
        contacts.setdefault(read.call_id, Contact(read.call_id)).merge(read, instant)
    return contacts


def truth(made: City) -> Iterator[ContactTruth]:
    """What happens to each contact, in the order in which they end."""
    over: list[ContactTruth] = []
    for _ in made.events(over.append):
        yield from over
        over.clear()
    yield from over


def totals_of(made: City) -> Totals:
    return Totals.of(truth(made), PLAN)


def on(scenario: Scenario, *lines: str) -> Scenario:
    """The scenario with its effects on these lines."""
    effects = tuple(replace(effect, lines=lines) for effect in scenario.effects)
    return replace(scenario, effects=effects)


class TestEvents:
    def test_the_same_seed_is_the_same_day_and_another_is_not(self) -> None:
        once, again = (list(city().events()) for _ in range(2))
        assert len(once) > 5_000
        assert json.dumps(once) == json.dumps(again)
        assert json.dumps(once) != json.dumps(list(city(seed=2).events()))

    @pytest.mark.parametrize("name", SCENARIOS)
    def test_every_event_is_accepted_at_its_instant_and_in_order(self, name: str) -> None:
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

    def test_every_contact_that_starts_hangs_up(self) -> None:
        kinds: dict[str, list[str]] = defaultdict(list)
        for _, event in city("storm").events():
            kinds[event["call_id"]].append(event["event"])
        for story in kinds.values():
            assert story[0] == "call-start" and story[-1] == "hangup"
            assert story.count("call-start") == story.count("hangup") == 1

    def test_everything_that_can_happen_does(self) -> None:
        behaviour = Behaviour(longest_queue=6, error=0.02)
        storm = SCENARIOS["storm"]
        start, until = storm.span(PLAN, TUESDAY)
        busy = City(PLAN, 1, storm, start=start, until=until + 2 * HOUR, behaviour=behaviour)
        seen = {
            event.get("reason", event.get("phase", event["event"])) for _, event in busy.events()
        }
        assert seen == {
            *("call-start", "menu-choice", "entered", "answered"),
            *("transfer", "overflow", "voicemail", "callback", "full"),
            *("normal", "busy", "closed", "error"),
        }

    def test_agents_answer_one_call_at_a_time(self) -> None:
        busy: dict[str, str] = {}
        for _, event in city("breach").events():
            agent = event.get("agent")
            if agent is not None:
                assert agent not in busy.values()
                busy[event["call_id"]] = agent
            elif event["event"] == "hangup" or event.get("reason") == "transfer":
                busy.pop(event["call_id"], None)

    def test_first_come_first_served(self) -> None:
        queues: dict[str, list[str]] = defaultdict(list)
        order: dict[str, list[str]] = defaultdict(list)
        for _, event in city("breach").events():
            if event.get("phase") == "entered" and event["call_id"] not in queues[event["line"]]:
                queues[event["line"]].append(event["call_id"])
            if event.get("phase") == "answered":
                order[event["line"]].append(event["call_id"])
        for line, answered in order.items():
            positions = {call: position for position, call in enumerate(queues[line])}
            # An agent's phone rings some seconds: neighbours may pick up the other way round.
            overtaken = [
                earlier - later
                for earlier, later in zip(
                    [positions[c] for c in answered],
                    [positions[c] for c in answered[1:]],
                    strict=False,
                )
                if later < earlier
            ]
            assert max(overtaken, default=0) < 20, line

    def test_memory_holds_only_the_calls_that_go_on(self) -> None:
        events = days(400).events()
        for _ in islice(events, 20_000):
            pass
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in islice(events, 20_000):
            pass
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        assert grown < 500_000

    def test_a_start_at_any_moment_has_events_of_full_milliseconds(self) -> None:
        start = TUESDAY + 10 * HOUR + 123_456
        for at, event in City(PLAN, 1, start=start, until=start + HOUR).events():
            assert at == instants.parse(event["at"])

    def test_a_plan_without_a_menu_is_refused(self) -> None:
        with pytest.raises(ValueError, match="nobody could call"):
            City(Plan.default(), 1, start=0, until=DAY)


class TestTruth:
    @pytest.mark.parametrize("name", SCENARIOS)
    def test_the_domain_reads_in_the_events_what_happened(self, name: str) -> None:
        known: list[ContactTruth] = []
        contacts = read_by_the_domain(city(name).events(known.append))
        assert len(known) == len(contacts)
        for one in known:
            if one.silent:
                continue
            reading = judged(contacts[one.call_id], PLAN, one.ended)
            assert reading is not None and reading.outcome == one.outcome
            assert [
                (v.line, v.begun, v.entered, v.answered, v.disposition)
                for v in sorted(reading.visits, key=lambda visit: visit.begun)
            ] == [(v.line, v.begun, v.entered, v.answered, v.disposition) for v in one.visits]

    def test_totals_are_those_of_the_domains_visits(self) -> None:
        known: list[ContactTruth] = []
        contacts = read_by_the_domain(city("storm").events(known.append))
        totals = Totals.of(known, PLAN)
        lines: dict[str, Counter[str]] = defaultdict(Counter)
        for contact in contacts.values():
            reading = judged(contact, PLAN, TUESDAY + 2 * DAY)
            assert reading is not None
            for visit in reading.visits:
                line = lines[visit.line]
                line[visit.disposition] += 1
                line["queued"] += visit.entered is not None
                line["out"] += not visit.terms.open
                in_time = visit.within is True
                line["answered_within"] += in_time and visit.disposition == "answered"
        assert set(totals.lines) == {"waste", "desk", "migration", "second"}
        for name, line in totals.lines.items():
            assert lines[name]["queued"] == line.queue_offered
            assert lines[name]["out"] == line.out_of_hours
            assert lines[name]["answered_within"] == line.answered_within
            for disposition, count in line.dispositions.items():
                assert lines[name][disposition] == count
            assert sum(line.dispositions.values()) == line.line_offered

    def test_where_a_desk_takes_no_transfers_the_first_line_sends_forms(self) -> None:
        """From Wednesday on; until then callers are put through to it."""
        wednesday = "2026-03-04T00:00:00+01:00"
        text = PLAN_TEXT.replace('id = "second"', f'id = "second"\nvalid_until = {wednesday}')
        text += f"""
            [[line]]
            id = "second"
            tier = 2
            hours = "day"
            permanence = "none"
            valid_from = {wednesday}
        """
        plan = Plan.read(text)
        made = City(plan, 1, SCENARIOS["normal"], start=TUESDAY, until=TUESDAY + 2 * DAY)
        known: list[ContactTruth] = []
        contacts = read_by_the_domain(made.events(known.append))
        found = {
            (contact.call_id, visit.begun): visit.disposition
            for contact in contacts.values()
            if (reading := judged(contact, plan, TUESDAY + 3 * DAY)) is not None
            for visit in reading.visits
            if visit.line == "second"
        }
        expected = {
            (one.call_id, visit.begun): visit.disposition
            for one in known
            for visit in one.visits
            if visit.line == "second"
        }
        assert found == expected
        days = {(begun >= TUESDAY + DAY, how == "form") for (_, begun), how in expected.items()}
        assert days == {(False, False), (True, True)}
        assert sum(how == "form" for how in expected.values()) > 30

    def test_contacts_are_conserved(self) -> None:
        totals = totals_of(days(3))
        assert totals.contacts == sum(totals.outcomes.values()) > 1_000
        assert totals.contacts_answered < totals.outcomes["contacts_with_visit"]


def service_level(totals: Totals, line: str) -> float:
    of = totals.lines[line]
    return of.answered_within / (of.queue_offered - of.dispositions["callback"])


class TestScenarios:
    def test_on_a_normal_day_four_of_five_are_answered_in_time(self) -> None:
        totals = totals_of(days(30))
        for line in ("waste", "migration"):
            assert 0.74 < service_level(totals, line) < 0.86

    def test_an_outage_answers_nobody(self) -> None:
        begins = SCENARIOS["outage"].span(PLAN, TUESDAY)[0] + 2 * HOUR
        visits = [visit for one in truth(city("outage")) for visit in one.visits]
        during = [
            visit
            for visit in visits
            if visit.line == "waste" and begins + MINUTE < visit.begun < begins + 45 * MINUTE
        ]
        assert len(during) > 30
        assert not any(
            visit.answered and begins + MINUTE < visit.answered < begins + HOUR for visit in during
        )
        assert any(v.answered for v in visits if v.line == "desk" and v.begun > begins)

    def test_a_silent_trunk_tells_nothing_of_its_line_while_its_calls_go_on(self) -> None:
        begins = SCENARIOS["trunk"].span(PLAN, TUESDAY)[0] + 2 * HOUR
        of_line = [at for at, event in city("trunk").events() if event.get("line") == "waste"]
        assert not any(begins <= at < begins + HOUR for at in of_line)
        assert any(at < begins for at in of_line) and any(at > begins + HOUR for at in of_line)
        silent = [one for one in truth(city("trunk")) if one.silent]
        assert len(silent) > 30 and any(visit.answered for one in silent for visit in one.visits)

    def test_a_storm_is_five_times_the_callers_and_fills_the_trunks(self) -> None:
        begins = SCENARIOS["storm"].span(PLAN, TUESDAY)[0] + 2 * HOUR

        def starts(name: str) -> int:
            return sum(begins <= one.begun < begins + HOUR for one in truth(city(name)))

        assert starts("storm") > 4 * starts("normal")
        assert totals_of(city("storm")).outcomes["entrance_blocked"] > 50

    def test_at_night_nobody_is_there(self) -> None:
        totals = totals_of(city("night"))
        assert totals.contacts > 5 and totals.contacts_answered == 0
        assert totals.outcomes["entrance_closed"] > 0

    def test_lines_close_with_people_waiting(self) -> None:
        closes = instants.parse("2026-03-03T18:00:00+01:00")
        waited = [
            visit
            for one in truth(city("closing"))
            for visit in one.visits
            if visit.disposition == "closed" and visit.entered is not None
        ]
        assert len(waited) >= 5
        assert {visit.ended for visit in waited} == {closes}
        assert all(visit.begun < closes for visit in waited)

    def test_a_breach_is_on_three_lines(self) -> None:
        plan_of_four = days(20, on(SCENARIOS["breach"], "waste", "desk"))
        totals = totals_of(plan_of_four)
        assert service_level(totals, "waste") < 0.6
        assert service_level(totals, "migration") > 0.74

    def test_who_gave_up_calls_again_under_the_same_pseudonym(self) -> None:
        known = [one for one in truth(city("breach")) if one.caller is not None]
        gave_up = {
            one.caller for one in known if one.visits and one.visits[-1].disposition == "abandoned"
        }
        calls = Counter(one.caller for one in known)
        again = sum(calls[caller] > 1 for caller in gave_up)
        assert 0.3 < again / len(gave_up) < 0.8

    def test_callbacks_are_calls_of_the_same_caller(self) -> None:
        events = list(days(10, SCENARIOS["breach"]).events())
        promised = {e["call_id"] for _, e in events if e.get("reason") == "callback"}
        callers = {e["call_id"]: e.get("caller") for _, e in events if e["event"] == "call-start"}
        kept = [e["caller"] for _, e in events if e.get("entry") == "callback"]
        assert len(kept) > 5
        assert set(kept) <= {callers[call] for call in promised}

    def test_scale_is_more_callers_with_the_agents_for_them(self) -> None:
        once, ten = totals_of(city()), totals_of(city(scale=10))
        assert 8 < ten.contacts / once.contacts < 12
        assert service_level(ten, "waste") > 0.7

    def test_a_long_menu_loses_more_callers_if_people_are_so(self) -> None:
        patient, not_ = (
            totals_of(city(behaviour=Behaviour(menu_hangup=share))) for share in (0.0, 0.3)
        )
        assert patient.outcomes["abandoned_in_menu"] == 0
        assert not_.outcomes["abandoned_in_menu"] / not_.contacts > 0.25
