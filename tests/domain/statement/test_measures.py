"""What a contract may pay by, each measure by the calls that it is about.

The same calls through the statement, the explanation and the running period: the three are one
number. The lines are open until 18:00; ``waste`` and ``permits`` are first lines, ``desk`` is
called by transfer only.

It is longer than a module should be, because each measure has its calls and what they come to.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from streams.domain.figures import measured, measures
from streams.domain.figures.measure import Count
from streams.domain.instants import DAY
from streams.domain.plan import Plan, PlanError
from streams.domain.statement import counting, parse, statement
from streams.domain.statement.explanation import explain, total
from streams.domain.statement.judging import Result
from streams.domain.statement.running import running
from streams.domain.statement.standing import standing
from streams.sinks.statement.definitions import definitions
from streams.sinks.statement.judged import result as as_object
from streams.sinks.statement.writing import Writing
from tests.domain.statement.everything import everything
from tests.stories import Story, at, contacts

LATER = at("9:00") + 40 * DAY


def plan(figure: str, more: str = "", exclusion: str = "", target: str = "0.5") -> Plan:
    """A contract that pays by one figure on all its lines."""
    return Plan.read(
        f"""
        [city]
        contract = "paid"
        [[vendor]]
        id = "acme"
        name = "Acme"
        [[contract]]
        id = "paid"
        threshold = 20
            [[contract.measure]]
            id = "m"
            figure = "{figure}"
            target = {target}
            {more}
            {exclusion}
        [[hours]]
        id = "office"
        mon-fri = "08:00-18:00"
        [[line]]
        id = "waste"
        vendor = "acme"
        hours = "office"
        callback_within = "2h"
        [[line]]
        id = "permits"
        vendor = "acme"
        hours = "office"
        [[line]]
        id = "desk"
        tier = 2
        vendor = "acme"
        hours = "office"
        """
    )


OUT_OF_HOURS = """
            [[contract.exclusion]]
            kind = "cause"
            causes = ["out_of_hours"]
            reason = "Nobody is paid for the night"
"""


def judged(
    agreed: Plan, stories: Sequence[Story], line: str = "waste", now: int = LATER
) -> tuple[Count, list[tuple[str, str]]]:
    """What the measure comes to on a line, by the statement, and how each visit counts in the
    order of their beginning; the explanation of the day comes to the same."""
    calls = contacts(fact for story in stories for fact in story.facts)
    (result,) = [each for each in results(agreed, stories, now) if each.line == line]
    day = at("0:00"), at("0:00") + DAY
    explained, _ = explain(calls, agreed, line, *day, now)
    assert total(explained, "m") == result.before
    counted = [of for each in explained for of in each.counted if not of.excluded]
    return result.count, [(each.verdict, each.why) for each in counted]


def results(agreed: Plan, stories: Sequence[Story], now: int = LATER) -> tuple[Result, ...]:
    calls = contacts(fact for story in stories for fact in story.facts)
    found, provisional = standing(calls, agreed, now)
    return statement(agreed, "acme", parse("2026-11"), found, now, provisional).results


def answered(call_id: str, when: str = "9:00", caller: str | None = None) -> Story:
    start = at(when)
    return Story(call_id, caller).start(start).enter(start, "waste").answer(start + 5, "waste")


def moved(call_id: str, to: str, when: str = "9:00") -> Story:
    return answered(call_id, when).leave(at(when) + 60_000_000, "waste", "transfer", to=to)


# ---------------------------------------------------------------- passed on


def test_first_line_resolution_is_of_contacts_each_at_its_first_visit() -> None:
    """One is settled, one passed on, one gives up; one leaves for another line in vain, comes back
    and is answered: one contact, settled."""
    back = Story("d").enter("9:03", "waste").leave("9:04", "waste", "exit_key")
    back.choose("9:04", "permits").choose("9:05", "waste").enter("9:05", "waste")
    back.answer("9:06", "waste").hang_up("9:09")
    stories = [
        answered("a").hang_up("9:02"),
        moved("b", "desk", "9:01"),
        Story("c").enter("9:02", "waste").hang_up("9:03"),
        back,
    ]
    count, verdicts = judged(plan("first_line_resolution"), stories)
    assert count == Count(2, 3)
    assert verdicts == [
        ("hit", "settled"),
        ("miss", "passed_on"),
        ("outside", "abandoned"),
        ("hit", "settled"),
        ("outside", "counted_before"),
    ]


def test_a_wrong_choice_is_passed_on_from_one_first_line_to_another() -> None:
    stories = [moved("a", "permits"), moved("b", "desk", "9:01"), answered("c", "9:02")]
    count, verdicts = judged(plan("wrong_choice"), stories)
    assert count == Count(1, 3)
    assert verdicts == [("miss", "wrong_choice"), ("hit", "answered"), ("hit", "answered")]


def test_who_a_second_line_passes_to_a_first_one_chose_nothing_wrong() -> None:
    """The caller's own choice was the first line before."""
    there = moved("a", "desk").enter("9:01:05", "desk").answer("9:01:10", "desk")
    there.leave("9:03", "desk", "transfer", to="permits")
    assert judged(plan("wrong_choice"), [there], "desk") == (Count(0, 1), [("hit", "answered")])


def test_second_line_availability_is_of_who_is_passed_on_there() -> None:
    """Answered within 20 s, after 21 s, gone before; one dialled the desk, one called the first
    line, where nobody is passed on to an expert."""
    stories = [
        moved("a", "desk").enter("9:01", "desk").answer("9:01:20", "desk"),
        moved("b", "desk", "9:10").enter("9:11", "desk").answer("9:11:21", "desk"),
        moved("c", "desk", "9:20").hang_up("9:21:02"),
        Story("d").enter("9:30", "desk").answer("9:30:01", "desk"),
    ]
    count, verdicts = judged(plan("second_line_availability"), stories, "desk")
    assert count == Count(1, 3)
    assert [verdict for verdict, _ in verdicts] == ["hit", "miss", "miss", "outside"]
    wrong = [moved("e", "permits").enter("9:01", "permits").answer("9:01:05", "permits")]
    outside = ("outside", "not_passed_on_here")
    assert judged(plan("second_line_availability"), wrong, "permits") == (Count(0, 0), [outside])


# ---------------------------------------------------------------- waiting


def test_who_waited_longer_than_a_measures_own_limit() -> None:
    """The contract gives 20 s, the measure 60 s. Sent elsewhere after 5 s, 70 s and 30 s,
    answered after 30 s, hung up after 90 s: two of five."""
    stories = [
        Story("a").enter("9:00", "waste").leave("9:00:05", "waste", "overflow"),
        Story("b").enter("9:10", "waste").leave("9:11:10", "waste", "overflow"),
        Story("c").enter("9:20", "waste").answer("9:20:30", "waste").hang_up("9:25"),
        Story("d").enter("9:30", "waste").hang_up("9:31:30"),
        Story("e").enter("9:40", "waste").leave("9:40:30", "waste", "overflow"),
    ]
    count, verdicts = judged(plan("waited_longer", "threshold = 60"), stories)
    assert count == Count(2, 5)
    longer, elsewhere = ("miss", "waited_longer"), ("hit", "overflowed")
    assert verdicts == [elsewhere, longer, ("hit", "answered"), longer, elsewhere]
    assert judged(plan("waited_longer"), stories)[0] == Count(4, 5)


def test_each_limit_of_a_contract_has_a_count_of_its_own() -> None:
    """Sent elsewhere after 70 s: longer than 60 s, and not longer than five minutes."""
    other = (
        'threshold = 60\n[[contract.measure]]\nid = "n"\nfigure = "waited_longer"\n'
        "threshold = 300\ntarget = 0.5\n"
    )
    calls = [Story("a").enter("9:00", "waste").leave("9:01:10", "waste", "overflow")]
    found = [each for each in results(plan("waited_longer", other), calls) if each.line == "waste"]
    assert {each.measure.id: each.count for each in found} == {"m": Count(1, 1), "n": Count(0, 1)}


def test_a_caller_who_still_waits_has_waited_longer_once_the_limit_passes() -> None:
    waiting = [Story("a").enter("9:00", "waste")]
    agreed = plan("waited_longer", "threshold = 60")
    assert judged(agreed, waiting, now=at("9:01")) == (Count(0, 0), [("undecided", "open")])
    assert judged(agreed, waiting, now=at("9:01") + 1) == (Count(1, 1), [("miss", "waited_longer")])


# ---------------------------------------------------------------- cut off


def test_who_the_agent_hangs_up_on_within_ten_seconds_is_cut_off() -> None:
    stories = [
        answered("a").hang_up("9:00:10", by="agent"),
        answered("b", "9:10").hang_up("9:10:10", by="caller"),
        answered("c", "9:20").hang_up("9:25", by="agent"),
        Story("d").enter("9:30", "waste").hang_up("9:30:10", by="agent"),
    ]
    count, verdicts = judged(plan("cut_off"), stories)
    assert count == Count(1, 3)
    assert verdicts[0] == ("miss", "cut_off") and verdicts[1] == ("hit", "answered")
    assert verdicts[3] == ("outside", "abandoned")


# ---------------------------------------------------------------- callbacks


def called_back(late: int = 0) -> list[Story]:
    """Ann's callback is accepted at 9:01, to be kept by 11:01; Bob's is not kept."""
    asked = Story("a", "ann").start("9:00").enter("9:00", "waste")
    asked.leave("9:01", "waste", "callback").hang_up("9:01:05")
    back = Story("b", "ann").start("9:30").enter("9:31", "permits")
    back.answer(at("11:01") + late, "permits")
    bob = Story("c", "bob").start("9:10").enter("9:10", "waste")
    return [asked, back, bob.leave("9:11", "waste", "callback")]


def test_a_callback_is_kept_when_the_caller_is_answered_in_time() -> None:
    count, verdicts = judged(plan("callbacks_kept"), called_back())
    assert count == Count(1, 2)
    assert verdicts == [("hit", "callback_kept"), ("miss", "callback_not_kept")]
    assert judged(plan("callbacks_kept"), called_back(1))[0] == Count(0, 2)


@pytest.mark.parametrize("figure", ["callbacks_kept", "reachability", "service_level", "cut_off"])
def test_a_quarter_hour_with_a_callback_that_can_be_kept_is_not_final(figure: str) -> None:
    """Accepted at 9:01, to be kept by 11:01, and the grace of the quarter-hour of then. Ann's is
    kept at 9:32 with Bob's calls left out: then nothing is open."""
    asked = called_back()[:1]
    agreed = plan(figure)
    quarter = ("line:waste", at("9:00"))
    assert quarter in standing(contacts(asked[0].facts), agreed, at("11:30") - 1)[1]
    assert quarter not in standing(contacts(asked[0].facts), agreed, at("11:30"))[1]
    back = Story("b", "ann").start("9:30").enter("9:31", "waste").answer("9:32", "waste")
    facts = [*asked[0].facts, *back.hang_up("9:33").facts]
    assert quarter not in standing(contacts(facts), agreed, at("10:30"))[1]


@pytest.mark.parametrize(
    ("figure", "more", "before", "after", "verdict"),
    [
        ("reachability", "", Count(0, 0), Count(0, 1), "miss"),
        ("service_level", "threshold = 60", Count(0, 0), Count(0, 1), "miss"),
        ("service_level", "threshold = 59", Count(0, 1), Count(0, 1), "miss"),
        ("service_level", "threshold = 60\nformula = 'answered_only'", Count(), Count(), "outside"),
        ("waited_longer", "threshold = 60", Count(0, 0), Count(0, 1), "hit"),
    ],
)
def test_a_callback_that_is_not_kept_is_a_miss_once_its_time_is_over(
    figure: str, more: str, before: Count, after: Count, verdict: str
) -> None:
    """Bob accepted his at 9:11, after a minute; it can be kept until 11:11."""
    agreed, bob = plan(figure, more), called_back()[2:]
    count, verdicts = judged(agreed, bob, now=at("11:11"))
    assert (count, len(verdicts)) == (before, 1)
    count, verdicts = judged(agreed, bob, now=at("11:11:01"))
    assert (count, verdicts[0][0]) == (after, verdict)
    if before != after and verdict == "miss":
        assert verdicts == [("miss", "callback_not_kept")]


# ---------------------------------------------------------------- what all have alike


@pytest.mark.parametrize(
    ("figure", "line", "story"),
    [
        ("first_line_resolution", "waste", lambda id_, when: moved(id_, "desk", when)),
        ("wrong_choice", "waste", lambda id_, when: moved(id_, "permits", when)),
        ("cut_off", "waste", lambda id_, when: answered(id_, when)),
        ("second_line_availability", "desk", lambda id_, when: moved(id_, "desk", when)),
        ("waited_longer", "waste", lambda id_, when: answered(id_, when)),
    ],
)
def test_what_is_out_of_hours_counts_unless_the_contract_leaves_it_out(
    figure: str, line: str, story: object
) -> None:
    """One at nine in the morning, one at eight in the evening."""
    stories = [story("a", "9:00"), story("b", "20:00")]  # type: ignore[operator]
    by_day = 1 if figure == "waited_longer" else 2
    for exclusion, whole in (("", by_day), (OUT_OF_HOURS, 1)):
        count, _ = judged(plan(figure, exclusion=exclusion), stories, line)
        assert count.whole == whole
    late = [story("b", "20:00")]  # type: ignore[operator]
    assert judged(plan(figure, exclusion=OUT_OF_HOURS), late, line)[0] == Count(0, 0)


def counted(agreed: Plan, stories: Sequence[Story]) -> dict[str, Count]:
    """What the measure comes to on each line."""
    return {each.line: each.count for each in results(agreed, stories)}


@pytest.mark.parametrize("figure", measures())
def test_a_measure_comes_to_something_on_a_line(figure: str) -> None:
    agreed = plan(figure, target="30" if counting.in_seconds(figure) else "0.5")
    found = counted(agreed, everything("9"))
    assert sum(each.part for each in found.values()) and sum(
        each.whole for each in found.values()
    ), (
        f"{figure} is 0 on every line: what it counts ({', '.join(counting.counts_of(figure))}) is "
        "booked of the city alone, so that no contract can pay by it, or no call of everything() "
        "is one that it counts: add one there"
    )


@pytest.mark.parametrize("figure", measures())
def test_a_measure_leaves_out_what_is_out_of_hours_or_says_that_it_cannot(figure: str) -> None:
    """The same calls in the morning and in the evening: with those of the evening left out there
    are those of the morning."""
    of = measured(figure)
    target = "30" if counting.in_seconds(figure) else "0.5"
    both = [*everything("9"), *everything("20")]
    if of.causes is not None and "out_of_hours" not in of.causes:
        with pytest.raises(PlanError, match='"out_of_hours" cannot be left out of "m"'):
            plan(figure, exclusion=OUT_OF_HOURS, target=target)
        return
    agreed = plan(figure, exclusion=OUT_OF_HOURS, target=target)
    by_day = counted(agreed, everything("9"))
    assert counted(agreed, both) == by_day, (
        f"{figure} counts what is out of hours, which the contract leaves out. It reads "
        f"{', '.join(sorted(counting.counts_of(figure)))}: give each a twin in counts.py, of its "
        "name with out_ before it (a sum too), and take the twins away in `adds` where "
        "out_of_hours is in how.causes; or refuse the cause: Measured(..., causes=())"
    )
    assert by_day == counted(plan(figure, target=target), everything("9"))


@pytest.mark.parametrize("figure", measures())
def test_a_statement_and_the_running_period_say_the_same(figure: str) -> None:
    """Of a day with something of everything, for each line; and the page has words for it."""
    agreed = plan(figure, target="30" if counting.in_seconds(figure) else "0.5")
    stories = [
        moved("a", "permits"),
        moved("b", "desk", "9:10").enter("9:11", "desk").answer("9:11:30", "desk"),
        answered("c", "9:20").hang_up("9:20:05", by="agent"),
        Story("d").enter("9:30", "waste").hang_up("9:31:30"),
        *called_back(),
    ]
    now = at("12:00")
    calls = contacts(fact for story in stories for fact in story.facts)
    found, _ = standing(calls, agreed, now)
    by_line = {each.result.line: each for each in running(agreed, ["acme"], now, found)}
    for result in results(agreed, stories, now):
        assert by_line[result.line].result.count == result.count
        outlook = by_line[result.line].outlook
        assert outlook is not None and (outlook.mid is None) == (result.value is None)
        for language in ("en", "nl"):
            w = Writing(language, "UTC")
            (said,) = definitions([as_object(result, None)], w)
            assert said.texts and "{" not in said.texts[0]
            assert w.count(1, 2, figure) and w.text(f"figure.{figure}")


def test_less_is_better_of_a_wrong_choice_and_money_hangs_on_it() -> None:
    malus = "[contract.measure.malus]\nper_point = 10\n"
    agreed = plan("wrong_choice", malus)
    (result,) = [
        each
        for each in results(agreed, [moved("a", "permits"), moved("b", "permits", "9:10")])
        if each.line == "waste"
    ]
    assert (result.value, result.met, result.distance) == (Fraction(1), False, Fraction(50))
    assert result.charge is not None and result.charge.amount == Decimal(500)


# ---------------------------------------------------------------- what a plan may say


@pytest.mark.parametrize("figure", ["waited_longer", "second_line_availability", "callbacks_kept"])
def test_what_cannot_be_left_out_by_its_cause_is_refused_with_the_remedy(figure: str) -> None:
    exclusion = '[[contract.exclusion]]\nkind = "cause"\ncauses = ["lost"]\nreason = "Ours"\n'
    with pytest.raises(PlanError, match=rf'"lost" cannot be left out of "m", a {figure}: say in'):
        plan(figure, exclusion=exclusion)


def test_a_cause_that_is_left_out_of_other_measures_only_is_no_error() -> None:
    other = '[[contract.measure]]\nid = "n"\nfigure = "service_level"\ntarget = 0.5\n'
    exclusion = (
        '[[contract.exclusion]]\nkind = "cause"\ncauses = ["lost"]\nreason = "Ours"\n'
        'measures = ["n"]\n'
    )
    assert plan("waited_longer", other, exclusion).contract("paid", 0) is not None


def test_a_key_that_means_nothing_for_a_figure_is_refused() -> None:
    with pytest.raises(PlanError, match="service_level and waited_longer only: leave it out"):
        plan("wrong_choice", "threshold = 60")
    with pytest.raises(PlanError, match="something for service_level only: leave it out"):
        plan("waited_longer", 'formula = "answered_only"')
