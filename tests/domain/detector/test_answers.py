"""People wait and nobody picks up; and what looks like it, and is none.

The line has learnt a week in which everybody waited for 80 s and was answered, one a minute.
"""

import pytest

from streams.domain.detector.answers import taken_off
from streams.domain.detector.detector import Detector
from streams.domain.instants import HOUR, MINUTE, SECOND
from tests.domain.watching import NINE, answered, came, detector, fed, left, served, talked, week_of

ONE = 1 * SECOND


@pytest.fixture
def watch() -> Detector:
    found = detector()
    week_of(found)
    return found


def begin(watch: Detector, until: int = 10) -> int:
    """The day up to an hour, as ordinary as those before; gives that instant."""
    midnight = week_end(watch)
    facts = [
        fact
        for n in range((until - 8) * 60 - 5)
        for fact in served(midnight + 8 * HOUR + n * MINUTE, f"t{n}", 80 * SECOND, 59 * SECOND)
    ]
    assert [each for each in fed(watch, facts) if each.alert.kind == "no_answers"] == []
    return midnight + until * HOUR


def week_end(watch: Detector) -> int:
    """The midnight after what was learnt."""
    return NINE - NINE % (24 * HOUR)


def waiting(since: int, many: int) -> list:
    return [came(since + n * MINUTE, f"w{since}-{n}") for n in range(many)]


def of_f(changes: list) -> list:
    return [each for each in changes if each.alert.kind == "no_answers"]


def test_nobody_answers_and_somebody_is_woken(watch: Detector) -> None:
    ten = begin(watch)
    changes = of_f(fed(watch, waiting(ten, 30), ten + 40 * MINUTE))
    opened = changes[0]
    assert (opened.change, opened.alert.severity) == ("opened", "page")
    # One a minute is usual, 0.9 nats each: some fourteen minutes at these prices, and the seconds
    # within T.
    assert ten + 6 * MINUTE < opened.at < ten + 20 * MINUTE
    assert opened.alert.since >= ten
    assert opened.alert.people >= 2


def test_it_is_over_when_they_are_answered(watch: Detector) -> None:
    ten = begin(watch)
    facts = waiting(ten, 30)
    back = ten + 31 * MINUTE
    facts += [answered(back + n * SECOND, f"w{ten}-{n}") for n in range(30)]
    changes = of_f(fed(watch, facts))
    assert [changes[0].change, changes[-1].change] == ["opened", "resolved"]
    assert back <= changes[-1].at < back + 30 * SECOND


def test_one_alone_is_forgotten_and_no_outage(watch: Detector) -> None:
    ten = begin(watch)
    assert of_f(fed(watch, waiting(ten, 1), ten + 3 * HOUR)) == []


def test_agents_in_long_talks_are_no_outage_until_twice_the_evidence(watch: Detector) -> None:
    ten = begin(watch)
    busy = [came(ten + n, f"b{n}") for n in range(3)]
    busy += [answered(ten + 40 * SECOND + n, f"b{n}") for n in range(3)]
    free = of_f(fed(watch, waiting(ten + MINUTE, 40), ten + 50 * MINUTE))
    other = detector()
    week_of(other)
    begin(other)
    late = of_f(fed(other, busy + waiting(ten + MINUTE, 40), ten + 50 * MINUTE))
    assert free and late
    assert late[0].at > free[0].at + 5 * MINUTE


def test_a_queue_that_moves_is_no_outage_however_long(watch: Detector) -> None:
    """Half as many are answered as usual, an hour long, while forty wait."""
    ten = begin(watch)
    facts = waiting(ten, 60)
    facts += [answered(ten + n * 2 * MINUTE + 90 * SECOND, f"w{ten}-{n}") for n in range(30)]
    facts += [talked(ten + n * 2 * MINUTE + 95 * SECOND, f"w{ten}-{n}") for n in range(30)]
    assert of_f(fed(watch, facts)) == []


def test_who_waits_within_the_threshold_is_no_evidence(watch: Detector) -> None:
    ten = begin(watch)
    begun = [ten + n * 15 * SECOND for n in range(300)]
    facts = [came(each, f"h{each}") for each in begun]
    facts += [left(each + 10 * SECOND, f"h{each}") for each in begun]
    assert of_f(fed(watch, facts)) == []


def test_a_lost_ending_is_nobody_who_waits(watch: Detector) -> None:
    """Beside it others are served at once, too seldom for the usual pace."""
    ten = begin(watch)
    facts = [came(ten - 10 * MINUTE, "lost"), came(ten - 9 * MINUTE, "lost too")]
    for n in range(20):
        facts += served(ten - 8 * MINUTE + n * 5 * MINUTE, f"s{n}", 5 * SECOND, 30 * SECOND)
    assert of_f(fed(watch, facts, ten + 2 * HOUR)) == []


def test_how_often_the_clock_is_told_makes_no_difference(watch: Detector) -> None:
    ten = begin(watch)
    facts = sorted(waiting(ten, 30))
    seldom = detector()
    week_of(seldom)
    begin(seldom)
    often = of_f(
        [
            change
            for fact in facts
            for now in range(fact[0], fact[0] + MINUTE, SECOND)
            for change in [*(watch.feed(fact) if now == fact[0] else []), *watch.tick(now)]
        ]
    )
    never = of_f([change for fact in facts for change in seldom.feed(fact)])
    assert often[0] == never[0]


@pytest.mark.parametrize(("forecast", "pages"), [(None, False), (60.0, True)])
def test_before_a_week_is_learnt_as_many_are_taken_to_be_answered_as_call(
    forecast: float | None, pages: bool
) -> None:
    fresh = detector(an_hour=forecast)
    ten = week_of(fresh, days=3) + 10 * HOUR
    found = of_f(fed(fresh, waiting(ten, 60), ten + 3 * HOUR))
    assert bool(found) is pages
    assert not pages or found[0].at < ten + 30 * MINUTE


def test_closing_ends_it_and_no_evidence_is_gathered_while_closed(watch: Detector) -> None:
    six = begin(watch, 17) + HOUR
    changes = of_f(fed(watch, waiting(six - 40 * MINUTE, 30), six + 5 * HOUR))
    assert [each.change for each in changes if each.change != "updated"] == ["opened", "resolved"]
    assert changes[-1].at == six


def test_an_answer_outweighs_two_and_a_half_that_are_missing() -> None:
    assert taken_off() / 0.9 == pytest.approx(2.56, abs=0.01)
