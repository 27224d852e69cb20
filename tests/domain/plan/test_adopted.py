"""A plan is gone on by where another may have judged before."""

from __future__ import annotations

from streams.domain.instants import DAY, HOUR
from streams.domain.plan import Plan
from streams.domain.plan.adopted import adopt
from streams.domain.plan.judgement import around, from_stored
from tests.plans_that_differ import with_line
from tests.stories import PLAN, at

W = at("10:00")
NOVA = with_line(PLAN, "waste", vendor="nova")


def test_the_first_plan_is_gone_on_by_as_it_is() -> None:
    adopted = adopt(PLAN, None, W)
    assert adopted.plan is PLAN
    assert adopted.judged == around(PLAN, W)
    assert (adopted.differences, adopted.is_news, adopted.since) == ([], False, None)


def test_the_same_plan_changes_nothing() -> None:
    judged = adopt(PLAN, None, W).judged
    adopted = adopt(PLAN, from_stored(judged.stored()), W + 20 * DAY)
    assert adopted.plan is PLAN
    assert adopted.judged == judged
    assert (adopted.differences, adopted.is_news) == ([], False)


def test_a_corrected_plan_acts_from_the_watermark_on_and_is_news_once() -> None:
    """What begins at the watermark is booked already: the plan acts from the next instant on."""
    adopted = adopt(NOVA, around(PLAN, W), W)
    vendors = [terms.vendor for t in (W, W + 1) if (terms := adopted.plan.terms("waste", t))]
    assert vendors == ["acme", "nova"]
    assert [(each.kind, each.id, each.what) for each in adopted.differences] == [
        ("line", "waste", ("vendor",))
    ]
    assert adopted.is_news
    assert adopted.since == W + 1
    again = adopt(NOVA, from_stored(adopted.judged.stored()), W + HOUR)
    assert not again.is_news
    assert again.since == W + 1
    vendors = [terms.vendor for t in (W, W + 1) if (terms := again.plan.terms("waste", t))]
    assert vendors == ["acme", "nova"]


def test_a_plan_that_changes_later_is_kept_and_is_no_news() -> None:
    dated = Plan.read("""
        [city]
        name = "Testburg"
        time_zone = "Europe/Brussels"
        [[line]]
        id = "waste"
        valid_until = 2026-12-01
        [[line]]
        id = "waste"
        valid_from = 2026-12-01
        tier = 2
        """)
    before = Plan.read('[city]\ntime_zone = "Europe/Brussels"\n[[line]]\nid = "waste"')
    adopted = adopt(dated, around(before, W), W)
    assert adopted.plan is dated
    assert (adopted.differences, adopted.is_news, adopted.since) == ([], False, None)
    assert adopted.judged == around(dated, W)


def test_what_is_resolved_is_resolved_again_before_it_ends() -> None:
    judged = around(PLAN, W)
    adopted = adopt(PLAN, judged, W + 500 * DAY)
    assert adopted.plan is PLAN
    assert adopted.judged.end > judged.end
    assert not adopted.is_news
