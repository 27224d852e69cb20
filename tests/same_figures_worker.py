"""A worker without a broker, for `tests.same_figures`: events in; metrics, figures, records out.

Everything that no command reaches is imported here and nowhere else in the comparison. Whoever
moves or renames it changes this module, and no output.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from streams.domain import caller_history
from streams.domain.board import Board
from streams.domain.books import INTERVAL, SLOT
from streams.domain.event_reader import Reader
from streams.domain.instants import DAY, MINUTE, parse
from streams.domain.ledger import Ledger
from streams.domain.plan import Plan
from streams.domain.statement.running import running
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.engine.state.alerts import alert_record
from streams.sinks.alert_metrics import AlertsCollector
from streams.sinks.alertmanager import Alertmanagers
from streams.sinks.journeys import journey_record
from streams.sinks.links import Links
from streams.sinks.live import live_figures
from streams.sinks.metrics_page import MetricsPage
from streams.sinks.period_metrics import period_metrics
from streams.sinks.prometheus import WHOLE, ShownScopes, registry
from streams.sinks.records import interval_record
from tests.busy_worker import on_the_page

Output = tuple[str, bytes]
"""What is compared: its name, and what it says."""


class Worker:
    """A worker that owns everything: its ledger, its board, and what it has published.

    Args:
        plan: a file.
        vendors: of the plan's lines.
    """

    def __init__(self, plan: Path, vendors: list[str]) -> None:
        self._plan = Plan.load(plan)
        self._vendors = vendors
        self._ledger = Ledger(self._plan)
        scopes = [CITY, *(LINE + line for line in self._plan.lines)]
        self._board = Board(self._plan, 1, [*scopes, *(VENDOR + vendor for vendor in vendors)])
        self._clock = 0
        self._position = 0
        self._intervals: dict[tuple[str, int], Tally] = {}
        self._calls: dict[str, dict[str, caller_history.Call]] = {}
        self._published: dict[str, list[tuple[bytes, bytes]]] = {
            "intervals": [],
            "journeys": [],
            "alerts": [],
        }

    def read(self, events: bytes, until: str) -> None:
        """Reads on in these events up to one of this instant, with a checkpoint every minute."""
        reader, ends = Reader(self._plan.knows), parse(until)
        for line in events.splitlines()[self._position :]:
            event, at = reader.read(line, ends + DAY)
            if at >= ends:
                break
            self._position += 1
            self._ledger.accept(event, at)
            if at >= self._clock + MINUTE:
                self._checkpoint(at)
        self._checkpoint(ends)
        self._add_callers()

    def _checkpoint(self, clock: int) -> None:
        board, self._clock = self._board, clock
        self._ledger.advance(clock)
        changes = self._ledger.changes()
        for (scope, width, start), (tally, final, _) in changes.partials.items():
            board.apply_figures(scope, 0, width, start, tally, final)
        for start, told in changes.decided.slots.items():
            board.alarms.apply(0, start, told)
        board.alarms.apply_for_good(changes.decided.for_good)
        for scope, (count, oldest) in changes.waiting.items():
            board.apply_waiting(scope, 0, count, oldest)
        board.apply_watermark(0, clock)
        for (caller, call_id), call in changes.calls.items():
            calls = self._calls.setdefault(caller, {})
            calls.pop(call_id, None)
            if call is not None:
                calls[call_id] = call
        for contact, outcomes in changes.retired:
            for piece, outcome in outcomes:
                self._publish("journeys", journey_record(contact.call_id, piece, outcome))
        for interval in board.advance():
            self._intervals[interval.scope, interval.start] = interval.tally
            self._publish("intervals", interval_record(*interval))
        for change in board.alarms.advance(clock):
            self._publish("alerts", alert_record(change.alert))

    def _publish(self, topic: str, record: tuple[bytes, bytes | None]) -> None:
        key, value = record
        self._published[topic].append((key, value or b""))

    def _add_callers(self) -> None:
        """Adds what the calls of each caller together say, as the owner of callers does: under the
        number of a source beyond the source partitions."""
        found: dict[tuple[str, int, int], Tally] = {}
        for calls in self._calls.values():
            for entry in caller_history.entries(calls.values(), self._clock):
                scope, at = entry[0], entry[1]
                for width in (INTERVAL, SLOT):
                    found.setdefault((scope, width, at - at % width), Tally()).add(entry)
        for (scope, width, start), tally in found.items():
            self._board.apply_figures(scope, 1, width, start, tally, False)
        self._board.advance()

    def shown(self, name: str) -> Iterator[Output]:
        """Its metrics and the figures of its live page."""
        boards = [self._board]
        nobody = Alertmanagers([], self._plan, Links("", ""), clock=lambda: 0, certain=lambda: True)
        periods = _Families(
            period_metrics(running(self._plan, self._vendors, self._clock, self._intervals))
        )
        page = MetricsPage(
            ShownScopes(self._plan, lambda: boards, kinds=WHOLE),
            registry(AlertsCollector(self._plan, lambda: boards, nobody, zeros=True), periods),
        )
        body, _ = asyncio.run(page.answer(""))
        lines = body.splitlines(keepends=True)
        yield f"{name}.metrics", b"".join(n for n in lines if not n.startswith(b"# HELP "))
        live = live_figures(self._plan, boards, now=self._clock)
        yield f"{name}.live.json", orjson.dumps(live, option=orjson.OPT_INDENT_2)

    def published(self, name: str) -> Iterator[Output]:
        """Keys and values of what went to the published topics: by key, as in a compacted topic,
        and of one key in their order."""
        for topic, records in self._published.items():
            ordered = sorted(records, key=lambda record: record[0])
            yield f"{name}-{topic}", b"".join(b"%b %b\n" % record for record in ordered)


class _Families(Collector):
    """These families."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def metric_names() -> bytes:
    """Every metric of ours on the page of a worker to which everything has happened, with its
    labels; their values are of the moment."""
    found = sorted((name, sorted(labels)) for name, labels in on_the_page("all").items())
    ours = (" ".join([name, *labels]) for name, labels in found if name.startswith("contact_"))
    return "".join(f"{line}\n" for line in ours).encode()
