"""What the channels of a scope have in common: order, memory, and that a replay finds the same."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.detector import Fact
from streams.domain.detector.usual import Usual
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from tests.domain.watching import (
    NINE,
    OF_CITY,
    OF_LINE,
    OF_VENDOR,
    OFFICE,
    answered,
    came,
    detector,
    fed,
    left,
    local_hours,
    refused,
    served,
    talked,
    week_of,
)
from tests.stories import at


def a_bad_day() -> list[Fact]:
    """Everything goes wrong in turn."""
    facts: list[Fact] = []
    for n in range(60):
        facts += served(at("8:00") + n * MINUTE, f"m{n}")
    facts += [refused(at("9:00") + n * MINUTE, f"r{n}") for n in range(20)]
    facts += [came(at("9:20") + n * MINUTE, f"w{n}") for n in range(60)]
    facts += [left(at("10:20") + n * SECOND, f"w{n}") for n in range(50)]
    facts += [came(at("17:00") + n * MINUTE, f"e{n}") for n in range(20)]
    facts += [left(at("18:00"), f"e{n}", "c") for n in range(20)]
    facts += [(at("9:00") + n * 20 * SECOND, f"q{n}/1", "r", "0", "") for n in range(100)]
    return sorted(facts)


def test_each_scope_has_its_own_channels() -> None:
    found = {}
    for subject in (OF_LINE, OF_VENDOR, OF_CITY):
        watch = detector(subject)
        week_of(watch)
        found[subject.scope] = {each.alert.kind for each in fed(watch, a_bad_day(), at("20:00"))}
    assert found == {
        "line:waste": {"no_entry", "no_answers", "silence", "forgotten", "closing"},
        "vendor:acme": {"no_entry", "silence", "overload"},
        "city": {"no_entry", "silence", "overload"},
    }


def test_what_is_told_again_changes_nothing_and_is_counted() -> None:
    watch, facts = detector(), a_bad_day()
    once = fed(watch, facts)
    assert once and watch.passed_over == 0
    again = [change for fact in facts for change in watch.feed(fact)]
    assert again == []
    assert watch.passed_over == len(facts)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 170), st.sampled_from([OF_LINE, OF_VENDOR, OF_CITY]))
def test_it_goes_on_from_what_it_remembers(cut: int, subject: object) -> None:
    """As JSON has it, at any fact, with open alerts or without."""
    facts = a_bad_day()
    whole = detector(subject)
    first = detector(subject)
    week_of(whole)
    week_of(first)
    expected = fed(whole, facts, at("20:00"))
    before = fed(first, facts[:cut])
    usual = Usual(local_hours(), lambda at: 60.0 if OFFICE.is_open(at) else 0.0)
    second = detector(subject, usual=usual)
    remembered = json.loads(json.dumps([first.usual.state(), first.state()]))
    usual.restore(remembered[0])
    second.restore(remembered[1])
    assert before + fed(second, facts[cut:], at("20:00")) == expected
    assert second.state() == whole.state()


def test_how_often_the_clock_is_told_makes_no_difference() -> None:
    facts = a_bad_day()
    found = []
    for step in (SECOND * 30, 7 * MINUTE, 3 * HOUR):
        watch = detector()
        week_of(watch)
        changes, coming = [], list(facts)
        for now in range(at("8:00") - 1, at("21:00"), step):
            while coming and coming[0][0] <= now:
                changes += watch.feed(coming.pop(0))
            changes += watch.tick(now)
        found.append(sorted((e.at, e.change, e.alert.id, e.alert.severity, e.alert.people)
                            for e in changes if e.change != "updated"))  # fmt: skip
    assert found[0] == found[1] == found[2]


def test_weeks_in_which_nobody_called_are_passed_over_and_the_next_day_is_the_same() -> None:
    """A worker that is begun on calls of long ago comes from their last one to now at once."""
    later = 63 * DAY
    found = []
    for step in (12 * HOUR, later):
        watch = detector()
        week_of(watch)
        changes = fed(watch, served(at("9:00"), "one"), at("20:00"))
        for passed in range(step, later, step):
            changes += watch.tick(at("20:00") + passed)
        for n in range(30):
            changes += watch.feed(came(at("9:20", "2026-11-19") + later + n * MINUTE, f"w{n}"))
        changes += watch.tick(at("10:30", "2026-11-19") + later)
        found.append(
            [(e.at, e.alert.kind, e.change) for e in changes if e.at > at("20:00") + later]
        )
    assert found[0] == found[1]
    assert {kind for _, kind, _ in found[0]} >= {"no_answers"}


def test_no_day_of_decades_is_looked_at() -> None:
    watch, asked = detector(), 0
    week_of(watch)
    turns = watch._hours.turns

    def counted(at: int) -> int | None:
        nonlocal asked
        asked += 1
        return turns(at)

    watch._hours = watch._hours._replace(turns=counted)
    fed(watch, served(at("9:00"), "one"), at("20:00"))
    watch.tick(at("20:00") + 27 * 365 * DAY)
    assert 10 < asked < 200


def test_a_day_with_a_page_is_not_learnt_and_one_without_is() -> None:
    for facts, learnt in ((a_bad_day(), 8), (served(at("9:00"), "one"), 9)):
        watch = detector()
        week_of(watch)
        fed(watch, facts)
        watch.feed(came(at("9:00", "2026-11-19"), "next"))
        assert watch.usual.days == learnt


def test_random_facts_never_break_it() -> None:
    """Whatever order of things a broken source tells."""
    rng = random.Random(7)
    make = (came, answered, talked, left, refused)
    for subject in (OF_LINE, OF_VENDOR, OF_CITY):
        watch = detector(subject)
        facts = {
            rng.choice(make)(NINE + rng.randrange(3 * HOUR), f"c{rng.randrange(40)}")
            for _ in range(3_000)
        }
        fed(watch, facts, at("20:00"))
        assert json.loads(json.dumps(watch.state()))
