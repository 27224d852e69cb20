"""A corrected plan: before an instant it judges as was judged, from then on as it says."""

from __future__ import annotations

import pickle
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.plan.composed import composed
from streams.domain.plan.differences import differences
from streams.domain.plan.judgement import CONTRACT_FIELDS, KNOWS_BACK, around
from streams.domain.plan.model import Contract, Terms
from tests.calls import BEGIN
from tests.examples import examples
from tests.plans_that_differ import corrected, with_line
from tests.stories import LINES, PLAN

W = BEGIN + 40 * MINUTE

plans = corrected(BEGIN - HOUR, BEGIN + 2 * HOUR)
moments = st.integers(-3 * 86_400, 3 * 86_400).map(lambda s: W + s * SECOND)


def judging(contract: Contract) -> tuple[Any, ...]:
    return tuple(getattr(contract, name) for name in CONTRACT_FIELDS)


def judged_by(plan: Plan, at: int) -> list[Any]:
    """All by which something of an instant is judged."""

    def of(terms: Terms | None) -> tuple[Any, ...] | None:
        if terms is None:
            return None
        desk = judging(plan.by_channel(terms, "desk", at).contract)
        return (
            *(terms.line, terms.tier, terms.vendor, judging(terms.contract), terms.open),
            *(terms.permanence, terms.callback_within, terms.is_station, desk),
        )

    return [
        *(of(plan.terms(line, at)) for line in LINES),
        *(plan.knows(line, at) for line in (*LINES, "unheard of")),
        plan.first_line_open(at),
        judging(plan.city_contract(at)),
        plan.whole_within(at),
        plan.nuisance_at(at),
        *(plan.speaks(language, at) for language in ("nl", "en")),
        plan.has_entrances(at),
        *(plan.entrance_at(each, at) is not None for each in ("main", "business")),
        plan.announces("delay", at),
        plan.keeps_apart("desk", at),
        plan.midnight(at),
        plan.day_of(at),
    ]


@settings(max_examples=examples(40), deadline=None)
@given(plans, plans, st.lists(moments, min_size=1, max_size=20))
def test_it_judges_by_the_one_and_then_by_the_other(old: Plan, new: Plan, ats: list[int]) -> None:
    found = composed(new, around(old, W), W)
    for at_ in (*ats, W - 1, W):
        if old.midnight(at_) == new.midnight(at_) or abs(at_ - W) > DAY:
            assert judged_by(found, at_) == judged_by(old if at_ < W else new, at_), at_
    assert pickle.loads(pickle.dumps(found)).digest == found.digest


@settings(max_examples=examples(20), deadline=None)
@given(plans, plans, plans, st.lists(moments, min_size=1, max_size=20))
def test_the_past_of_a_past_stays(first: Plan, second: Plan, third: Plan, ats: list[int]) -> None:
    """Corrected once more: by the first, then for ten minutes by the second."""
    until, later = W - 10 * MINUTE, W
    once = composed(second, around(first, until), until)
    twice = composed(third, around(once, later), later)
    for at_ in (*ats, until - 1, until, later - 1, later):
        plan = once if at_ < later else third
        if once.midnight(at_) == third.midnight(at_) or abs(at_ - W) > DAY:
            assert judged_by(twice, at_) == judged_by(plan, at_), at_


@settings(max_examples=15, deadline=None)
@given(plans)
def test_a_plan_that_judges_alike_is_itself(plan: Plan) -> None:
    assert composed(plan, around(plan, W), W) is plan
    other = composed(plan, around(PLAN, W), W)
    again = composed(plan, around(other, W + HOUR), W + HOUR)
    assert not differences(around(again, W + HOUR), around(other, W + HOUR))


def test_corrected_back_it_is_the_plan_again() -> None:
    """What was judged by a mistake stays so, and no more is remembered than that."""
    wrong = with_line(PLAN, "waste", vendor="city")
    once = composed(wrong, around(PLAN, W), W)
    back = composed(PLAN, around(once, W + HOUR), W + HOUR)
    spans = [
        (v.entry.vendor, v.since, v.until) for v in back.entries.lines if v.entry.id == "waste"
    ]
    assert spans == [("acme", None, W), ("city", W, W + HOUR), ("acme", W + HOUR, None)]


def test_what_is_older_than_is_remembered_is_asked_of_the_plan() -> None:
    """A correction every month: no more of them are kept than there are in a year or so."""
    plan, instant = PLAN, W
    for month in range(20):
        instant += 30 * DAY
        corrected_again = with_line(PLAN, "waste", vendor=f"vendor {month}")
        plan = composed(corrected_again, around(plan, instant), instant)
    versions = [v for v in plan.entries.lines if v.entry.id == "waste"]
    assert len(versions) <= KNOWS_BACK // (30 * DAY) + 3
    assert len(around(plan, instant).stored()) < 2_000


def test_names_and_money_are_the_new_plan_s() -> None:
    new = with_line(with_line(PLAN, "waste", vendor="city"), "waste", names={"nl": "Afval"})
    found = composed(new, around(PLAN, W), W)
    terms = found.terms("waste", W - 1)
    assert terms is not None
    assert (terms.vendor, terms.names) == ("acme", {"nl": "Afval"})


def test_a_vendor_who_is_gone_is_still_somebody() -> None:
    text = '[[line]]\nid = "waste"\nvendor = "acme"\n[[vendor]]\nid = "acme"\n'
    new = Plan.read('[[line]]\nid = "waste"\n')
    found = composed(new, around(Plan.read(text), W), W)
    gone = found.vendor("acme")
    assert gone is not None
    assert gone.name == "acme"


def test_whoever_had_no_plan_took_every_line() -> None:
    old, new = (
        Plan.default(),
        Plan.read('[[line]]\nid = "waste"\nvendor = "acme"\n[[vendor]]\nid = "acme"'),
    )
    found = composed(new, around(old, W), W)
    then, now = found.terms("waste", W - 1), found.terms("waste", W)
    assert then is not None
    assert now is not None
    assert (then.vendor, now.vendor) == ("city", "acme")
    back = composed(old, around(found, W + HOUR), W + HOUR)
    vendors = [back.terms("waste", each).vendor for each in (W - 1, W, W + HOUR)]  # type: ignore[union-attr]
    assert vendors == ["city", "acme", "city"]
    assert not back.knows("other", W)
    assert back.knows("other", W + HOUR)
    assert back.terms("other", W + HOUR) is not None
    assert pickle.loads(pickle.dumps(back)).knows("other", W + HOUR)


def test_by_what_it_judged_before_is_in_no_digest_of_a_plan_as_it_is() -> None:
    assert not PLAN.entries.city_before
    assert "city_before" not in PLAN.to_json()
    assert not differences(around(PLAN, W), around(PLAN, W))
