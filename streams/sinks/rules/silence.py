"""Telemetry silence: when calls that the plan expects have not come.

A dead trunk looks like a quiet hour: no call fails, so no figure falls. What tells them apart is
how many calls should have come since the last one. At ten the line is silent: on a line that fares
as expected that comes by chance once in e^10, some 22,000 calls.

The sum is over the minutes since the last event, each with the calls expected in it. A minute after
which an event came doesn't count, whatever was before it; nor does time in which the line is
closed, so that a silence that begins before closing goes on where it left off in the morning.
"""

from collections.abc import Iterable
from math import ceil
from typing import Final

from streams.domain.plan import Plan
from streams.domain.plan.model import Hours
from streams.sinks.rules.promises import EXPECTED, MAINTENANCE, OPEN, Piece
from streams.sinks.rules.text import Alert, Record, quoted
from streams.sinks.rules.wording import CITY_LAST, LAST_CALL, NAME, OWNER
from streams.sinks.words import NONE, PAGE, Links, Text

MISSED: Final = "contact_line_missed:calls"
LAST_EVENT: Final = "contact_line_last_event:timestamp_seconds"
CITY_MISSED: Final = "contact_city_missed:calls"
CITY_LAST_EVENT: Final = "contact_city_last_event:timestamp_seconds"

INTERVAL: Final = 15
"""Seconds between evaluations: as often as workers are scraped."""

LIMIT: Final = 10
"""Expected calls of a line that have not come."""

CITY_LIMIT: Final = 15
"""The same over all lines: at over a thousand calls a day, fifteen in a row miss by chance once in
ten years, and still it takes minutes only."""

LONGEST: Final = 14
"""Days over which calls are awaited. A line that brings ten in no fortnight has no telemetry to
lose: its silence can't be told from quiet."""

_HOLIDAYS: Final = 3
"""Days that a weekend may be longer than the week says."""


def days_awaited(week: tuple[tuple[float, ...], ...], hours: Hours | None) -> int | None:
    """Days in which, wherever in the week they begin, enough expected calls fall to tell silence;
    None if that takes too long."""
    calls = [
        week[day][hour] * _open_part(hours, day, hour) for day in range(7) for hour in range(24)
    ]
    total = sum(calls)
    if total <= 0:
        return None
    longest = 0
    for begin in range(len(calls)):
        awaited = LIMIT % total
        length = int(LIMIT // total) * len(calls)
        while awaited > 0:
            awaited -= calls[(begin + length) % len(calls)]
            length += 1
        longest = max(longest, length)
    days = ceil(longest / 24) + _HOLIDAYS
    return days if days <= LONGEST else None


def _open_part(hours: Hours | None, day: int, hour: int) -> float:
    if hours is None:
        return 1.0
    start, end = 60 * hour, 60 * (hour + 1)
    today = [(a, b) for a, b in hours.week[day]]
    lasting = [(a - 1440, b - 1440) for a, b in hours.week[day - 1]]
    open_ = sum(max(0, min(b, end) - max(a, start)) for a, b in (*today, *lasting))
    return open_ / 60


def awaited_lines(plan: Plan, found: Iterable[Piece]) -> dict[tuple[str, str], int]:
    """The lines, by id and vendor, of which silence can be told, and the days that it takes."""
    lines: dict[tuple[str, str], int] = {}
    for piece in found:
        if piece.line.expected is None:
            continue
        hours = next((v.entry for v in plan.entries.hours if v.entry.id == piece.line.hours), None)
        days = days_awaited(piece.line.expected, hours)
        if days is not None:
            key = piece.line.id, piece.line.vendor
            lines[key] = max(days, lines.get(key, 0))
    return lines


def missed(lines: dict[tuple[str, str], int]) -> list[Record]:
    """How many calls have been missed since the last event, per line and in the city."""
    records = [
        _remembered(LAST_EVENT, "contact_line_last_event_timestamp_seconds", "by (line) "),
        _remembered(CITY_LAST_EVENT, "contact_city_last_event_timestamp_seconds", ""),
    ]
    for (line, vendor), days in sorted(lines.items()):
        which = f"{{line={quoted(line)}, vendor={quoted(vendor)}}}"
        last = f"{LAST_EVENT}{{line={quoted(line)}}}"
        expr = _missed(EXPECTED + which, f"on (line) ({last} @ end() >= time())", days)
        records.append(Record(MISSED, expr, {"line": line, "vendor": vendor}))
    if lines:
        expr = _missed(
            f"sum({EXPECTED})", f"({CITY_LAST_EVENT} @ end() >= time())", max(lines.values())
        )
        records.append(Record(CITY_MISSED, expr))
    return records


def _remembered(name: str, metric: str, by: str) -> Record:
    """The newest event, not forgotten when the worker that knew it is gone."""
    return Record(name, f"max {by}(\n  {metric} or last_over_time({name}[1h])\n)")


def _missed(rate: str, had_event: str, days: int) -> str:
    # The minutes are those of the clock: the running one is added by its seconds, and what will be
    # missed by the next evaluation, so that the limit is not noticed after it is passed.
    return (
        f"sum_over_time((\n  {rate} / 60\n  unless {had_event}\n)[{days}d:1m])\n"
        f"+ {rate} * (time() % 60 + {INTERVAL}) / 3600"
    )


_STALE: Final = (
    "(\n  time() - max by (line) (last_over_time(contact_line_as_of_timestamp_seconds[5m]))"
    " > 30 < 240\n)"
)
"""Lines whose figures have only just stopped. On a busy line ten calls are missed within a minute
of the stream's own death; until the stream's alerts can tell whose fault it is, nobody is woken."""

KINDS: Final = ("reachability", "service_level")
"""Alerts of the stream that silence makes meaningless."""


def alerts(links: Links) -> list[Alert]:
    """Silence of one line, of the city, and what silence keeps quiet."""
    line = links.line_of("{{ $labels.line | urlquery }}")
    silent = f"{MISSED} >= {LIMIT} unless on (line) {_STALE}"
    pages = [
        Alert(
            "ContactTelemetrySilent",
            silent,
            PAGE,
            {
                "en": Text(
                    f"{NAME['en']}: no calls since {LAST_CALL['en']}, "
                    '{{ $value | printf "%.0f" }} were expected',
                    f"{NAME['en']} is open and nothing at all has been heard of it since "
                    f'{LAST_CALL["en"]}. By the forecast {{{{ $value | printf "%.0f" }}}} people '
                    "should have called. Either they cannot get through, or the telephone system "
                    f"no longer tells. {OWNER['name']} answers this line.",
                    "Dial the line yourself from a mobile phone. If it is dead, call the telephone "
                    f"provider and {OWNER['owner']}; if it works, the events are missing.",
                ),
                "nl": Text(
                    f"{NAME['nl']}: geen oproepen sinds {LAST_CALL['nl']}, "
                    '{{ $value | printf "%.0f" }} verwacht',
                    f"{NAME['nl']} is open en er is niets meer van gehoord sinds "
                    f"{LAST_CALL['nl']}. "
                    'Volgens de prognose hadden {{ $value | printf "%.0f" }} mensen moeten bellen. '
                    "Ofwel komen zij er niet door, ofwel meldt de telefooncentrale niets meer. "
                    f"{OWNER['name']} beantwoordt deze lijn.",
                    "Bel de lijn zelf met een mobiele telefoon. Is ze dood, bel dan de "
                    f"telefoonprovider en {OWNER['owner']}; werkt ze, dan ontbreken de gegevens.",
                ),
            },
            line,
        ),
        Alert(
            "ContactCitySilent",
            f"{CITY_MISSED} >= {CITY_LIMIT}",
            PAGE,
            {
                "en": Text(
                    f"All lines: no calls since {CITY_LAST['en']}, "
                    '{{ $value | printf "%.0f" }} were expected',
                    f"Nothing has been heard of any line since {CITY_LAST['en']}, though lines are "
                    'open and by the forecast {{ $value | printf "%.0f" }} people should have '
                    "called. The city's number may be dead for everybody.",
                    "Dial the city's number from a mobile phone. If it is dead, call the telephone "
                    "provider at once; if it works, look at the source of the events.",
                ),
                "nl": Text(
                    f"Alle lijnen: geen oproepen sinds {CITY_LAST['nl']}, "
                    '{{ $value | printf "%.0f" }} verwacht',
                    f"Er is van geen enkele lijn iets gehoord sinds {CITY_LAST['nl']}, terwijl er "
                    'lijnen open zijn en er volgens de prognose {{ $value | printf "%.0f" }} '
                    "mensen hadden moeten bellen. Misschien is het nummer van de stad dood voor "
                    "iedereen.",
                    "Bel het nummer van de stad met een mobiele telefoon. Is het dood, bel dan "
                    "meteen de telefoonprovider; werkt het, kijk dan naar de bron van de gegevens.",
                ),
            },
            links.wallboard,
        ),
    ]
    return pages + [_silenced(kind, line) for kind in KINDS]


def _silenced(kind: str, dashboard: str) -> Alert:
    """Fires from the beginning of a silence to its end if no alert of the kind was open when it
    began. What it inhibits is what opened after it."""
    silent = f"{MISSED} >= {LIMIT}"
    expr = (
        f"(\n  {silent}\n  unless on (line)\n"
        f'  max by (line) (contact_alert_open{{kind="{kind}"}}) == 1\n'
        f")\nor\n(\n  {silent}\n  and on (line)\n"
        f'  ALERTS{{alertname="ContactSilenceFirst", kind="{kind}", alertstate="firing"}}\n)'
    )
    return Alert(
        "ContactSilenceFirst",
        expr,
        NONE,
        {
            "en": Text(
                f"{NAME['en']} was silent before its figures fell",
                "Alerts on its figures that open now are not sent: they follow from the silence.",
                "Nothing: see ContactTelemetrySilent.",
            ),
            "nl": Text(
                f"{NAME['nl']} was al stil voor de cijfers zakten",
                "Meldingen over de cijfers die nu openen worden niet verstuurd: zij volgen uit de "
                "stilte.",
                "Niets: zie ContactTelemetrySilent.",
            ),
        },
        dashboard,
        labels={"kind": kind},
    )


def maintenance(links: Links) -> Alert:
    """Announced maintenance, which keeps the pages of its lines quiet."""
    return Alert(
        "ContactMaintenance",
        f"{MAINTENANCE} == 1",
        NONE,
        {
            "en": Text(
                f"{NAME['en']}: announced maintenance",
                "Pages of this line are not sent until it is over. Its figures go on.",
                "Nothing: the plan says until when.",
            ),
            "nl": Text(
                f"{NAME['nl']}: aangekondigd onderhoud",
                "Oproepen voor deze lijn worden niet verstuurd tot het voorbij is. De cijfers gaan "
                "door.",
                "Niets: het plan zegt tot wanneer.",
            ),
        },
        links.line_of("{{ $labels.line | urlquery }}"),
    )


IN_HOURS: Final = f"on () {OPEN}"
"""Joined with ``and``: while any line is open; with ``unless``: while none is."""
