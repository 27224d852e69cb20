"""Going on by a plan where another may have judged before: the past stays as it was judged."""

from typing import NamedTuple

from streams.domain.plan.composed import composed
from streams.domain.plan.differences import Difference, acts_from, differences
from streams.domain.plan.judgement import RENEWED_BEFORE, Judgement, around, judgement
from streams.domain.plan.plan import Plan


class Adopted(NamedTuple):
    """A plan as it is gone on by.

    Attributes:
        plan: that judges the past as it was judged, and what is to come by the plan adopted.
        judged: by what it judges; to be kept with the state.
        differences: what the plan adopted alone would judge otherwise of the past.
        is_news: they were not known before: another plan was gone on by until now.
    """

    plan: Plan
    judged: Judgement
    differences: list[Difference]
    is_news: bool

    @property
    def since(self) -> int | None:
        """From when on the plan adopted judges alone; None: it always has."""
        return acts_from(self.differences)


def adopt(plan: Plan, judged: Judgement | None, watermark: int) -> Adopted:
    """Goes on by a plan.

    Args:
        plan: to go on by.
        judged: by what was judged until now; None where nothing was.
        watermark: up to which everything has been judged.
    """
    at = watermark + 1
    if judged is None:
        return Adopted(plan, around(plan, at), [], False)
    found = composed(plan, judged, at)
    now = around(found, at)
    changed = differences(judged, now)
    if not changed and at < judged.end - RENEWED_BEFORE:
        now = judged  # nothing to be kept otherwise
    past = differences(judged, judgement(plan, judged.begin, judged.end), until=at)
    return Adopted(found, now, past, bool(changed and past))
