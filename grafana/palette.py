"""The states of a line: a word and a colour each, and the two never apart.

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

    value: int
    colour: str
    en: str
    nl: str


STATES: Final = (
    State(STATUS["closed"], CLOSED, "CLOSED", "GESLOTEN"),
    State(STATUS["ok"], OK, "OK", "GOED"),
    State(STATUS["at_risk"], AT_RISK, "AT RISK", "RISICO"),
    State(STATUS["breach"], BREACH, "BREACH", "TE LAAG"),
    State(STATUS["no_data"], NO_DATA, "NO DATA", "GEEN DATA"),
)

DISPOSITIONS: Final = {
    "answered": ("#3D8FC4", "answered", "beantwoord"),
    "form": ("#8C9A4F", "a form instead", "formulier"),
    "callback": ("#7FC8E8", "callback accepted", "terugbelafspraak"),
    "short_abandoned": ("#B8A46A", "hung up at once", "meteen opgehangen"),
    "abandoned": ("#F5C242", "hung up waiting", "opgehangen in wachtrij"),
    "left_before_queue": ("#C98A3B", "hung up before the queue", "opgehangen voor wachtrij"),
    "overflowed": ("#B57FC4", "sent elsewhere", "doorgestuurd"),
    "closed": ("#E0482F", "closed on while waiting", "gesloten tijdens wachten"),
    "blocked": ("#A32A17", "queue full", "wachtrij vol"),
    "lost": ("#7A8089", "lost", "verloren"),
    "open": ("#3A3F47", "still going on", "nog bezig"),
}
"""What became of a visit: a colour, and its words in English and Dutch."""

REASONS: Final = {
    "unreadable": ("#F5C242", "cannot be read", "onleesbaar"),
    "unknown_kind": ("#C98A3B", "unknown kind", "onbekende soort"),
    "missing_field": ("#B57FC4", "field missing", "veld ontbreekt"),
    "malformed_field": ("#7FC8E8", "field malformed", "veld ongeldig"),
    "unknown_line": ("#E8823A", "unknown line", "onbekende lijn"),
    "telephone_number": ("#E0482F", "raw telephone number", "telefoonnummer"),
    "in_future": ("#3D8FC4", "from the future", "uit de toekomst"),
    "oversized": ("#7A8089", "too large", "te groot"),
}
"""Why an event was refused. None is green: a dead letter is nothing to be glad of."""
