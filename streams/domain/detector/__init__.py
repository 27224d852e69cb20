"""Waking the right person: a sequential test per line, with a known price.

A ratio with a minimum sample pages nearly every day, and burn rates of availability monitoring
can't fire at all on a target of 80 % (14.4 x 0.2 > 1). So each decision is used the moment it is
made, and the page is a statistical decision whose limit follows from a budget of false pages.

`limits` computes the limit from the budget, `chart` is the test, `pace` learns how many decisions
a quarter has, `watch` opens and resolves the alerts of one figure, `waiting` those of a line that
closed on people, `detector` puts a line's together, `alert` is what it says. Pure: no clock but
the decisions' own instants and `tick`, so that a replay of last year fires the same alerts. What it
is worth is measured in ``tests/domain/detector_quality.md``.
"""

from streams.domain.detector.alert import Alert, AlertChange, Decision, Kind
from streams.domain.detector.detector import Detector, Promises, never_closes

__all__ = ["Alert", "AlertChange", "Decision", "Detector", "Kind", "Promises", "never_closes"]
