"""A contract in a plan: what a vendor is paid by, and what is left out of it.

It is longer than a module should be, because it holds a table of every mistake that a contract can
have.
"""

from decimal import Decimal

import pytest

from streams.domain import instants
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Contract, Exclusion, Measure, Plan, check
from streams.domain.plan.model import Adjustment, Step

LINE = '[[line]]\nid = "waste"\ncontract = "c"\n[[contract]]\nid = "c"\n'
HOURS = '[[hours]]\nid = "nights"\ndaily = "22:00-06:00"\n'


def contract(text: str) -> Contract:
    terms = Plan.read(HOURS + LINE + text).terms("waste", 0)
    assert terms is not None
    return terms.contract


def test_every_term_of_a_contract_is_read() -> None:
    found = contract(
        """
        threshold = 12.5
        boundary = "<"
        formula = "answered_only"
        short_abandon_limit = "6 s"
        short_abandons = "excluded"
        clock = "start"
        service_level_target = 0.95
        reach_limit = "10 min"
        reachability_target = 1
        callbacks = "not_reached"
        lost_after = "12 h"
        period = "quarterly"
        false_pages = 0.5
        currency = "SEK"
        """
    )
    assert found == Contract(
        id="c",
        threshold=12_500_000,
        inclusive=False,
        formula="answered_only",
        short_limit=6 * SECOND,
        short_counts=False,
        clock="start",
        target=0.95,
        reach_limit=10 * MINUTE,
        reach_target=1.0,
        callbacks_not_reached=True,
        lost_after=720 * MINUTE,
        period="quarterly",
        false_pages=0.5,
        currency="SEK",
    )


def test_the_citys_contract_is_that_of_lines_which_name_none() -> None:
    plan = Plan.read(
        """
        [city]
        contract = "c"
        [[contract]]
        id = "c"
        threshold = 30
        [[line]]
        id = "waste"
        [[line]]
        id = "other"
        contract = "default"
        """
    )
    thresholds = {t.line: t.contract.threshold for t in plan.lines_at(0)}
    assert thresholds == {"waste": 30 * SECOND, "other": 20 * SECOND}


def test_a_plan_can_say_what_the_default_contract_is() -> None:
    plan = Plan.read('[[contract]]\nid = "default"\nthreshold = 45\n[[line]]\nid = "waste"')
    terms = plan.terms("waste", 0)
    assert terms is not None
    assert terms.contract.threshold == 45 * SECOND


def test_measures_take_from_the_contract_what_they_do_not_say() -> None:
    found = contract(
        """
        threshold = 30
        formula = "abandons_ignored"
        period = "daily"
        [[contract.measure]]
        figure = "service_level"
        target = 0.80
        [[contract.measure]]
        id = "within-a-minute"
        figure = "service_level"
        target = 0.95
        threshold = "1 min"
        formula = "answered_only"
        period = "quarterly"
        scope = "pooled"
        lines = ["waste"]
        [[contract.measure]]
        figure = "average_speed_of_answer"
        target = 25
        """
    )
    assert found.measures == (
        Measure(
            "service_level",
            "service_level",
            Decimal("0.8"),
            "abandons_ignored",
            30 * SECOND,
            "daily",
        ),
        Measure(
            "within-a-minute",
            "service_level",
            Decimal("0.95"),
            "answered_only",
            MINUTE,
            "quarterly",
            "pooled",
            ("waste",),
        ),
        Measure(
            "average_speed_of_answer",
            "average_speed_of_answer",
            Decimal(25),
            "abandons_ignored",
            30 * SECOND,
            "daily",
        ),
    )


def test_amounts_are_read_exactly() -> None:
    (measure,) = contract(
        """
        [[contract.measure]]
        figure = "service_level"
        target = 0.80
        [contract.measure.malus]
        per_point = 1234.56
        counting = "proportional"
        cap = 10000
        [contract.measure.bonus]
        steps = [{ points = 2.5, amount = 0.1 }, { points = 5, amount = 1 }]
        unit = "percent_of_fee"
        """
    ).measures
    assert measure.malus == Adjustment(
        Decimal("1234.56"), "proportional", cap=Decimal(10000), unit="money"
    )
    assert measure.bonus == Adjustment(
        steps=(Step(Decimal("2.5"), Decimal("0.1")), Step(Decimal(5), Decimal(1))),
        unit="percent_of_fee",
    )


def test_every_kind_of_exclusion_is_read() -> None:
    found = contract(
        """
        [[contract.measure]]
        figure = "abandonment"
        target = 0.05
        [[contract.exclusion]]
        kind = "hours"
        hours = "nights"
        reason = "nights are best effort"
        [[contract.exclusion]]
        id = "fibre"
        kind = "event"
        from = 2026-03-17T09:20:00+01:00
        until = 2026-03-17T11:05:00+01:00
        lines = ["waste"]
        reason = "cable cut"
        [[contract.exclusion]]
        kind = "volume"
        above = 1.2
        measures = ["abandonment"]
        reason = "more than forecast"
        [[contract.exclusion]]
        kind = "cause"
        causes = ["lost", "blocked"]
        reason = "telephony down"
        """
    )
    assert found.exclusions == (
        Exclusion("hours", "hours", "nights are best effort", hours="nights"),
        Exclusion(
            "fibre",
            "event",
            "cable cut",
            lines=("waste",),
            since=instants.parse("2026-03-17T08:20:00Z"),
            until=instants.parse("2026-03-17T10:05:00Z"),
        ),
        Exclusion(
            "volume",
            "volume",
            "more than forecast",
            measures=("abandonment",),
            above=Decimal("1.2"),
        ),
        Exclusion("cause", "cause", "telephony down", causes=("lost", "blocked")),
    )


def test_hours_of_an_exclusion_can_be_asked() -> None:
    plan = Plan.read(HOURS + LINE)
    assert plan.within("nights", instants.parse("2026-11-21T23:00:00Z"))
    assert not plan.within("nights", instants.parse("2026-11-21T12:00:00Z"))
    assert not plan.within("days", 0)


MEASURE = '[[contract.measure]]\nfigure = "service_level"\ntarget = 0.8\n'
EXCLUSION = '[[contract.exclusion]]\nreason = "x"\n'


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("threshold = 0", "threshold", "not from 1 s to 12 h"),
        ("threshold = -5", "threshold", "not from 1 s"),
        ("threshold = 'soon'", "threshold", 'write seconds, or "90 s"'),
        ("threshold = inf", "threshold", "Infinity is not a duration"),
        ("threshold = 1e400", "threshold", "not from 1 s"),
        ("boundary = '=<'", "boundary", '"=<" is not one of "<=", "<"'),
        ("formula = 'negative'", "formula", '"abandons_negative"'),
        ("clock = 'menu'", "clock", '"choice"'),
        ("period = 'weekly'", "period", '"monthly"'),
        ("service_level_target = 80", "service_level_target", "write 0.8 for 80 %"),
        ("service_level_target = 0", "service_level_target", "above 0"),
        ("reachability_target = '60 %'", "reachability_target", "is not a number"),
        ("lost_after = '13 h'", "lost_after", "not from 1 s to 12 h"),
        ("lost_after = 60", "reach_limit", "is lost before"),
        ("threshold = '5 h'", "threshold", "longer than `lost_after`, 4 h"),
        ("short_abandons = true", "short_abandons", 'true is not one of "counted"'),
        ("callbacks = 'reached'", "callbacks", '"left_out"'),
        ("false_pages = 0", "false_pages", "not from 0.01"),
        ("service_level = 0.8", "service_level", 'did you mean "service_level_target"?'),
        # Measures
        ("[[contract.measure]]\ntarget = 0.8", "measure[1]", "`figure` is missing"),
        ("[[contract.measure]]\nfigure = 'abandonment'", "measure[1]", "`target` is missing"),
        (
            "[[contract.measure]]\nfigure = 'asa'\ntarget = 0.5",
            "measure[1].figure",
            '"average_speed_of_answer"',
        ),
        (
            "[[contract.measure]]\nfigure = 'abandonment'\ntarget = 0.05\nthreshold = 20",
            "measure[1].threshold",
            "for service_level and waited_longer only",
        ),
        (MEASURE + MEASURE, "measure", 'two have the id "service_level"'),
        (MEASURE + "lines = ['wast']", "measure[1].lines", 'did you mean "waste"?'),
        (MEASURE + "scope = 'all'", "measure[1].scope", '"pooled"'),
        (MEASURE + "[contract.measure.malus]", "measure[1].malus", "`per_point` or `steps`"),
        (
            MEASURE + "[contract.measure.malus]\nper_point = -1",
            "measure[1].malus.per_point",
            "not from 0",
        ),
        (
            MEASURE
            + "malus = { steps = [{ points = 5, amount = 2 }, { points = 1, amount = 1 }] }",
            "measure[1].malus.steps",
            "smallest `points` first",
        ),
        (
            MEASURE + "malus = { counting = 'whole', steps = [{ points = 5, amount = 2 }] }",
            "measure[1].malus.counting",
            "belongs to `per_point`",
        ),
        (
            MEASURE + "bonus = { steps = [{ point = 5, points = 5, amount = 2 }] }",
            "measure[1].bonus.steps[1].point",
            'did you mean "points"?',
        ),
        # Exclusions
        (EXCLUSION, "exclusion[1]", "`kind` is missing"),
        (EXCLUSION + "kind = 'weather'", "exclusion[1].kind", '"event"'),
        (EXCLUSION + "kind = 'cause'", "exclusion[1]", "`causes` is missing"),
        (
            EXCLUSION + "kind = 'cause'\ncauses = ['bad luck']",
            "exclusion[1].causes",
            'unknown "bad luck"',
        ),
        (EXCLUSION + "kind = 'hours'\nhours = 'night'", "exclusion[1].hours", '"nights"'),
        (EXCLUSION + "kind = 'volume'\nabove = 0.5", "exclusion[1].above", "write 1.1"),
        (
            EXCLUSION + "kind = 'volume'\nabove = 1.2\nhours = 'nights'",
            "exclusion[1].hours",
            'belongs to kind = "hours"',
        ),
        (
            EXCLUSION + "kind = 'event'\nfrom = 2026-03-17T09:20:00Z\nuntil = 2026-03-17T09:20:00Z",
            "exclusion[1].until",
            "not after `from`",
        ),
        (
            EXCLUSION + "kind = 'cause'\ncauses = ['lost']\nmeasures = ['m']",
            "exclusion[1].measures",
            "there are none",
        ),
    ],
)
def test_a_mistake_in_a_contract_says_what_to_do(text: str, place: str, says: str) -> None:
    mistakes = check(HOURS + LINE + text)
    assert [m.path for m in mistakes] == [f"contract[1].{place}"], [str(m) for m in mistakes]
    assert says in mistakes[0].message
