"""A measure counted from quarter-hours is the measure counted call by call.

It is longer than a module should be, because every measure is counted a second time by hand.
"""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.call_events import Contact
from streams.domain.disposition import DISPOSITIONS, FORM
from streams.domain.figures import measured, measures
from streams.domain.figures.measure import Count
from streams.domain.figures.service_level import FORMULAS
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.judge import judge
from streams.domain.outcome import Outcome, Visit
from streams.domain.plan import Plan, PlanError
from streams.domain.plan.model import CAUSES, Measure
from streams.domain.statement.counting import count
from streams.domain.statement.explanation import explain, total
from streams.domain.statement.standing import standing
from streams.domain.tally import Tally
from tests.domain.statement.drawn import some_calls
from tests.examples import examples
from tests.stories import Story, at, judged

NAMED = ("service_level", "abandonment", "reachability", "average_speed_of_answer")
_OTHERS = "".join(
    f"""
            [[contract.measure]]
            id = "{name}"
            figure = "{name}"
            target = {30 if figure.unit == "seconds" else 0.5}"""
    for name, figure in measures().items()
    if name not in NAMED
)


def _plan(short: str, clock: str, callbacks: str, boundary: str, of_waste: str = "") -> Plan:
    return Plan.read(
        f"""
        [city]
        time_zone = "Europe/Brussels"
        contract = "paid"
        [[vendor]]
        id = "acme"
        name = "Acme"
        [[contract]]
        id = "paid"
        threshold = 20
        boundary = "{boundary}"
        short_abandons = "{short}"
        clock = "{clock}"
        callbacks = "{callbacks}"
            [[contract.measure]]
            id = "strict"
            figure = "service_level"
            threshold = 10
            target = 0.5
            [[contract.measure]]
            id = "plain"
            figure = "service_level"
            target = 0.5
            [[contract.measure]]
            id = "lenient"
            figure = "service_level"
            threshold = 600
            target = 0.5
            [[contract.measure]]
            id = "hung-up"
            figure = "abandonment"
            target = 0.5
            [[contract.measure]]
            id = "reached"
            figure = "reachability"
            target = 0.5
            [[contract.measure]]
            id = "asa"
            figure = "average_speed_of_answer"
            target = 30
            [[contract.measure]]
            id = "late-15"
            figure = "waited_longer"
            threshold = 10
            target = 0.1
            {_OTHERS}
        [[hours]]
        id = "office"
        mon-fri = "08:00-13:30"
        [[line]]
        id = "waste"
        vendor = "acme"
        hours = "office"
        callback_within = "20 min"
        {of_waste}
        [[line]]
        id = "migration"
        [[line]]
        id = "desk"
        """
    )


PLANS = [
    _plan("counted", "queue", "left_out", "<="),
    _plan("excluded", "choice", "not_reached", "<"),
    _plan("excluded", "start", "left_out", "<="),
    _plan("counted", "queue", "left_out", "<=", "tier = 2\npermanence = 'none'"),
    _plan("counted", "queue", "left_out", "<=", "tier = 2"),
]


BY_HAND = {
    *("service_level", "waited_longer", "reachability", "abandonment", "average_speed_of_answer"),
    *("first_line_resolution", "wrong_choice", "second_line_availability", "cut_off"),
    *("callbacks_kept", "average_time_to_abandon"),
}
"""What is counted a third time here. Every measure is counted twice: from the books, and visit by
visit as it is explained."""


def _by_hand(visits: list[Visit], measure: Measure, causes: frozenset[str], now: int) -> Count:
    """The measure from its definition in words, visit by visit."""
    part = whole = 0
    if measure.figure == "first_line_resolution":
        answered = {}
        for visit in visits:
            outcome = _outcomes[id(visit)]
            if visit.answered is not None and (outcome.in_hours or "out_of_hours" not in causes):
                answered[id(outcome)] = not any(v.reason == "transfer" for v in outcome.visits)
        return Count(sum(answered.values()), len(answered))
    for visit in visits:
        contract = visit.terms.contract
        if visit.disposition in causes or ("out_of_hours" in causes and not visit.in_hours):
            continue
        short_left_out = visit.disposition == "short_abandoned" and not contract.short_counts
        if measure.figure == "average_speed_of_answer":
            if visit.answered is not None:
                assert visit.wait is not None
                part, whole = part + visit.wait, whole + 1
        elif measure.figure in ("wrong_choice", "cut_off"):
            whole += visit.answered is not None
            tiers = visit.terms.tier, visit.transferred_to
            part += visit.cut_off if measure.figure == "cut_off" else tiers == (1, 1)
        elif measure.figure == "second_line_availability":
            form = visit.disposition == "form"
            if visit.by_transfer and visit.terms.tier > 1 and not form:
                assert visit.in_time is not None
                part, whole = part + visit.in_time, whole + 1
        elif measure.figure == "callbacks_kept":
            whole += visit.disposition == "callback"
            part += _kept(visit, now)
        elif measure.figure == "abandonment":
            if visit.entered is not None and not short_left_out:
                whole += 1
                part += visit.disposition in ("abandoned", "short_abandoned")
        elif not visit.in_hours:
            continue
        elif measure.figure == "average_time_to_abandon":
            gone = visit.disposition in ("abandoned", "short_abandoned")
            if gone and not short_left_out:
                part, whole = part + (visit.wait or 0), whole + 1
        elif measure.figure == "reachability":
            if visit.disposition in ("form", "chose_again"):
                continue
            left_out = visit.disposition == "callback" and not contract.callbacks_not_reached
            if not left_out or _broken(visit, now):
                whole += 1
                part += visit.answered is not None
        elif measure.figure == "waited_longer":
            if visit.entered is not None and not short_left_out:
                longer = not _within(visit, measure.threshold)
                if visit.disposition != "callback" or longer or _broken(visit, now):
                    part, whole = part + longer, whole + 1
        elif visit.entered is not None and not short_left_out:
            within = _within(visit, measure.threshold)
            gave_up = visit.disposition in ("abandoned", "short_abandoned")
            if visit.disposition == "callback" and within:
                if not _broken(visit, now):
                    continue
                within = False
            if measure.formula == "answered_only":
                whole += visit.answered is not None
            else:
                whole += not (measure.formula == "abandons_ignored" and gave_up and within)
            part += within and (
                visit.answered is not None or (gave_up and measure.formula == "abandons_positive")
            )
    return Count(part, whole)


def _within(visit: Visit, threshold: int) -> bool:
    """From the queue entry only the time in this line's queue counts, else plain time."""
    decided = visit.answered if visit.answered is not None else visit.ended
    if decided is None:
        return False
    contract = visit.terms.contract
    passed = visit.wait if contract.clock == "queue" else decided - _clock_starts[id(visit)]
    assert passed is not None
    return passed <= threshold if contract.inclusive else passed < threshold


def _broken(visit: Visit, now: int) -> bool:
    """Whether the caller of a callback is known, and was not answered in the time that is over."""
    known = _outcomes[id(visit)].caller is not None
    return known and now > visit.promised_until and not _kept(visit, now)


def _kept(visit: Visit, now: int) -> bool:
    """Whether the caller of a callback was answered in another contact on that line or tier, before
    the promised time was over."""
    mine = _outcomes[id(visit)]
    if visit.disposition != "callback" or mine.caller is None:
        return False
    assert visit.ended is not None
    others = (each for each in _all_outcomes if each is not mine and each.caller == mine.caller)
    return any(
        visit.ended < answer.answered <= visit.promised_until
        for other in others
        for answer in other.visits
        if answer.answered is not None
        and (answer.line == visit.line or answer.terms.tier == visit.terms.tier)
    )


_clock_starts: dict[int, int] = {}
_outcomes: dict[int, Outcome] = {}
_all_outcomes: list[Outcome] = []


@pytest.mark.slow
def test_what_is_drawn_ends_in_each_way_and_mostly_with_a_known_menu_time() -> None:
    """A measure of what hardly ever comes would be tested by hardly any call."""
    ended: Counter[str] = Counter()
    by_menu: Counter[str] = Counter()

    @settings(max_examples=800, database=None, derandomize=True, deadline=None)
    @given(some_calls(), st.sampled_from(PLANS))
    def look(calls: list[Contact], plan: Plan) -> None:
        pieces = (piece for contact in calls for piece in contact.pieces())
        for outcome in (judge(piece, plan, at("11:00") + DAY) for piece in pieces):
            for visit in () if outcome is None else outcome.visits:
                if visit.line == "waste":
                    ended[visit.disposition] += 1
                    by_menu[visit.disposition] += visit.menu is not None and visit.menu >= 0

    look()
    assert min(ended[each] for each in DISPOSITIONS) >= 3, ended
    # A form stands for a transfer, which no menu led to.
    assert min(by_menu[each] for each in DISPOSITIONS if each != FORM) >= 3, by_menu


@settings(max_examples=examples(80), deadline=None)
@given(
    st.data(),
    st.sampled_from(PLANS),
    st.sampled_from(FORMULAS),
    st.frozensets(st.sampled_from(CAUSES), max_size=3),
)
def test_counted_from_tallies_is_counted_by_hand(
    data: st.DataObject, plan: Plan, formula: str, causes: frozenset[str]
) -> None:
    """Whatever happens to the calls, by any clock, formula, threshold and cause left out."""
    begin = at("11:00")
    calls = data.draw(some_calls())
    now = begin + DAY
    tally = Tally()
    for (scope, _), each in standing(calls, plan, now)[0].items():
        if scope == "line:waste":
            tally.plus(each)
    visits = []
    _clock_starts.clear()
    _outcomes.clear()
    _all_outcomes.clear()
    for contact in calls:
        reading = judged(contact, plan, now)
        if reading is None:
            continue
        _all_outcomes.append(reading)
        if reading.properties.outgoing:
            continue  # what the city dials itself is in no other figure
        for visit in reading.visits:
            if visit.line == "waste":
                visits.append(visit)
                _outcomes[id(visit)] = reading
                clock = visit.terms.contract.clock
                _clock_starts[id(visit)] = visit.begun if clock == "choice" else reading.begun
    contract = plan.contract("paid", now)
    assert contract is not None
    assert contract.further == (10 * SECOND, 600 * SECOND)
    for measure in contract.measures:
        by_formula = Measure(
            measure.id, measure.figure, measure.target, formula, measure.threshold, "monthly"
        )
        if measure.figure not in BY_HAND:
            continue
        can = measured(measure.figure).causes
        left_out = causes if can is None else causes & frozenset(can)
        expected = _by_hand(visits, by_formula, left_out, now)
        assert count(tally, contract, by_formula, left_out) == expected, measure.id


@settings(max_examples=examples(60), deadline=None)
@given(st.data(), st.sampled_from(PLANS))
def test_explained_call_by_call_is_what_was_counted(data: st.DataObject, plan: Plan) -> None:
    """The sum of the explained visits is the figure of the books, for every measure."""
    begin = at("11:00")
    calls = data.draw(some_calls())
    now = begin + DAY
    since, until = begin + HOUR, begin + 2 * HOUR
    explained, tally = explain(calls, plan, "waste", since, until, now)
    assert len(explained) == tally["line_offered"]
    booked = Tally()
    for (scope, start), each in standing(calls, plan, now)[0].items():
        if scope == "line:waste" and since <= start < until:
            booked.plus(each)
    assert booked == tally
    contract = plan.contract("paid", now)
    assert contract is not None
    for measure in contract.measures:
        assert total(explained, measure.id) == count(tally, contract, measure, ())


def test_an_average_without_those_out_of_hours_is_without_their_waits() -> None:
    """Ten seconds at noon, a minute in the evening; the line closes at half past one."""
    calls = []
    for begun, wait in (("12:00", 10), ("19:00", 60)):
        story = Story(begun).start(begun).enter(begun, "waste")
        story.answer(at(begun) + wait * SECOND, "waste").hang_up(at(begun) + 5 * MINUTE)
        calls.append(story.contact())
    tally = Tally()
    for (scope, _), each in standing(calls, PLANS[0], at("23:00"))[0].items():
        if scope == "line:waste":
            tally.plus(each)
    contract = PLANS[0].contract("paid", 0)
    assert contract is not None
    (asa,) = (each for each in contract.measures if each.id == "asa")
    assert count(tally, contract, asa, ()) == Count(70 * SECOND, 2)
    assert count(tally, contract, asa, ("out_of_hours",)) == Count(10 * SECOND, 1)


def test_two_thresholds_at_once_like_the_emergency_number() -> None:
    """90 % within 15 s and 95 % within 20 s (NENA-STA-020.1): waits of 14, 15, 16, 20, 21 s."""
    plan = Plan.read(
        """
        [city]
        contract = "psap"
        [[contract]]
        id = "psap"
        threshold = 20
            [[contract.measure]]
            id = "in-15"
            figure = "service_level"
            threshold = 15
            target = 0.90
            [[contract.measure]]
            id = "in-20"
            figure = "service_level"
            target = 0.95
        [[line]]
        id = "waste"
        """
    )
    calls = []
    for n, wait in enumerate((14, 15, 16, 20, 21)):
        story = Story(f"c{n}").enter("9:00", "waste").answer(f"9:00:{wait}", "waste")
        calls.append(story.hang_up("9:03").contact())
    (tally,) = (
        each
        for (scope, _), each in standing(calls, plan, at("10:00"))[0].items()
        if scope == "line:waste"
    )
    contract = plan.contract("psap", 0)
    assert contract is not None
    counts = [count(tally, contract, measure, ()) for measure in contract.measures]
    assert counts == [Count(2, 5), Count(4, 5)]


def test_cisco_s_worked_example() -> None:
    """100 calls, 70 answered and 10 hung up within T, 20 beyond: 70.0, 77.8, 80.0 %."""
    tally = Tally.of(
        service_offered=100, answered_within=70, abandoned_within=10, service_answered=90
    )
    contract = PLANS[0].contract("paid", 0)
    assert contract is not None
    measured = {}
    for formula in FORMULAS[:3]:
        of = Measure("m", "service_level", Decimal(1), formula, contract.threshold, "monthly")
        found = count(tally, contract, of, ())
        measured[formula] = round(100 * Fraction(found.part) / found.whole, 1)
    assert measured == {
        "abandons_negative": Fraction(70),
        "abandons_ignored": Fraction("77.8"),
        "abandons_positive": Fraction(80),
    }


def test_a_contract_with_more_thresholds_than_are_counted_is_refused() -> None:
    measures = "".join(
        f'[[contract.measure]]\nid = "m{t}"\nfigure = "service_level"\nthreshold = {t}\n'
        "target = 0.5\n"
        for t in (5, 10, 15)
    )
    with pytest.raises(PlanError, match="3 thresholds beside the contract's own, at most 2"):
        Plan.read(f'[[contract]]\nid = "c"\n{measures}[[line]]\nid = "waste"\n')
