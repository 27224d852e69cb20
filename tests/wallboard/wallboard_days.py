"""Days of a simulated city, as its exporter would have told them to Prometheus.

A scenario plays a day of calls through the real ledger, board, detector and collectors and takes
their metrics at many instants, so that what the pictures show is what users get. Nothing here knows
a metric by name but those of the pipeline and of the vendors' periods (`promised`), which come from
a running worker only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

import orjson
from prometheus_client.core import Metric
from wallboard_promised import Periods, Pipeline, alerts, waits

from streams.domain import instants
from streams.domain.board import Board
from streams.domain.detector import Decision, Detector
from streams.domain.events import Event, Reader, Refusal
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.journey import Contact
from streams.domain.ledger import Ledger
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR
from streams.domain.visits import resolve
from streams.simulation import City, Effect, Scenario
from streams.simulation.scenario import ALWAYS
from streams.sinks.prometheus import FiguresCollector

PLAN: Final = Path(__file__).parents[2] / "deploy" / "plans" / "antwerp.toml"
SETTLE: Final = 15 * SECOND
"""How often a worker is scraped, and here also settles."""

FIRST_WORKER: Final = "reachline-1:8000"
SECOND_WORKER: Final = "reachline-2:8000"

Series = dict[str, list[tuple[float, float]]]
"""Samples by series, each an instant in seconds and a value."""


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
    lines: int = 0
    seed: int = 7

    @cached_property
    def plan(self) -> Plan:
        return Plan.read(city_of(self.lines)) if self.lines else Plan.load(PLAN)

    def at(self, clock: time) -> int:
        """A local time of the day as an instant."""
        local = datetime.combine(datetime.fromisoformat(self.day), clock, self.plan.zone)
        return instants.of(local)

    @property
    def instant(self) -> int:
        return self.at(self.now)


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
        time(16, 30),
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
    text = PLAN.read_text(encoding="utf-8")
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


def events(day: Day, start: int, until: int) -> list[tuple[int, Event]]:
    """What the phone system tells, read as a worker reads it."""
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
    reader = Reader(day.plan.knows)
    told = []
    for _, event in City(day.plan, day.seed, scenario, start=start, until=until).events():
        read = reader.read(orjson.dumps(event), until + 24 * HOUR)
        assert not isinstance(read, Refusal), read
        told.append(read)
    return [(at, event) for event, at in told if at < until]


def decisions(
    day: Day, told: Iterable[tuple[int, Event]], until: int
) -> list[tuple[str, Decision]]:
    """Every visit's decisions, by line, in the order in which a detector is fed."""
    contacts: dict[str, Contact] = {}
    for at, event in told:
        contacts.setdefault(event.call_id, Contact(event.call_id)).merge(event, at)
    found = []
    for contact in contacts.values():
        reading = resolve(contact, day.plan, until)
        for visit in reading.visits if reading is not None else ():
            key = f"{contact.call_id}/{visit.number}"
            if visit.within is not None and visit.service_at <= until:
                found.append(
                    (visit.line, Decision(visit.service_at, "service_level", visit.within, key))
                )
            if visit.reached is not None and visit.reach_at <= until:
                late = visit.answered is not None and visit.answered > visit.reach_at
                good = visit.reached and not late
                found.append((visit.line, Decision(visit.reach_at, "reachability", good, key)))
            if visit.disposition == "closed" and visit.ended is not None and visit.terms.open:
                found.append((visit.line, Decision(visit.ended, "closed", False, key)))
    return sorted(found, key=lambda item: item[1].place)


@dataclass
class Recorder:
    """Collects samples with their series' identity."""

    job: str = "reachline"
    series: Series = field(default_factory=lambda: defaultdict(list))

    def take(self, families: Iterable[Metric], at: int, instance: str = FIRST_WORKER) -> None:
        for family in families:
            for sample in family.samples:
                labels = {"instance": instance, "job": self.job, **sample.labels}
                inside = ",".join(f"{k}={orjson.dumps(v).decode()}" for k, v in labels.items())
                self.series[f"{sample.name}{{{inside}}}"].append((at / SECOND, sample.value))


def play(day: Day) -> Series:
    """The series of a day, and of the same weekday before it."""
    recorder = Recorder()
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
    """The period so far, reckoned every third evening and told every hour until the next."""
    now = day.instant
    start = now - now % HOUR
    local = instants.to_datetime(now).astimezone(day.plan.zone)
    first = instants.of(datetime(local.year, local.month, 1, tzinfo=day.plan.zone))
    periods = Periods(day.plan, events(day, first, now))
    dues = [*range(first + 19 * HOUR, start - DAY, 3 * DAY), now]
    for due, until in zip(dues, [*dues[1:], now + MINUTE], strict=True):
        families = list(periods.collect(due, "scheldelijn"))
        for tick in range(due, until, HOUR):
            recorder.take(families, tick)


def _play(day: Day, recorder: Recorder, scrape: int, whole: bool) -> None:
    plan, now = day.plan, day.instant
    start = day.at(time(8))
    until = day.at(day.stops) if day.stops else now
    dies = day.at(day.dies) if day.dies else now + 1
    told = events(day, start, until)
    lines = [day.history] if day.history else [terms.line for terms in plan.lines_at(now)]
    names = {LINE + line for line in lines} | {CITY}
    names |= {VENDOR + terms.vendor for terms in plan.lines_at(now) if terms.line in lines}
    detectors = {t.line: Detector(t.line, t.contract) for t in plan.lines_at(now)}
    feed = iter(decisions(day, told, until))
    pending = next(feed, None)
    ledger, board = Ledger(plan), Board(plan, 1, sorted(names))
    figures = FiguresCollector(plan, lambda: [board])
    pipeline = Pipeline()
    stream = iter(told)
    coming = next(stream, None)
    seen, known = 0, {}
    told_before: list[Metric] = []
    first = start if whole else now - 20 * MINUTE
    for tick in range(start, now + 1, SETTLE):
        while coming is not None and coming[0] <= tick:
            seen += ledger.accept(coming[1], coming[0])
            coming = next(stream, None)
        ledger.settle(min(tick, until))
        changes = ledger.changes()
        for (name, width, begun), partial in changes.partials.items():
            if name in names:
                board.take_figures(name, 0, width, begun, partial.tally, partial.final)
        for name, (count, oldest) in changes.waiting.items():
            if name in names:
                board.scope(name).wait(0, count, oldest)
        board.take_clock(0, ledger.clock)
        board.advance()
        while pending is not None and pending[1].at <= tick:
            detectors[pending[0]].feed(pending[1])
            pending = next(feed, None)
        for detector in detectors.values():
            detector.tick(min(tick, until))
        close = tick > now - 3 * MINUTE
        wanted = tick >= first and (close or (tick - start) % scrape == 0)
        firing = list(alerts(plan, detectors.values(), min(tick, until, dies), tick, known))
        if wanted:
            recorder.take(firing, tick)
        if wanted and tick < dies:
            told_now = list(figures.collect())
            recorder.take(told_now, tick)
            if day.hand_over:
                recorder.take(told_before, tick, SECOND_WORKER)
            told_before = told_now
        if first <= tick < dies:
            recorder.take(pipeline.collect(tick, ledger, seen), tick)
        if wanted and tick < dies:
            recorder.take([waits([board], lines)], tick)


def openmetrics(series: Series) -> Iterator[str]:
    """The samples as text that promtool makes blocks of."""
    for name, samples in series.items():
        for at, value in samples:
            yield f"{name} {value!r} {at}\n"
    yield "# EOF\n"
