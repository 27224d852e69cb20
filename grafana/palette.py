"""The colours of what dashboards show; what is said beside them is in the catalogues.

A state of a line has a word and a colour, and the two are never apart.

The colours are told apart with any of the common kinds of colour blindness and on a poor screen:
they differ in lightness first (a test simulates it). Calm is dark, trouble is bright. ``NO DATA``
is neither good nor bad news about callers, so it has no hue at all; that telemetry has stopped is
said in red elsewhere.
"""

from typing import Final, NamedTuple

from streams.sinks.prometheus import STATUS

BREACH: Final = "#E0482F"
AT_RISK: Final = "#FFD23F"
OK: Final = "#20567E"
CLOSED: Final = "#2A2D33"
NO_DATA: Final = "#B6BBC3"

NEUTRAL: Final = "#22262B"
"""Behind figures that are as they should be."""
QUIET: Final = "#9AA3AE"
"""Text and lines that only give the measure: targets, last week."""
TEXT: Final = "#F2F4F7"


class State(NamedTuple):
    """A value of ``contact_line_status``."""

    name: str
    value: int
    colour: str


STATES: Final = tuple(
    State(name, STATUS[name], colour)
    for name, colour in (
        ("closed", CLOSED),
        ("ok", OK),
        ("at_risk", AT_RISK),
        ("breach", BREACH),
        ("no_data", NO_DATA),
    )
)

DISPOSITION_COLOURS: Final = {
    "answered": "#3D8FC4",
    "form": "#8C9A4F",
    "callback": "#7FC8E8",
    "short_abandoned": "#B8A46A",
    "abandoned": "#F5C242",
    "left_before_queue": "#C98A3B",
    "overflowed": "#B57FC4",
    "closed": "#E0482F",
    "blocked": "#A32A17",
    "lost": "#7A8089",
    "open": "#3A3F47",
}
"""What became of a visit."""

REASON_COLOURS: Final = {
    "unreadable": "#F5C242",
    "unknown_kind": "#C98A3B",
    "missing_field": "#B57FC4",
    "malformed_field": "#7FC8E8",
    "unknown_line": "#E8823A",
    "telephone_number": "#E0482F",
    "in_future": "#3D8FC4",
    "oversized": "#7A8089",
    "too_many_contacts": "#A8443C",
}
"""Why an event was refused. None is green: a dead letter is nothing to be glad of."""
