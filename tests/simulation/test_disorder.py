"""Disorder: the same contacts come of events that are shuffled, repeated and lost."""

from collections import Counter

from streams.domain import instants
from streams.domain.instants import MINUTE
from streams.simulation import Disorder, disordered
from tests.cities import city, read_by_the_domain


class TestDisorder:
    def test_shuffled_and_repeated_events_are_the_same_contacts(self) -> None:
        disorder = Disorder(horizon=10 * MINUTE, repeated=0.2)
        clean = read_by_the_domain(city().events())
        arrived = list(disordered(city().events(), 5, disorder))
        assert len(arrived) > 1.15 * sum(1 for _ in city().events())
        assert [at for at, _ in arrived] == sorted(at for at, _ in arrived)
        soiled = read_by_the_domain(arrived)
        assert {c: contact.stored() for c, contact in clean.items()} == {
            c: contact.stored() for c, contact in soiled.items()
        }

    def test_nothing_arrives_before_it_happened_or_long_after(self) -> None:
        happened = {event["event_id"]: at for at, event in city().events()}
        for at, event in disordered(city().events(), 5, Disorder(horizon=MINUTE)):
            assert 0 <= at - happened[event["event_id"]] <= MINUTE

    def test_what_is_lost_is_lost_and_clocks_go_back(self) -> None:
        clean = Counter(event["event"] for _, event in city().events())
        disorder = Disorder(repeated=0, no_start=0.1, no_hangup=0.5, clock_back=0.1)
        arrived = list(disordered(city().events(), 5, disorder))
        kinds = Counter(event["event"] for _, event in arrived)
        assert kinds["queue"] == clean["queue"]
        assert 0.85 < kinds["call-start"] / clean["call-start"] < 0.95
        assert 0.4 < kinds["hangup"] / clean["hangup"] < 0.6
        honest = {event["event_id"]: event["at"] for _, event in city().events()}
        moved = [e for _, e in arrived if e["at"] != honest[e["event_id"]]]
        assert 0.05 < len(moved) / len(arrived) < 0.15
        assert all(instants.parse(e["at"]) < instants.parse(honest[e["event_id"]]) for e in moved)
