"""How the figures of a vendor's period so far are asked for, and what is concluded from them."""

from typing import Final

from grafana.figures import names_of_measures
from grafana.promql import Scope
from streams.domain.statement.heard import ENOUGH

CHOSEN_VENDOR: Final = Scope("vendor", "$vendor")
"""The vendor that a dashboard's variable names."""
MEASURE: Final = "contract, measure, line"
"""What a measure of a vendor is known by: a pooled one has no line."""
KEPT: Final = "1h"
"""On curves over weeks a figure stands this long: it changes every quarter of an hour at most."""

FORECAST: Final = "forecast_ratio"


def period(name: str, by: str = MEASURE, kept: bool = False, labels: str = "") -> str:
    """A figure of the period so far, of whichever worker exports it.

    Args:
        name: what follows ``contact_vendor_period_``.
        by: labels to keep.
        kept: over weeks, where a figure stands for a while.
        labels: further matchers.
    """
    matchers = ", ".join(
        part
        for part in ('vendor="$vendor"', labels, 'bound="mid"' if name == FORECAST else "")
        if part
    )
    asked = f"contact_vendor_period_{name}{{{matchers}}}"
    return f"max by ({by}) ({f'last_over_time({asked}[{KEPT}])' if kept else asked})"


def bound(which: str) -> str:
    """An end of the range in which nine periods in ten end."""
    return (
        f"max by ({MEASURE}) "
        f'(contact_vendor_period_forecast_ratio{{vendor="$vendor", bound="{which}"}})'
    )


MORE_IS_BETTER: Final = names_of_measures("higher")
LESS_IS_BETTER: Final = names_of_measures("lower")


def margin(name: str, kept: bool = False) -> str:
    """How much better than its target a ratio is; below 0, worse."""

    def figure(of: str, kind: str) -> str:
        return period(of, kept=kept, labels=kind)

    return (
        f"({figure(name, MORE_IS_BETTER)} - {figure('target_ratio', MORE_IS_BETTER)} or "
        f"{figure('target_ratio', LESS_IS_BETTER)} - {figure(name, LESS_IS_BETTER)})"
    )


TOO_FEW: Final = f"{period('heard_ratio')} < {float(ENOUGH)}"
"""Measures of with too little telemetry to be judged, neither here nor on the statement."""
JUDGED: Final = f"unless on ({MEASURE}) {TOO_FEW}"
TARGET_MISSED: Final = f"({period('misses_left')} < 0 {JUDGED})"
"""Measures that no call to come can bring to their target."""
TARGET_IN_DANGER: Final = (
    f"({margin(FORECAST)} < 0 unless on ({MEASURE}) {period('misses_left')} < 0 {JUDGED})"
)
"""Measures that, as things go, will miss their target."""
OUTLOOK: Final = (
    f"(clamp_max(({margin(FORECAST)} < bool 0) "
    f"+ on ({MEASURE}) 2 * ({period('misses_left')} < bool 0), 2) {JUDGED}) "
    f"or 3 + 0 * ({TOO_FEW})"
)
"""0 on course, 1 in danger, 2 lost, 3 not judged."""
