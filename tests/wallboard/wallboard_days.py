"""Days of a simulated city, as its worker would have told them to Prometheus.

A scenario plays a day of calls to a worker (`wallboard_worker`) and asks its collectors at many
instants, so that what the pictures show is what users get. Nothing here knows a metric by name.

It is longer than a module should be, because each day that is looked at is told in full.
"""

from array import array
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final

import orjson
from prometheus_client.core import GaugeMetricFamily, Metric

from grafana.alerts import WATCHDOG
from streams.domain import instants
from streams.domain.call_events import Contact
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.statement.running import running
from streams.domain.statement.standing import standing
from streams.engine.clocks import Clock, WallClock
from streams.simulation import City, Effect, Scenario
from streams.simulation.scenario import ALWAYS
from streams.sinks.period_metrics import period_metrics
from tests.plans import ANTWERP, ANTWERP_FILE
from tests.wallboard.wallboard_worker import PlayedWorker

SETTLE: Final = 15 * SECOND
"""How often a worker is scraped, and here also settles."""

SILENT_AFTER: Final = 5 * MINUTE
"""Without figures, until the rule on silence fires."""

FIRST_WORKER: Final = "reachline-1:8000"
SECOND_WORKER: Final = "reachline-2:8000"

Series = dict[str, "array[float]"]
"""Samples by series, each an instant in seconds and a value: as numbers, not objects, for the
memory that the pictures show is this process's own."""


def effect(factor: float, *lines: str, after: int = 0, lasts: int = ALWAYS) -> Effect:
    return Effect("agents", factor, lines or None, after, lasts)


FIRST: Final = ("migration", "desk", "waste", "other")
SECOND_LINE: Final = ("migration-desk", "waste-desk")


@dataclass(frozen=True)
class Day:
    """A scenario: what goes wrong, on which local day, and when we look.

    Attributes:
        now: local time of the picture.
        stops: local time at which telemetry stops while the worker lives on.
        dies: local time from which the worker is no longer scraped.
        history: takes metrics of this line over the whole day, not only in its last minutes;
            ``week`` the same of the same weekday before; ``month`` the vendors' period so far.
        hand_over: a second worker still exports the same lines, as of a moment before.
        speed: of the worker's clock, as in a demo: the day is over by 23:00 of Prometheus' time.
    """

    name: str
    day: str
    now: time
    effects: tuple[Effect, ...] = ()
    stops: time | None = None
    dies: time | None = None
    history: str = ""
    week: bool = False
    month: bool = False
    hand_over: bool = False
    speed: float = 1
    lines: int = 0
    seed: int = 7

    @cached_property
    def plan(self) -> Plan:
        return Plan.read(city_of(self.lines)) if self.lines else ANTWERP

    def at(self, clock: time) -> int:
        """A local time of the day as an instant."""
        local = datetime.combine(datetime.fromisoformat(self.day), clock, self.plan.zone)
        return instants.of(local)

    @property
    def instant(self) -> int:
        """When, by Prometheus' clock, we look."""
        return self.clock.machine(self.at(self.now))

    @cached_property
    def clock(self) -> Clock:
        """The worker's clock."""
        return WallClock() if self.speed == 1 else Paced(self)


class Paced(WallClock):
    """Runs ahead of time, and shows the day's ``now`` at 23:00."""

    def __init__(self, day: Day) -> None:
        super().__init__()
        self._shows, self._at, self._speed = day.at(day.now), day.at(time(23)), day.speed

    def machine(self, shown: int) -> int:
        return self._at + round((shown - self._shows) / self._speed)


WELL: Final = effect(1.5)

DAYS: Final = (
    Day("well", "2026-11-10", time(11, 20), (WELL,), hand_over=True),
    Day(
        "down",
        "2026-11-19",
        time(10, 24),
        (
            effect(1.5, "migration", "desk", "other", *SECOND_LINE),
            effect(1.5, "waste", lasts=2 * HOUR),
            effect(0.0, "waste", after=2 * HOUR),
        ),
    ),
    Day(
        "day",
        "2026-11-05",
        time(16, 36),  # a full half hour would be written half over the edge
        (
            effect(1.2, "migration", "desk", "other", *SECOND_LINE),
            effect(1.2, "waste", lasts=2 * HOUR),
            effect(0.0, "waste", after=2 * HOUR, lasts=HOUR),
            effect(1.2, "waste", after=3 * HOUR),
        ),
        history="waste",
        week=True,
    ),
    Day("lost", "2026-11-17", time(11, 20), (WELL,), stops=time(11, 3)),
    Day("gone", "2026-11-09", time(11, 20), (WELL,), dies=time(11, 10)),
    Day("night", "2026-11-16", time(22, 30), (WELL,)),
    Day(
        "breach",
        "2026-11-20",
        time(11, 40),
        (effect(0.62, *FIRST[:3]), effect(1.4, "other", *SECOND_LINE)),
    ),
    Day("month", "2026-10-22", time(15), (effect(1.06),), month=True),
    Day("demo", "2026-11-12", time(11, 20), (WELL, effect(0.0, "waste", after=HOUR)), speed=30),
    Day("many", "2026-11-04", time(10, 50), lines=24),
)


def city_of(lines: int) -> str:
    """A plan of many lines, with names of every length."""
    names = (
        "Migration", "Desk appointment or document request", "Waste", "Other question", "Parking",
        "Births, marriages and deaths", "Taxes", "Housing", "Police, not urgent", "Schools",
        "Street lighting", "Libraries", "Sports", "Green spaces", "Building permits",
        "Work and benefits", "Mobility", "Water and sewers", "Youth", "Elderly care", "Culture",
        "Business desk", "Markets and fairs", "Complaints",
    )  # fmt: skip
    text = ANTWERP_FILE.read_text(encoding="utf-8")
    head = text[: text.index("[[line]]")]
    head = "\n".join(line for line in head.splitlines() if not line.strip().startswith("lines = "))
    per_hour = ", ".join(f"{hour:02} = 45" for hour in range(8, 18))
    entries = [
        f'[[line]]\nid = "line-{index + 1:02}"\nnames = {{ nl = "{names[index % len(names)]}", '
        f'en = "{names[index % len(names)]}" }}\nvendor = "scheldelijn"\nhours = "first-line"\n'
        f"    [line.expected_per_hour]\n    mon-fri = {{ {per_hour} }}\n"
        for index in range(lines)
    ]
    return head + "\n\n" + "\n".join(entries)


def events(day: Day, start: int, until: int) -> list[tuple[int, dict[str, Any]]]:
    """What the phone system tells, each with the instant of which it tells."""
    effects = day.effects
    if day.lines:
        ids = [f"line-{n + 1:02}" for n in range(day.lines)]
        effects = (
            effect(1.5, *ids[:9], *ids[10:13], *ids[14:20], *ids[21:]),
            effect(0.55, ids[9]),
            effect(0.0, ids[13], after=2 * HOUR + 20 * MINUTE),
            effect(0.8, ids[20]),
        )
    scenario = Scenario(day.name, day.name, effects)
    told = City(day.plan, day.seed, scenario, start=start, until=until).events()
    return [(at, event) for at, event in told if at < until]


def spoilt(
    told: Iterable[tuple[int, dict[str, Any]]],
) -> list[tuple[int, dict[str, Any] | bytes]]:
    """The same with what a phone system does wrong: some of it can't be read, some names a line
    that is none, and a desk that was cut off for an hour tells of its calls at last."""
    found: list[tuple[int, dict[str, Any] | bytes]] = []
    for number, (at, event) in enumerate(told):
        found.append((at, event))
        if number % 700 == 350:
            found.append((at, b'{"event":"queue","call'))
        if number % 430 == 200:
            strange = event | {"event_id": f"s{number}", "event": "menu-choice", "line": "taxi"}
            found.append((at, strange))
        if number % 900 == 450:
            forgotten = event | {"event_id": f"f{number}", "call_id": f"forgotten-{number}"}
            found.append((at + HOUR, forgotten))
    return sorted(found, key=lambda item: item[0])


def from_rules(as_of: int, now: int, known: dict[str, int]) -> Iterator[Metric]:
    """The alerts that Prometheus' own rules would have firing: the watchdog's, and of silence.

    Args:
        as_of: how far the figures are.
        known: since when each alert has been firing; kept from one call to the next.
    """
    fires = [{"alertname": WATCHDOG, "severity": "none"}]
    if now - as_of > SILENT_AFTER:
        fires.append({"alertname": "ContactTelemetrySilent", "severity": "page"})
    for labels in fires:
        since = known.setdefault(labels["alertname"], now)
        for name, more, value in (
            ("ALERTS", {"alertstate": "firing"}, 1.0),
            ("ALERTS_FOR_STATE", {}, since / SECOND),
        ):
            family = GaugeMetricFamily(name, name, labels=[*labels, *more])
            family.add_metric([*labels.values(), *more.values()], value)
            yield family
    for gone in known.keys() - {labels["alertname"] for labels in fires}:
        del known[gone]


@dataclass
class Recorder:
    """Collects samples with their series' identity; of lines, where one is named, only of it."""

    only: str = ""
    job: str = "reachline"
    series: Series = field(default_factory=lambda: defaultdict(lambda: array("d")))

    def take(self, families: Iterable[Metric], at: int, instance: str = FIRST_WORKER) -> None:
        for family in families:
            for sample in family.samples:
                if self.only and sample.labels.get("line", self.only) != self.only:
                    continue
                labels = {"instance": instance, "job": self.job, **sample.labels}
                inside = ",".join(f"{k}={orjson.dumps(v).decode()}" for k, v in labels.items())
                self.series[f"{sample.name}{{{inside}}}"].extend((at / SECOND, float(sample.value)))


def play(day: Day) -> Series:
    """The series of a day, and of the same weekday before it."""
    recorder = Recorder(day.history)
    if day.week:
        week_before = date.fromisoformat(day.day) - timedelta(days=7)
        before = Day(
            day.name, str(week_before), time(18), (WELL,), history=day.history, seed=day.seed + 1
        )
        _play(before, recorder, scrape=5 * MINUTE, whole=True)
    _play(day, recorder, scrape=2 * MINUTE if day.history else MINUTE, whole=bool(day.history))
    if day.month:
        _play_month(day, recorder)
    return recorder.series


def _play_month(day: Day, recorder: Recorder) -> None:
    """The period so far, reckoned every evening and told every hour until the next."""
    plan, now = day.plan, day.instant
    start = now - now % HOUR
    local = instants.to_datetime(now).astimezone(plan.zone)
    first = instants.of(datetime(local.year, local.month, 1, tzinfo=plan.zone))
    reader = Reader(plan.knows)
    contacts: dict[str, Contact] = {}
    for _, event in events(day, first, now):
        read = reader.read(orjson.dumps(event), now)
        assert not isinstance(read, Refusal), read
        contacts.setdefault(read[0].call_id, Contact(read[0].call_id)).merge(*read)
    dues = [*range(first + 19 * HOUR, start - DAY, DAY), now]
    for due, until in zip(dues, [*dues[1:], now + MINUTE], strict=True):
        intervals, provisional = standing(contacts.values(), plan, due)
        families = list(period_metrics(running(plan, ["scheldelijn"], due, intervals, provisional)))
        for tick in range(due, until, HOUR):
            recorder.take(families, tick)


def _play(day: Day, recorder: Recorder, scrape: int, whole: bool) -> None:
    now = day.at(day.now)
    machine = day.clock.machine
    start = day.at(time(8))
    until = day.at(day.stops) if day.stops else now
    dies = day.at(day.dies) if day.dies else now + 1
    worker = PlayedWorker(day.plan, day.clock)
    told = events(day, start, until)
    stream = deque(spoilt(told) if day.history else told)
    known: dict[str, int] = {}
    told_before: list[Metric] = []
    first = start if whole else now - 20 * MINUTE
    for tick in range(start, now + 1, SETTLE):
        come = []
        while stream and stream[0][0] <= tick:
            come.append(stream.popleft()[1])
        worker.take(come, tick)
        worker.checkpoint(min(tick, until), tick)
        if first <= tick < dies:
            # At every scrape, for rates.
            recorder.take(worker.pipeline(), machine(tick))
        close = tick > now - 3 * MINUTE
        if tick < first or not (close or (tick - start) % scrape == 0):
            continue
        as_of = machine(min(tick, until, dies))
        recorder.take(from_rules(as_of, machine(tick), known), machine(tick))
        if tick < dies:
            told_now = list(worker.figures())
            recorder.take(told_now, machine(tick))
            if day.hand_over:
                recorder.take(told_before, machine(tick), SECOND_WORKER)
            told_before = told_now


def openmetrics(series: Series) -> Iterator[str]:
    """The samples as text that promtool makes blocks of."""
    for name, samples in series.items():
        for at, value in zip(samples[::2], samples[1::2], strict=True):
            yield f"{name} {value!r} {at}\n"
    yield "# EOF\n"
