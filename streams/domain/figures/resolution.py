"""Answer station, not distribution station: who is helped where they asked, and who comes again."""

from typing import Final

from streams.domain.figures.figure import LEFT_OUT, Counts, Figure, ratio


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
    """Transfers to tier 2 answered within that line's threshold / such transfers, forms left
    out.

    >>> second_line_availability(Tally.of(second_line_within=9, second_line_offered=12))
    0.75
    """
    return ratio(tally["second_line_within"], tally["second_line_offered"])


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
)

REPEAT_CALLER_SHARE: Final = Figure(
    name="repeat_caller_share",
    title="share of repeat callers",
    formula="contacts whose caller had called in vain within 24 h / contacts",
    unit="ratio",
    better="lower",
    value=repeat_caller_share,
    source="ours: what not being reached does to the load",
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
)
