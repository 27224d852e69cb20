"""By what a source partition is judged, told beside its figures."""

from __future__ import annotations

from streams.domain.instants import DAY, HOUR
from streams.engine.roles.judging import UNKNOWN, Judging
from streams.engine.state.partials import Judged, read_partial
from tests.plans_that_differ import with_line
from tests.stories import PLAN, at

W = at("10:00")


def test_nothing_is_judged_before_anything_is_known() -> None:
    judging = Judging(PLAN)
    judging.restore(None, UNKNOWN)
    assert judging.judged(UNKNOWN) is None
    assert judging.told(0, UNKNOWN) == []
    assert judging.adopted is None


def test_it_is_told_at_once_and_every_day() -> None:
    judging = Judging(PLAN)
    told = [judging.told(3, W + n * HOUR) for n in range(49)]
    assert [n for n, records in enumerate(told) if records] == [0, 24, 48]
    ((key, value),) = told[0]
    assert value is not None
    assert read_partial(key, value) == Judged(3, judging.judged(W))  # type: ignore[arg-type]


def test_it_goes_on_with_what_was() -> None:
    before = Judging(PLAN).judged(W)
    judging = Judging(with_line(PLAN, "waste", vendor="nova"))
    judging.restore(before, W)
    assert judging.adopted is not None
    assert judging.plan is judging.adopted.plan
    assert [t.vendor for at_ in (W, W + 1) if (t := judging.plan.terms("waste", at_))] == [
        "acme",
        "nova",
    ]


def test_a_worker_that_runs_for_years_resolves_again_what_comes() -> None:
    judging = Judging(PLAN)
    first = judging.judged(W)
    assert first is not None
    assert judging.judged(W + 300 * DAY) is first
    later = judging.judged(W + 500 * DAY)
    assert later is not None
    assert later.end > first.end
    assert later.begin > first.begin
