"""What the city says of its contacts is what the domain reads in their events."""

from collections import Counter, defaultdict

import msgspec
import pytest

from streams.domain.instants import DAY
from streams.simulation import SCENARIOS, ContactTruth
from tests.cities import PLAN, TUESDAY, city, days, read_by_the_domain, totals_of, truth
from tests.stories import judged
from tests.totals import Totals


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_domain_reads_in_the_events_what_happened(name: str) -> None:
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


def test_totals_are_those_of_the_domains_visits() -> None:
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


def test_contacts_are_conserved() -> None:
    totals = totals_of(days(3))
    assert totals.contacts == sum(totals.outcomes.values()) > 1_000
    assert totals.contacts_answered < totals.outcomes["contacts_with_visit"]


def test_written_and_read_again_it_is_the_same() -> None:
    """One line for each contact, as `reachline simulate --truth` writes them."""
    for one in truth(city("night")):
        assert msgspec.json.decode(msgspec.json.encode(one), type=ContactTruth) == one
