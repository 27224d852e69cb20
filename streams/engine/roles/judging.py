"""By what a source partition is judged: by the worker's plan, and before by what was.

A plan that was corrected moves nothing of what is behind: until the partition's watermark all stays
judged as it was. So by what that is stands in the partition's state, and is told beside its figures
to whoever makes a statement of them.
"""

from typing import Final

from streams.domain.instants import DAY
from streams.domain.plan import Plan
from streams.domain.plan.adopted import Adopted, adopt
from streams.domain.plan.judgement import RENEWED_BEFORE, Judgement, around
from streams.engine.kafka.outputs import Record
from streams.engine.state.partials import told_judgement_record

UNKNOWN: Final = -(2**62)
"""The watermark of a partition before anything is known of it."""


class Judging:
    """What one source partition is judged by.

    Args:
        plan: the worker's.

    Attributes:
        plan: by which contacts are judged.
        adopted: how the worker's plan was gone on by; None where nothing had been judged.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.adopted: Adopted | None = None
        self._judged: Judgement | None = None
        self._told_at = UNKNOWN

    def restore(self, judged: Judgement | None, watermark: int) -> None:
        """Goes on where all had been judged up to a watermark, by what the state has."""
        if watermark != UNKNOWN:
            self.adopted = adopt(self.plan, judged, watermark)
            self.plan, self._judged = self.adopted.plan, self.adopted.judged

    def judged(self, watermark: int) -> Judgement | None:
        """By what all is judged as of a watermark; None before anything is known."""
        if watermark == UNKNOWN:
            return None
        if self._judged is None or watermark >= self._judged.end - RENEWED_BEFORE:
            self._judged = around(self.plan, watermark)
        return self._judged

    def told(self, source: int, watermark: int) -> list[Record]:
        """What is told of it beside the figures: once a day, for where that is it is kept for no
        longer than a week."""
        judged = self.judged(watermark)
        if judged is None or watermark < self._told_at + DAY:
            return []
        self._told_at = watermark
        return [told_judgement_record(source, judged)]
