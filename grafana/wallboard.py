"""The wallboard: read from five metres, without a mouse, within five seconds.

A card per line. Its banner says the state in one word and one colour; below it the two promised
figures, each with its target and the number of calls that it rests on, red when below target; then
who waits now. On top the city's own figure, what is alarming, and as of when all this is. Nothing
scrolls and nothing needs a variable. The panels' titles are small print for who stands near.

It is laid out for a page of 1920 x 1080; a larger screen shows the same page enlarged.
"""

from typing import Final

from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.builders.dashboard import Dashboard, TimePicker
from grafana_foundation_sdk.models.common import VizOrientation

from grafana import palette
from grafana.alerts import listed
from grafana.figures import TODAY, asked
from grafana.grid import COLUMNS, ROWS, body, grid, inner, shortened, shown
from grafana.panels import Query, at, numbers
from grafana.promql import FRESH, Scope, floored, or_dash, percent
from grafana.say import NOBODY, Say, colour, line_name, states
from streams.domain.plan import Plan, Terms
from streams.sinks.prometheus import STATUS, STATUS_WINDOW

STATE_WIDTH: Final = 2.7
"""Of the widest state's word, in heights of a tile's row."""


def wallboard(plan: Plan, now: int, say: Say) -> Dashboard:
    """The wallboard of a plan's lines as of an instant, in one language."""
    lines = shown(plan, now)
    city = plan.entries.city
    board = (
        Dashboard(say("wallboard.title", city=city.name))
        .uid(say.uid("wallboard"))
        .description(say("wallboard.description"))
        .tags(["reachline", "wallboard", say.language])
        .refresh("10s")
        .time("now-15m", "now")
        .timezone(city.time_zone)
        .timepicker(TimePicker().hidden(True))
        .readonly()
    )
    shape = grid(len(lines))
    panels = [*_top(city.name, say, shape.top)]
    width, height = COLUMNS // shape.columns, (ROWS - shape.top) // shape.rows
    for index, terms in enumerate(lines):
        y, x = divmod(index, shape.columns)
        card = _card if shape.whole else _tile
        panels += card(plan, now, terms, say, x * width, shape.top + y * height, width, height)
    for index, panel in enumerate(panels):
        board.with_panel(panel.id(index + 1))
    return board


def _vendor(plan: Plan, terms: Terms, now: int) -> str:
    vendor = plan.vendor(terms.vendor, now)
    return vendor.name if vendor is not None else terms.vendor


def _card(
    plan: Plan, now: int, terms: Terms, say: Say, x: int, y: int, w: int, h: int
) -> list[stat.Panel]:
    """A line's state, its two figures, and who waits: three panels below each other."""
    low = max(3, h // 4)
    top = (h - low) // 2
    middle = h - top - low
    line = Scope("line", terms.line)
    name = line_name(terms, say)
    answering = _vendor(plan, terms, now)
    wide = w * 80 - 8 - 16 - 24
    room = inner(top)
    size = min(room * 0.36, wide / (0.58 * len(name)))
    banner = numbers(
        say("wallboard.state.title", answering=answering),
        say("wallboard.state.description", fresh=FRESH),
        [_status(line, name)],
        unit="none",
        sizes=(int(size), int((room - size * 1.2) / 1.2)),
        wide=False,
        mappings=[states(say)],
        base=palette.NO_DATA,
        none=say.texts("terms.status.no_data"),
    )
    room = inner(middle)
    target = say("wallboard.promised.target", target="{{target}}")
    promised = numbers(
        say("wallboard.promised.title"),
        say("wallboard.promised.description"),
        [*_reached(line, say, target), *_service_level(line, say, "wallboard.promised", target)],
        unit="percentunit",
        sizes=(int(min(room * 0.26, w * 80 / 31)), int(room * 0.55)),
        wide=False,
    )
    room = inner(low)
    situation = numbers(
        say("wallboard.now.title"),
        say("wallboard.now.description"),
        _situation(line, say),
        unit="none",
        sizes=(int(room * 0.4), int(room * 0.66)),
    )
    return [
        at(banner, x, y, w, top),
        at(promised, x, y + top, w, middle),
        at(situation, x, y + top + middle, w, low),
    ]


def _tile(
    plan: Plan, now: int, terms: Terms, say: Say, x: int, y: int, w: int, h: int
) -> list[stat.Panel]:
    """A line in one panel, for plans with many: a row each for state, figures and who waits."""
    line = Scope("line", terms.line)
    name = line_name(terms, say)
    row = (body(h) - 3 * 3) // 4
    size = int(row * 0.43)
    room = w * 80 - 8 - 16 - 16 - STATE_WIDTH * row
    tile = numbers(
        name,
        say("wallboard.tile.description", fresh=FRESH),
        [
            _status(line, shortened(name, int(room / (0.53 * size))))._replace(
                options={"mappings": [states(say)], "unit": "none"}
            ),
            *_reached(line, say, " ≥{{target}}%"),
            *_service_level(line, say, "wallboard.tile", " ≥{{target}}%"),
            Query(
                f"{line.current('waiting')} == 0 or on () vector(-1)"
                f" unless on () {line.current('waiting')} > 0",
                say("wallboard.tile.nobody_waits"),
                {"unit": "none"},
            ),
            Query(
                line.worded(
                    f"({line.current('waiting')} > 0)",
                    m=f"ceil({line.current('oldest_wait_seconds')} / 60)",
                ),
                say("wallboard.tile.waiting_up_to", m="{{m}}"),
                {"unit": "none"},
            ),
        ],
        unit="percentunit",
        orientation=VizOrientation.HORIZONTAL,
        sizes=(size, int(row * 0.6)),
    )
    return [at(tile, x, y, w, h)]


def _status(line: Scope, name: str) -> Query:
    no_data = f"{line.current('status')} or on () vector({STATUS['no_data']})"
    return Query(no_data, name)


def _figure(line: Scope, ratio: str, target: str, count: str, words: str, none: str) -> list[Query]:
    """A figure below its target, at its target, or without anything under its line: of the three
    queries exactly one has a series."""

    def worded(value: str) -> str:
        return line.worded(floored(f"({value})"), n=count, target=percent(target))

    return [
        Query(worded(f"{ratio} < on (line) {target}"), words, {"color": colour(palette.BREACH)}),
        Query(worded(f"{ratio} >= on (line) {target}"), words),
        Query(f"vector(-1) unless on () {ratio}", none),
    ]


def _reached(line: Scope, say: Say, target: str) -> list[Query]:
    return _figure(
        line,
        line.current("reachability_ratio", window=STATUS_WINDOW),
        line.target("reachability_target_ratio"),
        line.current("reachability_counts", window=STATUS_WINDOW, part="judged"),
        say("wallboard.promised.reached_of", n="{{n}}") + target,
        say("wallboard.promised.reached"),
    )


def _service_level(line: Scope, say: Say, where: str, target: str) -> list[Query]:
    return _figure(
        line,
        line.current("contract_service_level_ratio", window=STATUS_WINDOW),
        line.target("service_level_target_ratio"),
        line.current("service_level_counts", window=STATUS_WINDOW, part="offered"),
        say(f"{where}.service_level_of", n="{{n}}") + target,
        say("wallboard.promised.service_level"),
    )


def _situation(line: Scope, say: Say) -> list[Query]:
    count = {"unit": "none"}
    return [
        Query(or_dash(line.current("waiting")), say("wallboard.now.waiting"), count),
        Query(
            or_dash(line.current("oldest_wait_seconds")),
            say("wallboard.now.oldest_wait"),
            {"unit": "s", "mappings": [NOBODY]},
        ),
        *asked(
            line,
            "abandonment",
            say("wallboard.now.abandoned_today"),
            {"unit": "percentunit"},
            window=TODAY,
            form=or_dash(floored("{}")),
        ),
    ]


def _top(name: str, say: Say, h: int) -> list[stat.Panel]:
    """The city's own figure, what is alarming, and as of when."""
    city = Scope("city")
    room = inner(h)
    whole = h > 3
    most = 3 if whole else 1
    reach = city.current("reachability_ratio", window=STATUS_WINDOW)
    judged = city.current("reachability_counts", window=STATUS_WINDOW, part="judged")
    of_today = city.current("reachability_ratio", window="today")
    today = city.current("reachability_counts", window="today", part="judged")
    own = numbers(
        say("wallboard.city.title", city=name),
        say("wallboard.city.description"),
        [
            Query(
                city.worded(floored(reach), n=judged),
                say("wallboard.city.reached_of", n="{{n}}"),
            ),
            Query(f"vector(-1) unless on () {reach}", say("wallboard.city.reached")),
            Query(
                city.worded(floored(of_today), n=today),
                say("wallboard.city.today_of", n="{{n}}"),
            ),
            Query(f"vector(-1) unless on () {of_today}", say("wallboard.city.today")),
            Query(
                or_dash(city.current("waiting")),
                say("wallboard.city.waiting"),
                {"unit": "none"},
            ),
        ],
        unit="percentunit",
        sizes=(int(room * 0.22), int(room * 0.56)) if whole else (16, 30),
        wide=not whole,
    )
    alerts = numbers(
        say("wallboard.alerts.title"),
        say("wallboard.alerts.description", most=most),
        listed(say, most),
        unit="s",
        decimals=1,
        orientation=VizOrientation.HORIZONTAL,
        sizes=(22, 26) if whole else (16, 18),
        base=palette.BREACH,
        none=say("wallboard.alerts.down"),
    )
    slowest = "min(max by (line) (contact_line_as_of_timestamp_seconds))"
    current = "min(max by (line) (contact_line_current_timestamp_seconds))"
    as_of = numbers(
        say("wallboard.as_of.title"),
        say("wallboard.as_of.description", fresh=FRESH),
        [
            Query(
                f"1000 * {slowest} and {current} > time() - {FRESH}",
                say("wallboard.as_of.as_of"),
                {"color": colour(palette.NEUTRAL)},
            ),
            Query(
                f"1000 * {slowest} and {current} <= time() - {FRESH}",
                say("wallboard.as_of.stopped"),
                {"color": colour(palette.BREACH)},
            ),
        ],
        unit="time:HH:mm:ss",
        sizes=(int(room * 0.24), int(room * 0.44)) if whole else (16, 30),
        wide=not whole,
        base=palette.BREACH,
        mappings=(),
        decimals=None,
        none=say("wallboard.as_of.silent"),
    )
    return [at(own, 0, 0, 9, h), at(alerts, 9, 0, 11, h), at(as_of, 20, 0, 4, h)]
