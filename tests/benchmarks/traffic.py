"""Calls to measure with: many, the same every time, and with an answer that is known beforehand.

Of every twenty calls each goes its own way through the menu and the queues (``WAYS``), so what a
line's books must say follows from the number of the call alone, without reading one event. Calls
begin at an even pace and last minutes, so thousands are under way at once; their events are
written in the order of time, as a phone system would.

The values are what a phone system sends: 32-digit call ids, pseudonyms, instants with an offset,
some 200 bytes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

START: Final = 1_772_434_800
"""Monday 2 March 2026, 08:00 in Antwerp (07:00 UTC), seconds since 1970."""

THRESHOLD: Final = 20
"""Seconds within which a call is to be answered."""

QUARTER: Final = 900

ANSWERED, LATE, TRANSFERRED, SHORT, ABANDONED, IN_MENU, LEFT, CALLBACK = range(8)

WAYS: Final = (
    (ANSWERED,) * 5
    + (LATE, ABANDONED, CALLBACK, SHORT)
    + (ANSWERED,) * 5
    + (
        LATE,
        TRANSFERRED,
        IN_MENU,
        LATE,
        LEFT,
        ABANDONED,
    )
)
"""How each of twenty calls goes: 10 answered in time, 3 late, 1 transferred, and so on."""

EVENTS_PER_CALL: Final = 95 / len(WAYS)

COUNTS: Final = ("offered", "queued", "answered", "within", "abandoned", "others")
"""What is counted per line and quarter-hour of the visit's beginning: visits, those that came to
the queue, answered, answered within the threshold, abandoned in the queue, and ended otherwise."""

Truth = dict[tuple[str, int], list[int]]
"""By line and the quarter-hour's start (seconds since 1970), one number per name in ``COUNTS``."""


@dataclass(frozen=True)
class Traffic:
    """How many calls, to how many lines, how fast.

    Attributes:
        calls: how many.
        lines: over how many lines they are spread.
        per_second: calls that begin per second.
        start: when the first begins, seconds since 1970.
        talk: seconds that the shortest conversation lasts; the longest twice that.
        cut: seconds after the start from which on no event follows; what is open then stays so,
            and there is no truth of it.
        ways: how each of twenty calls goes.
    """

    calls: int
    lines: int = 4
    per_second: float = 20.0
    start: int = START
    talk: int = 120
    cut: int | None = None
    ways: tuple[int, ...] = WAYS

    @classmethod
    def of_events(cls, events: int, **rest: float) -> "Traffic":
        """As many calls as give about this many events."""
        return cls(round(events / EVENTS_PER_CALL), **rest)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """A name for a file of these events."""
        rest = "" if self.cut is None else f"-{self.cut}"
        rest += "" if self.ways == WAYS else "-" + "".join(map(str, self.ways))
        return f"{self.calls}-{self.lines}-{self.per_second:g}-{self.start}-{self.talk}{rest}"


def line(number: int) -> str:
    """The id of a line."""
    return f"line-{number:04}"


def plan(traffic: Traffic) -> str:
    """The plan by which these calls are judged: always open, two vendors and the city."""
    vendors = ("city", "north", "south")
    return "\n".join(
        [
            '[city]\nname = "Benchmark"\ntime_zone = "Europe/Brussels"',
            *(f'[[vendor]]\nid = "{name}"' for name in vendors[1:]),
            *(
                f'[[line]]\nid = "{line(number)}"\nvendor = "{vendors[number % 3]}"'
                for number in range(traffic.lines)
            ),
        ]
    )


def call_id(number: int) -> str:
    """The id of a call: random digits, 32 of them, as most phone systems give them."""
    scattered = number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return f"{scattered:016x}{number ^ 0x5BD1E9955BD1E995:016x}"


def events(traffic: Traffic, truth: Truth | None = None) -> Iterator[bytes]:
    """The events as JSON, in the order of time; what they come to is added to ``truth``."""
    waiting: dict[int, list[tuple[int, int, bytes]]] = {}
    flushed = traffic.start
    pace = 1000 / traffic.per_second
    start = traffic.start * 1000
    moments = _Moments()
    for number in range(traffic.calls):
        begun = start + int(number * pace)
        while flushed < begun // 1000:
            for _, _, value in sorted(waiting.pop(flushed, ())):
                yield value
            flushed += 1
        for position, (at, value) in enumerate(_call(traffic, number, begun, moments, truth)):
            second = waiting.get(at // 1000)
            if second is None:
                second = waiting[at // 1000] = []
            second.append((at, number * 16 + position, value))
    for rest in sorted(waiting):
        if traffic.cut is not None and rest >= traffic.start + traffic.cut:
            return
        for _, _, value in sorted(waiting[rest]):
            yield value


def written(traffic: Traffic, directory: Path) -> tuple[Path, Truth]:
    """A file of the events, one a line, and what they come to; a file from before is used again."""
    path = directory / f"events-{traffic.name}.ndjson"
    truth: Truth = {}
    if path.exists():
        for number in range(traffic.calls):
            begun = traffic.start * 1000 + int(number * 1000 / traffic.per_second)
            _count(traffic, number, begun, truth)
        return path, truth
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb", buffering=1 << 20) as file:
        for value in events(traffic, truth):
            file.write(value)
            file.write(b"\n")
    unfinished.rename(path)
    return path, truth


class _Moments:
    """Instants as text; the part up to the second is looked up."""

    def __init__(self) -> None:
        self._second = -1
        self._texts: dict[int, str] = {}

    def __call__(self, at: int) -> str:
        second = at // 1000
        text = self._texts.get(second)
        if text is None:
            if len(self._texts) > 100_000:
                self._texts.clear()
            text = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second + 3600))
            self._texts[second] = text
        return f"{text}{at % 1000:03}+01:00"


def _durations(traffic: Traffic, number: int) -> tuple[int, int, int]:
    """Menu, wait and talk of a call in milliseconds. The wait is that of its way."""
    way = traffic.ways[number % 20]
    menu = 6_000 + number * 7_919 % 9_000
    if way == SHORT:
        wait = 1_000 + number * 104_729 % 4_000
    elif way in (LATE, ABANDONED, CALLBACK):
        wait = 25_000 + number * 104_729 % 95_000
    else:
        wait = 1_000 + number * 104_729 % 18_500
    talk = traffic.talk * 1000 + number * 15_485_863 % (traffic.talk * 1000)
    return menu, wait, talk


def _call(
    traffic: Traffic, number: int, begun: int, moment: _Moments, truth: Truth | None
) -> list[tuple[int, bytes]]:
    way = traffic.ways[number % 20]
    here = number // 20 % traffic.lines
    menu, wait, talk = _durations(traffic, number)
    if truth is not None:
        _count(traffic, number, begun, truth)
    call = call_id(number)
    head = f'"event_id":"pbx-{number:x}-'
    said: list[tuple[int, str]] = []

    def say(kind: str, at: int, rest: str) -> None:
        said.append(
            (
                at,
                f'{{"event":"{kind}",{head}{len(said)}","call_id":"{call}",'
                f'"at":"{moment(at)}",{rest}}}',
            )
        )

    def queue(at: int, line_: str, visit: int, phase: str, rest: str = "") -> None:
        say("queue", at, f'"line":"{line_}","visit":{visit},"phase":"{phase}"{rest}')

    def answered(at: int, line_: str, visit: int) -> None:
        agent = f"{number * 2_654_435_761 % 500:x}-agent"
        queue(at, line_, visit, "answered", f',"agent":"{agent}"')

    def hangup(at: int, by: str) -> list[tuple[int, bytes]]:
        say("hangup", at, f'"reason":"normal","by":"{by}"')
        return [(at, value.encode()) for at, value in said]

    name = line(here)
    say(
        "call-start",
        begun,
        f'"caller":"{number % 300_007 * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:032x}",'
        f'"entry":"main","channel":"phone","language":"nl"',
    )
    if way == IN_MENU:
        return hangup(begun + menu, "caller")
    chosen = begun + menu
    say("menu-choice", chosen, f'"line":"{name}","option":"{here % 9 + 1}","menu":"2026-02"')
    if way == LEFT:
        return hangup(chosen + 400, "caller")
    entered = chosen + 500
    queue(entered, name, 1, "entered")
    if way in (SHORT, ABANDONED):
        return hangup(entered + wait, "caller")
    if way == CALLBACK:
        queue(entered + wait, name, 1, "left", ',"reason":"callback"')
        return hangup(entered + wait + 800, "caller")
    answered(entered + wait, name, 1)
    end = entered + wait + talk
    if way == TRANSFERRED:
        there = line((here + 1) % traffic.lines)
        queue(end, name, 1, "left", f',"reason":"transfer","to_line":"{there}"')
        queue(end + 100, there, 2, "entered")
        answered(end + 10_000, there, 2)
        end += 10_000 + talk
    return hangup(end, "agent")


def _count(traffic: Traffic, number: int, begun: int, truth: Truth) -> None:
    """Adds what a call comes to, from its way and its durations alone."""
    way = traffic.ways[number % 20]
    if way == IN_MENU:
        return
    here = number // 20 % traffic.lines
    menu, wait, talk = _durations(traffic, number)
    chosen = begun + menu
    _add(truth, line(here), chosen, way)
    if way == TRANSFERRED:
        _add(truth, line((here + 1) % traffic.lines), chosen + 500 + wait + talk, ANSWERED)


_ADDS: Final = {
    ANSWERED: (1, 1, 1, 1, 0, 0),
    LATE: (1, 1, 1, 0, 0, 0),
    TRANSFERRED: (1, 1, 1, 1, 0, 0),
    SHORT: (1, 1, 0, 0, 1, 0),
    ABANDONED: (1, 1, 0, 0, 1, 0),
    LEFT: (1, 0, 0, 0, 0, 1),
    CALLBACK: (1, 1, 0, 0, 0, 1),
}


def _add(truth: Truth, line_: str, at: int, way: int) -> None:
    key = line_, at // 1000 // QUARTER * QUARTER
    counts = truth.get(key)
    if counts is None:
        counts = truth[key] = [0] * len(COUNTS)
    for index, amount in enumerate(_ADDS[way]):
        counts[index] += amount


def totals(truth: Truth) -> dict[str, list[int]]:
    """The counts per line over everything."""
    added: dict[str, list[int]] = {}
    for (line_, _), counts in sorted(truth.items()):
        before = added.get(line_, [0] * len(COUNTS))
        added[line_] = [a + b for a, b in zip(before, counts, strict=True)]
    return added
