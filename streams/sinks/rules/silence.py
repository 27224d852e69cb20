"""Telemetry silence: when calls that the plan expects have not come.

A dead trunk looks like a quiet hour: no call fails, so no figure falls. What distinguishes them is
how many calls should have come since the last one. At ten the line is silent: on a line that fares
as expected that comes by chance once in e^10, some 22,000 calls.

The missed calls are added up evaluation by evaluation, at the pace that the plan expects of that
moment, until an event comes that is news. A closed line expects nothing, so that a silence that
begins before closing goes on in the morning where it left off; a line in announced maintenance
expects nothing either. (Summing up all of the silence each
time, in a subquery, gave the same numbers at a hundred times the cost.)

Only who listens hears a silence: what was expected after the instant of the figures
is not missed yet. So nothing falls silent while no worker is there, while figures stand still, and
while a worker catches up; other rules watch that. A silence that is known goes on meanwhile.
"""

from typing import Final, NamedTuple

from streams.sinks.annotations import NONE, PAGE
from streams.sinks.links import Links
from streams.sinks.rules.promises import EXPECTED, LINE_INFO, LINE_OPEN, MAINTENANCE
from streams.sinks.rules.rule import Alert, Record, quoted

AWAITED: Final = "contact_line_awaited_calls:per_hour"
CITY_AWAITED: Final = "contact_city_awaited_calls:per_hour"

EVALUATED_EVERY: Final = 15
"""Seconds between evaluations: as often as workers are scraped."""

LIMIT: Final = 10
"""Expected calls of a line that have not come."""

CITY_LIMIT: Final = 15
"""The same over all lines: at over a thousand calls a day, fifteen in a row miss by chance once in
ten years, and still it needs minutes only."""

REMEMBERED: Final = "1h"
"""For how long Prometheus may be down and still know what was missed before. Longer costs more at
each evaluation: all samples in it are read."""


class _Scope(NamedTuple):
    """What can be silent: its metrics, how they are joined, and while what is there: a line
    that has ended in the plan would be remembered for ever."""

    prefix: str
    awaited: str
    newest: str
    on: str
    left: str
    never: str
    there: str

    @property
    def missed(self) -> str:
        return f"{self.prefix}_missed:calls"

    @property
    def news(self) -> str:
        return f"{self.prefix}_news:timestamp_seconds"

    @property
    def last(self) -> str:
        return f"{self.prefix}_last_event:timestamp_seconds"

    @property
    def heard(self) -> str:
        return f"{self.prefix}_heard:timestamp_seconds"


_LINE: Final = _Scope(
    "contact_line",
    AWAITED,
    "max by (line)",
    "on (line)",
    "on (line) group_left ()",
    f"0 * {LINE_INFO}",
    f" and on (line) {LINE_INFO}",
)
_CITY: Final = _Scope("contact_city", CITY_AWAITED, "max", "on ()", "on ()", "vector(0)", "")


def missed() -> list[Record]:
    """How many calls have been missed since the last event, per line and in the city."""
    return [
        Record(AWAITED, f"{EXPECTED} unless on (line) {MAINTENANCE}"),
        *_missed(_LINE),
        Record(CITY_AWAITED, f"sum({AWAITED})"),
        *_missed(_CITY),
    ]


def _missed(scope: _Scope) -> list[Record]:
    metric = f"{scope.prefix}_last_event_timestamp_seconds"
    before = f"last_over_time({scope.missed}[{REMEMBERED}])"
    grown = (
        f"  {before}\n"
        f"    + {scope.awaited} * (time() - timestamp({scope.missed})) / 3600\n"
        f"  or {before}\n"
        f"  or 0 * {scope.awaited}"
    )
    since = (
        f"  {scope.awaited} * {scope.left} (time() - {scope.news}) / 3600\n"
        f"  or 0 * {before} and {scope.on} {scope.news}"
    )
    return [
        # Comes first, so that it is no newer than the events: a worker may come back in between.
        Record(scope.heard, f"{scope.newest} ({scope.prefix}_as_of_timestamp_seconds)"),
        # The rule of the newest event comes last: here it still says what it was before.
        Record(scope.news, f"{scope.newest} ({metric}) > {scope.on} {scope.last}"),
        # An event never adds: when one of hours ago is news, the less of the two is right.
        Record(
            scope.missed,
            f"(\n{since}\n) < (\n{grown}\n){scope.there}\nor (\n{grown}\n){scope.there}",
        ),
        # Still known when the worker that knew it is down.
        Record(
            scope.last,
            f"{scope.newest} (\n  {metric}\n  or last_over_time({scope.last}[{REMEMBERED}])\n"
            f"  or {scope.never}\n){scope.there}",
        ),
    ]


def _silent(scope: _Scope, limit: int) -> str:
    """Listened to, open, and by the next evaluation at the limit: noticed before it is passed."""
    listened = f"({EVALUATED_EVERY} + {scope.heard} - time())"
    return f"{scope.missed} + {scope.awaited} * {scope.left} {listened} / 3600 >= {limit}"


def _goes_on(scope: _Scope, limit: int, alert: str) -> str:
    """A silence that an alert fires for and nothing has ended, whether or not anybody listens."""
    silent = f"{scope.missed} + {scope.awaited} * {EVALUATED_EVERY} / 3600 >= {limit}"
    return f'{silent}\n  and {scope.on} ALERTS{{{alert}, alertstate="firing"}}'


def _page(scope: _Scope, limit: int, name: str) -> str:
    """From the moment when a silence is heard to its end."""
    known = _goes_on(scope, limit, f"alertname={quoted(name)}")
    return f"{_silent(scope, limit)}\nor\n(\n  {known}\n)"


INHIBITED_KINDS: Final = ("no_answers", "forgotten", "silence")
"""Alerts of the stream that follow from silence: who waited when the events stopped is answered by
nobody that the stream hears of; and silence needs no second page."""


def alerts(links: Links) -> list[Alert]:
    """Silence of one line, of the city, and what silence keeps quiet."""
    line = links.line_of("{{ $labels.line | urlquery }}")
    pages = [
        Alert(
            "ContactTelemetrySilent",
            _page(_LINE, LIMIT, "ContactTelemetrySilent"),
            PAGE,
            line,
        ),
        Alert(
            "ContactCitySilent",
            _page(_CITY, CITY_LIMIT, "ContactCitySilent"),
            PAGE,
            links.wallboard,
        ),
    ]
    return pages + [_silenced(kind, line) for kind in INHIBITED_KINDS]


def _silenced(kind: str, dashboard: str) -> Alert:
    """Fires from the beginning of a silence to its end if no alert of the kind was open when it
    began. What it inhibits is what opened after it."""
    own = f'alertname="ContactSilenceFirst", kind="{kind}"'
    expr = (
        f"(\n  {_silent(_LINE, LIMIT)}\n  unless on (line)\n"
        f'  max by (line) (contact_alert_open{{kind="{kind}"}}) == 1\n'
        f")\nor\n(\n  {_goes_on(_LINE, LIMIT, own)}\n)"
    )
    return Alert(
        "ContactSilenceFirst",
        expr,
        NONE,
        dashboard,
        labels={"kind": kind},
    )


def maintenance(links: Links) -> Alert:
    """Announced maintenance, which keeps the pages of its lines quiet."""
    return Alert(
        "ContactMaintenance",
        f"{MAINTENANCE} == 1",
        NONE,
        links.line_of("{{ $labels.line | urlquery }}"),
    )


IN_HOURS: Final = f"on () {LINE_OPEN}"
"""Joined with ``and``: while any line is open; with ``unless``: while none is."""
