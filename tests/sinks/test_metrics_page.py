"""The page is the client library's own, byte for byte, and holds nobody up while it is written."""

import asyncio
from collections.abc import Iterator
from random import Random

import pytest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from streams.domain.board import SLOT, Board
from streams.domain.books import INTERVAL
from streams.domain.counts import COUNTS
from streams.domain.detector.alert import ALERT_KINDS
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.sinks.alert_metrics import AlertsCollector
from streams.sinks.alertmanager import Alertmanagers
from streams.sinks.exposition import SAMPLES_AT_ONCE, rounded
from streams.sinks.links import Links
from streams.sinks.metrics_page import MetricsPage
from streams.sinks.prometheus import AS_READ, WHOLE, Kinds, ShownScopes, registry
from streams.sinks.series import Counted, agreed
from tests.plans import ANTWERP

NINE = 1_790_000_000 * SECOND
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
FORMATS = (
    "",
    "text/plain;version=0.0.4",
    "text/plain;version=1.0.0;escaping=allow-utf-8",
    OPENMETRICS,
    "application/openmetrics-text;version=1.0.0;escaping=dots",
    "application/openmetrics-text;version=2.0.0;escaping=values",
)
QUOTED = 'a "line"\\\nof two\u2028\x00{le="'


def _calls(draw: Random) -> Tally:
    counts = {name: draw.choice((0, 1, 7, 3_000_000)) for name in COUNTS}
    counts["service_offered"] += counts["abandoned_within"]  # else there are ratios of -0.0
    counts["queue_offered"] += counts["short_left_out"]
    tally = Tally.of(**counts)
    tally.waits = {draw.randrange(700): draw.randrange(1, 5) for _ in range(draw.randrange(5))}
    tally.longest = draw.choice((-1, 0, 1, 11 * SECOND + 1, 2 * DAY))
    return tally


class Slowly(Collector):
    """The figures as families of the client library: what the page must look like."""

    def __init__(self, scopes: ShownScopes) -> None:
        self._scopes = scopes

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for shown in self._scopes:
            kind = shown.kind
            own = {kind.label: shown.own} if kind.label else {}
            rows = [
                (each, each.value(Counted(shown, name)))
                for name in kind.windows
                for each in kind.windows[name]
            ]
            rows += [(each, each.value(shown)) for each in kind.present]
            for each, value in rows:
                family = families.setdefault(
                    kind.prefix + each.name, Metric(kind.prefix + each.name, each.text, "gauge")
                )
                if value is not None and (value or not each.sparse):
                    family.add_sample(family.name, own | each.labels, rounded(value))
            for found in agreed(shown.own, shown.terms) if shown.terms else ():
                if found.name.removeprefix(kind.prefix) in kind.agreed:
                    families.setdefault(found.name, found)
                    if families[found.name] is not found:
                        families[found.name].samples += found.samples
        yield from (family for family in families.values() if family.samples)


class City:
    """A board to which things happen, and its page."""

    def __init__(self, plan: Plan, scopes: list[str], kinds: Kinds = AS_READ) -> None:
        self.draw = Random(len(scopes))
        self.now = NINE
        self.scopes = scopes
        self.boards = [Board(plan, 1, scopes)]
        nobody = Alertmanagers([], plan, Links("", ""), clock=lambda: 0, certain=lambda: True)
        self.scopes_shown = ShownScopes(plan, lambda: self.boards, lambda shown: shown + 1, kinds)
        self.alerts = AlertsCollector(plan, lambda: self.boards, nobody, zeros=True)
        self.page = MetricsPage(self.scopes_shown, registry(self.alerts))

    def live(self, scopes: list[str], later: int) -> None:
        """Calls in these scopes, in the running slot and a while ago; then time goes by."""
        for board in self.boards:
            for name in scopes:
                for width, ago in ((SLOT, 0), (SLOT, 20 * MINUTE), (INTERVAL, 0), (INTERVAL, HOUR)):
                    start = (self.now - ago) // width * width
                    board.apply_figures(name, 0, width, start, _calls(self.draw), False)
                board.apply_waiting(name, 0, self.draw.randrange(4), self.now - MINUTE)
            self.now += later
            board.apply_watermark(0, self.now)
            board.advance()

    def is_the_librarys(self, accept: str) -> None:
        encode, content_type = choose_encoder(accept)
        written = asyncio.run(self.page.answer(accept))
        assert written[1] == content_type
        librarys = encode(registry(Slowly(self.scopes_shown), self.alerts))
        for mine, its in zip(written[0].split(b"\n"), librarys.split(b"\n"), strict=True):
            assert mine == its


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize("kinds", [AS_READ, WHOLE], ids=["read", "all"])
def test_the_page_is_the_librarys_sample_by_sample(kinds: Kinds, accept: str) -> None:
    """While calls come to some lines and not to others, over hours, midnight and a rebalance."""
    scopes = [CITY, VENDOR + "scheldelijn", *(LINE + line for line in ANTWERP.lines)]
    city = City(ANTWERP, scopes, kinds)
    city.is_the_librarys(accept)
    for later in (SECOND, 3 * SECOND, SLOT, 6 * MINUTE, 0, HOUR, 11 * HOUR, 2 * DAY):
        city.live(city.draw.sample(scopes, 2), later)
        city.is_the_librarys(accept)
    city.boards = [Board(ANTWERP, 1, scopes[1:])]
    city.live(scopes[2:], SECOND)
    city.is_the_librarys(accept)
    city.boards = []
    city.is_the_librarys(accept)


@pytest.mark.parametrize("accept", FORMATS)
def test_no_name_breaks_out_of_its_label(accept: str) -> None:
    """Without a plan, a line is called whatever its calls say."""
    city = City(Plan.default(), [])
    city.live([LINE + QUOTED, VENDOR + QUOTED, LINE + "\x00"], SECOND)
    city.is_the_librarys(accept)


class Many(Collector):
    """More samples than are written at once."""

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("many", 'More than "at once"', labels=["n"])
        for n in range(2 * SAMPLES_AT_ONCE + 1):
            family.add_metric([str(n)], n)
        yield family


@pytest.mark.parametrize("accept", FORMATS)
def test_a_long_family_written_in_parts_is_one_family(accept: str) -> None:
    nothing = ShownScopes(ANTWERP, list)
    body, _ = asyncio.run(MetricsPage(nothing, registry(Many())).answer(accept))
    assert body == choose_encoder(accept)[0](registry(Many()))


def test_others_work_goes_on_and_all_who_ask_meanwhile_get_the_same() -> None:
    """Two hundred lines take a fifth of a second; heartbeats go out all the while, and one who
    asks first and hangs up takes the page from nobody."""
    city = City(Plan.default(), [CITY, *(LINE + f"{n}" for n in range(200))])
    city.live(city.scopes, SECOND)
    beats = 0

    async def heartbeats() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    async def ask() -> list[bytes]:
        beating = asyncio.create_task(heartbeats())
        asking = [asyncio.create_task(city.page.answer(OPENMETRICS)) for _ in range(3)]
        await asyncio.sleep(0)
        asking[0].cancel()
        told = [(await each)[0] for each in asking[1:]]
        beating.cancel()
        return told

    first, second = asyncio.run(ask())
    assert first is second
    assert beats > 5
    assert len(ALERT_KINDS) * 200 == first.count(b"contact_alert_open{")
