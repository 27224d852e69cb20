"""Answer station, not distribution station: who is helped where they asked, and who comes again."""

from collections.abc import Callable
from typing import Final

from streams.domain.figures.figure import LEFT_OUT, Counts, Figure, ratio
from streams.domain.figures.measure import (
    HIT,
    MISS,
    OUT_OF_HOURS,
    OUTSIDE,
    UNDECIDED,
    Count,
    Counted,
    Judged,
    Judgement,
    Measured,
    Verdict,
)


def first_line_resolution(tally: Counts) -> float | None:
    """Answered contacts never transferred / answered contacts.

    >>> first_line_resolution(Tally.of(contacts_kept=80, contacts_answered=100))
    0.8
    """
    return ratio(tally["contacts_kept"], tally["contacts_answered"])


def wrong_choice(tally: Counts) -> float | None:
    """Answered visits of tier 1 transferred to another line of tier 1 / answered.

    >>> wrong_choice(Tally.of(wrong_choices=3, answered=100))
    0.03
    """
    return ratio(tally["wrong_choices"], tally["answered"])


def second_line_availability(tally: Counts) -> float | None:
    """Transfers to tier 2 and 3 answered within that line's threshold / such transfers, forms left
    out.

    >>> second_line_availability(Tally.of(second_line_within=9, second_line_offered=12))
    0.75
    """
    return ratio(tally["second_line_within"], tally["second_line_offered"])


def cut_off(tally: Counts) -> float | None:
    """Answered visits that the agent ended within 10 s / answered.

    >>> cut_off(Tally.of(cut_offs=2, answered=100))
    0.02
    """
    return ratio(tally["cut_offs"], tally["answered"])


def repeat_caller_share(tally: Counts) -> float | None:
    """Contacts whose caller had called in vain within the 24 h before / contacts.

    >>> repeat_caller_share(Tally.of(repeat_callers=5, contacts=100))
    0.05
    """
    return ratio(tally["repeat_callers"], tally["contacts"])


def callbacks_kept_share(tally: Counts) -> float | None:
    """Callbacks followed by an answered contact of the same caller on that line or tier, within
    the plan's time, which runs in opening hours / callbacks.

    >>> callbacks_kept_share(Tally.of(callbacks_kept=9, callback=10))
    0.9
    """
    return ratio(tally["callbacks_kept"], tally["callback"])


def _share(part: str, whole: str, out_of_hours: bool = True) -> Callable[..., Count]:
    """One count / another, both less what was out of hours where a contract leaves that out."""

    def count(tally: Counted, how: Judgement) -> Count:
        found = Count(tally[part], tally[whole])
        if out_of_hours and OUT_OF_HOURS in how.causes:
            found = found.minus(Count(tally[f"out_{part}"], tally[f"out_{whole}"]))
        return found

    return count


def _resolved(visit: Judged) -> Verdict:
    if not visit.contact.first:
        return OUTSIDE, "counted_before"
    if not visit.contact.answered:
        return (UNDECIDED if visit.disposition == "open" else OUTSIDE), visit.disposition
    return (MISS, "passed_on") if visit.contact.transferred else (HIT, "settled")


def _rightly_chosen(visit: Judged) -> Verdict:
    if visit.disposition != "answered":
        return OUTSIDE, visit.disposition
    wrong = visit.tier == 1 and visit.visit.transferred_to == 1
    return (MISS, "wrong_choice") if wrong else (HIT, visit.disposition)


def _available(visit: Judged) -> Verdict:
    seen = visit.visit
    if visit.tier == 1 or not seen.by_transfer:
        return OUTSIDE, "not_passed_on_here"
    if seen.in_time is None or visit.disposition == "form":
        return (UNDECIDED if visit.disposition == "open" else OUTSIDE), visit.disposition
    return (HIT, "in_time") if seen.in_time else (MISS, visit.disposition)


def _not_cut_off(visit: Judged) -> Verdict:
    if visit.disposition != "answered":
        return OUTSIDE, visit.disposition
    return (MISS, "cut_off") if visit.visit.cut_off else (HIT, visit.disposition)


def _kept(visit: Judged) -> Verdict:
    if visit.disposition != "callback":
        return OUTSIDE, visit.disposition
    return (HIT, "callback_kept") if visit.kept else (MISS, "callback_not_kept")


FIRST_LINE_RESOLUTION: Final = Figure(
    name="first_line_resolution",
    title="first-line resolution",
    formula="answered contacts never transferred / answered contacts",
    unit="ratio",
    better="higher",
    value=first_line_resolution,
    source="Tilburg, service norms 2018: the share that the call centre settles itself",
    metric="first_line_resolution_ratio",
    help="Answered contacts never transferred / answered contacts",
    windows=("60m", "today"),
    measure=Measured(
        _share("contacts_kept", "contacts_answered"),
        _resolved,
        of_contacts=True,
        why={
            "settled": "answered, and never passed on",
            "passed_on": "passed on to another line",
            "counted_before": "counted with the contact's first visit",
        },
    ),
    place=120,
)

WRONG_CHOICE: Final = Figure(
    name="wrong_choice",
    title="wrong choice",
    formula="answered visits transferred to another first line / answered visits",
    unit="ratio",
    better="lower",
    value=wrong_choice,
    source="ours: whether a menu's words lead people where they want to go",
    metric="wrong_choice_ratio",
    help="Answered visits transferred to another first line / answered",
    windows=("60m", "today"),
    measure=Measured(
        _share("wrong_choices", "answered"),
        _rightly_chosen,
        why={"wrong_choice": "passed on to another first line"},
    ),
    place=130,
)

SECOND_LINE_AVAILABILITY: Final = Figure(
    name="second_line_availability",
    title="second-line availability",
    formula=("transfers to a second line answered within its T / transfers, forms left out"),
    unit="ratio",
    better="higher",
    value=second_line_availability,
    source="ours: whether an expert is there when the first line needs one",
    metric="second_line_availability_ratio",
    help="Transfers to the second line answered within its threshold / transfers",
    windows=("60m", "today"),
    measure=Measured(
        _share("second_line_within", "second_line_offered"),
        _available,
        causes=(OUT_OF_HOURS,),
        why={"not_passed_on_here": "not passed on here by another line"},
    ),
    place=140,
)

CUT_OFF: Final = Figure(
    name="cut_off",
    title="cut off",
    formula="answered and ended by the agent within 10 s / answered visits",
    unit="ratio",
    better="lower",
    value=cut_off,
    source="ours: whoever hangs up as soon as they have answered, has answered in time",
    metric="cut_off_ratio",
    measure=Measured(
        _share("cut_offs", "answered"),
        _not_cut_off,
        why={"cut_off": "ended by the agent within 10 s"},
    ),
)

REPEAT_CALLER_SHARE: Final = Figure(
    name="repeat_caller_share",
    title="share of repeat callers",
    formula="contacts whose caller had called in vain within 24 h / contacts",
    unit="ratio",
    better="lower",
    value=repeat_caller_share,
    source="ours: what not being reached does to the load",
    place=150,
)

CALLBACKS_KEPT_SHARE: Final = Figure(
    name="callbacks_kept_share",
    title="callbacks kept",
    formula="callbacks kept in time / callbacks",
    unit="ratio",
    better="higher",
    value=callbacks_kept_share,
    source="ours: a callback is a promise",
    metric="callbacks_kept_ratio",
    help="Callbacks kept in time / callbacks",
    rank=LEFT_OUT,
    measure=Measured(
        _share("callbacks_kept", "callback", out_of_hours=False),
        _kept,
        name="callbacks_kept",
        causes=(),
        why={
            "callback_kept": "called back, or answered, in time",
            "callback_not_kept": "neither called back nor answered in time",
        },
    ),
    place=160,
)
