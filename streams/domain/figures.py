"""The figures that people read, each derived from a tally by one formula.

A ratio with nothing under the line is None: no data is no number, never 0 and never 100 %.
Ratios are fractions of one, durations are seconds.
"""

from collections.abc import Callable
from typing import Any, Final

from streams.domain import visits
from streams.domain.counts import SHOWN, SHOWN_OF_CITY
from streams.domain.instants import SECOND
from streams.domain.plan.model import FORMULAS
from streams.domain.tally import Tally

WAIT_QUANTILES: Final = {"p50": 0.5, "p80": 0.8, "p90": 0.9, "p95": 0.95}


def ratio(part: int, whole: int) -> float | None:
    """``part / whole``; None where there is nothing under the line."""
    return part / whole if whole else None


def _seconds(total: int, count: int) -> float | None:
    return total / count / SECOND if count else None


def service_level(tally: Tally, formula: str) -> float | None:
    """The share answered in time, by one of four formulas that all bear the name.

    With O decided queue-offered, A answered, B abandoned, T the threshold::

        abandons_negative   A<=T / O
        abandons_ignored    A<=T / (O - B<=T)
        abandons_positive   (A<=T + B<=T) / O
        answered_only       A<=T / A

    >>> tally = Tally.of(
    ...     service_offered=100, service_answered=90, answered_within=70, abandoned_within=10
    ... )
    >>> [round(100 * service_level(tally, formula), 1) for formula in FORMULAS]
    [70.0, 77.8, 80.0, 77.8]
    """
    within = tally["answered_within"]
    offered = tally["service_offered"]
    if formula == "abandons_negative":
        return ratio(within, offered)
    if formula == "abandons_ignored":
        return ratio(within, offered - tally["abandoned_within"])
    if formula == "abandons_positive":
        return ratio(within + tally["abandoned_within"], offered)
    if formula == "answered_only":
        return ratio(within, tally["service_answered"])
    raise ValueError(f"no service-level formula is called {formula!r}")


def reachability(tally: Tally) -> float | None:
    """Answered / offered visits that ended or are overdue, in hours, callbacks and forms left
    out."""
    return ratio(tally["reach_reached"], tally["reach_judged"])


def city_reachability(tally: Tally) -> float | None:
    """Contacts with an answered visit / contacts, menu hang-ups and refusals included."""
    return ratio(tally["contacts_reached"], tally["contacts_judged"])


def callback_share(tally: Tally) -> float | None:
    """Callbacks left out of reachability / all that could have been judged."""
    return ratio(tally["reach_callbacks"], _judged_or_left_out(tally))


def form_share(tally: Tally) -> float | None:
    """Forms left out of reachability / all that could have been judged."""
    return ratio(tally["reach_forms"], _judged_or_left_out(tally))


def _judged_or_left_out(tally: Tally) -> int:
    return tally["reach_judged"] + tally["reach_callbacks"] + tally["reach_forms"]


def abandonment(tally: Tally) -> float | None:
    """(abandoned + short abandoned) / queue-offered."""
    return ratio(tally[visits.ABANDONED] + tally[visits.SHORT_ABANDONED], tally["queue_offered"])


def abandonment_without_short(tally: Tally) -> float | None:
    """Abandoned / queue-offered, short abandons in neither."""
    return ratio(tally[visits.ABANDONED], tally["queue_offered"] - tally[visits.SHORT_ABANDONED])


def abandonment_with_menu(tally: Tally) -> float | None:
    """(abandoned + short + left before the queue) / (queue-offered + left before the queue)."""
    early = tally[visits.LEFT_BEFORE_QUEUE]
    gone = tally[visits.ABANDONED] + tally[visits.SHORT_ABANDONED] + early
    return ratio(gone, tally["queue_offered"] + early)


def average_speed_of_answer(tally: Tally) -> float | None:
    """Sum of the waits of answered visits / answered, in seconds."""
    return _seconds(tally["wait_sum"], tally[visits.ANSWERED])


def longest_wait(tally: Tally) -> float | None:
    """The longest wait of all ended queue-offered visits, in seconds."""
    return tally.longest / SECOND if tally.longest >= 0 else None


def wait_quantile(tally: Tally, share: float) -> int | None:
    """The wait, in whole seconds, within which this share of the answered were answered.

    The upper bound of the bucket that holds it (``entries.wait_bucket``).
    """
    total = sum(tally.waits.values())
    if not total:
        return None
    needed = max(1, -(-total * share // 1))
    reached = 0
    for bucket in sorted(tally.waits):
        reached += tally.waits[bucket]
        if reached >= needed:
            return bucket
    raise AssertionError("a histogram holds as many as its sum")


def menu_time(tally: Tally) -> float | None:
    """Mean of choice - start, in seconds; negative ones are left out and counted."""
    return _seconds(tally["menu_sum"], tally["menu_count"])


def menu_abandonment(tally: Tally) -> float | None:
    """Of a line: the share that hung up between its choice and its queue."""
    return ratio(tally[visits.LEFT_BEFORE_QUEUE], tally["line_offered"])


def city_menu_abandonment(tally: Tally) -> float | None:
    """Of the city: the share of contacts that hung up in the menu."""
    return ratio(tally[visits.MENU_ABANDONED], tally["contacts"])


def talk_time(tally: Tally) -> float | None:
    """Mean of hangup or left - answered, in seconds."""
    return _seconds(tally["talk_sum"], tally["talk_count"])


def first_line_resolution(tally: Tally) -> float | None:
    """Answered contacts never transferred / answered contacts."""
    return ratio(tally["contacts_kept"], tally["contacts_answered"])


def wrong_choice(tally: Tally) -> float | None:
    """Answered visits of tier 1 transferred to another line of tier 1 / answered."""
    return ratio(tally["wrong_choices"], tally[visits.ANSWERED])


def second_line_availability(tally: Tally) -> float | None:
    """Transfers to tier 2 answered within that line's threshold / such transfers, forms left
    out."""
    return ratio(tally["second_line_within"], tally["second_line_offered"])


def callbacks_kept(tally: Tally) -> float | None:
    """Callbacks followed in time by an answered contact of the same caller / callbacks."""
    return ratio(tally["callbacks_kept"], tally[visits.CALLBACK])


def repeat_callers(tally: Tally) -> float | None:
    """Contacts whose caller had called in vain within the 24 h before / contacts."""
    return ratio(tally["repeat_callers"], tally["contacts"])


Figure = Callable[[Tally], float | None]

OF_VISITS: Final[dict[str, Figure]] = {
    "callback_share": callback_share,
    "form_share": form_share,
    "abandonment": abandonment,
    "abandonment_without_short": abandonment_without_short,
    "abandonment_with_left_before_queue": abandonment_with_menu,
    "average_speed_of_answer": average_speed_of_answer,
    "longest_wait": longest_wait,
    "menu_time": menu_time,
    "talk_time": talk_time,
    "first_line_resolution": first_line_resolution,
    "wrong_choice": wrong_choice,
    "second_line_availability": second_line_availability,
    "repeat_caller_share": repeat_callers,
    "callbacks_kept_share": callbacks_kept,
}
"""The figures that lines, vendors and the city have alike."""

OF_LINES: Final[dict[str, Figure]] = {
    "reachability": reachability,
    "menu_abandonment": menu_abandonment,
}

OF_THE_CITY: Final[dict[str, Figure]] = {
    "reachability": city_reachability,
    "menu_abandonment": city_menu_abandonment,
}


def figures(tally: Tally, of_city: bool = False) -> dict[str, Any]:
    """All figures of a tally by their names: every count, and each ratio that is defined."""
    shown: dict[str, Any] = {name: tally[name] for name in SHOWN}
    if of_city:
        shown |= {name: tally[name] for name in SHOWN_OF_CITY}
    levels = {name: service_level(tally, name) for name in FORMULAS}
    if any(level is not None for level in levels.values()):
        shown["service_level"] = {k: level for k, level in levels.items() if level is not None}
    for name, figure in (OF_VISITS | (OF_THE_CITY if of_city else OF_LINES)).items():
        value = figure(tally)
        if value is not None:
            shown[name] = value
    waits = {name: wait_quantile(tally, share) for name, share in WAIT_QUANTILES.items()}
    if waits["p50"] is not None:
        shown["wait_quantiles"] = waits
    return shown
