"""From a lost call to a telephone that rings: everything in between is the real thing.

Apache Kafka, workers as processes, Prometheus with the rules of the plan, Alertmanager with the
configuration of `deploy/alertmanager`; only receivers' addresses and patience are the test's own.

Two lines of two vendors fall, one after the other, and workers are killed as by a power cut:

    calls lost on waste   |--------------------------------|
    calls lost on desk            |------------------------|
    waste's page                          *
    killed                                 x who watches     x who took over
    desk's page                                   *
    both close, and are over                                                 *  *

Neither is lost, none is said twice, and the people in them are counted to the last one.

It is longer than a module should be, because one city is started once, with every part from Kafka
to the telephone.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from streams.domain import instants
from streams.domain.events import CallStart, Event, Hangup, MenuChoice, Queue
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.kafka.publish import Publisher, publishing
from streams.settings import Settings
from streams.sinks import rules
from tests.brokers import KafkaCluster
from tests.plans import town
from tests.running import WorkerProcess, fresh_topics, records_of, until
from tests.servers import Alertmanager, Prometheus, Telephone, at_hand

DEPLOY = Path(__file__).parents[2] / "deploy"

#: From now to the minute in which the lines close: all that happens before takes 80 s on two idle
#: cores.
OPEN_FOR = 105 * SECOND

NOORD = """
[[vendor]]
id = "noord"
name = "Noord Desk"
owner = "the desk's lead"
receiver = "city-oncall"
"""

#: A message that is repeated comes within a group interval of 0.3 s.
QUIET = 1.5


def now() -> int:
    return time.time_ns() // 1_000


def city(closes: int) -> str:
    """A plan of two lines that close together, each of a vendor of its own: what goes wrong at one
    vendor's lines is one alert. It is about noon there, wherever this runs, so that no midnight
    comes between."""
    east = 12 - datetime.now(UTC).hour
    local = instants.to_datetime(closes + east * instants.HOUR)
    plan = town(
        zone=f"Etc/GMT{-east:+d}",
        of_each_line='hours = "day"\nexpected_per_hour = 120',
        rest=f'[[hours]]\nid = "day"\ndaily = "00:00-{local:%H:%M}"\n{NOORD}',
    )
    return plan.replace('id = "desk"\n', 'id = "desk"\nvendor = "noord"\n')


def served(line: str, number: int, begun: int) -> list[Event]:
    """A caller who is answered after ten seconds and helped in a minute."""
    call = f"{line}-served-{number}"

    def named(seconds: float) -> dict[str, str]:
        at = begun + int(seconds * SECOND)
        return {"event_id": f"{call}-{seconds:g}", "call_id": call, "at": instants.text(at)}

    return [
        CallStart(**named(0)),
        MenuChoice(**named(5), line=line),
        Queue(**named(5.5), line=line, phase="entered"),
        Queue(**named(15), line=line, phase="answered"),
        Hangup(**named(75)),
    ]


class Outage:
    """Two callers a second choose a line, now, and hang up before anything else happens."""

    def __init__(self, line: str, put: Callable[[Event], None]) -> None:
        self.line = line
        self.lost = 0
        self._put = put
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._call, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _call(self) -> None:
        while not self._over.wait(0.3):
            call = f"{self.line}-lost-{self.lost}"
            for kind, fields in ((CallStart, {}), (MenuChoice, {"line": self.line}), (Hangup, {})):
                named = {"event_id": f"{call}-{kind.__name__}", "call_id": call}
                self._put(kind(**named, at=instants.text(now()), **fields))
                time.sleep(0.07)
            self.lost += 1


class Room:
    """Where it all runs: workers come and are killed, Prometheus finds them by a file."""

    def __init__(
        self,
        settings: Settings,
        directory: Path,
        alertmanager: Alertmanager,
        prometheus: Prometheus,
    ) -> None:
        self.workers: list[WorkerProcess] = []
        self._settings = settings
        self._directory = directory
        self._alertmanager = alertmanager
        self._prometheus = prometheus

    def worker(self) -> WorkerProcess:
        """One more worker."""
        worker = WorkerProcess(
            self._settings,
            self._directory,
            f"worker{len(self.workers)}",
            REACHLINE_ALERTMANAGERS=self._alertmanager.url,
        )
        self.workers.append(worker)
        found = [{"targets": [f"127.0.0.1:{each.port}" for each in self.workers]}]
        (self._prometheus.directory / "workers.json").write_text(json.dumps(found))
        return worker

    def open_at(self, line: str) -> list[WorkerProcess]:
        """The workers that show an open alert of the line."""
        wanted = {("line", line), ("kind", "no_entry")}
        return [
            worker
            for worker in self.workers
            if worker.running
            for labels, value in worker.metrics().get("contact_alert_open", {}).items()
            if wanted <= labels and value == 1
        ]

    def watching(self) -> WorkerProcess:
        """The one worker that has all detectors."""
        until(lambda: len(self.open_at("waste")) == 1, 30, self.said)
        return self.open_at("waste")[0]

    def said(self) -> str:
        """What the workers have logged."""
        return "\n".join(f"{worker.name}:\n{worker.text()[-4000:]}" for worker in self.workers)


@pytest.fixture
def telephone() -> Iterator[Telephone]:
    with Telephone() as ringing:
        yield ringing


@pytest.fixture
def room(kafka: KafkaCluster, telephone: Telephone, tmp_path: Path) -> Iterator[Room]:
    """Broker, Alertmanager and Prometheus; no worker yet."""
    closes = -(-(now() + OPEN_FOR) // MINUTE) * MINUTE
    text = city(closes)
    file = tmp_path / "testburg.toml"
    file.write_text(text)
    settings = Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        plan=str(file),
        partitions=4,
        session_seconds=6.0,
    )
    asyncio.run(fresh_topics(settings))
    templates = {
        f"templates/{path.name}": path.read_text()
        for path in (DEPLOY / "alertmanager" / "templates").iterdir()
    }
    configuration = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text()
    with Alertmanager(at_hand(configuration, telephone), templates) as alertmanager:
        watching = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
        watching["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        [targets] = watching["alerting"]["alertmanagers"][0]["static_configs"]
        targets["targets"] = [f"127.0.0.1:{alertmanager.port}"]
        [workers] = [each for each in watching["scrape_configs"] if each["job_name"] == "reachline"]
        del workers["static_configs"]
        workers["file_sd_configs"] = [{"files": ["workers.json"], "refresh_interval": "1s"}]
        watching["scrape_configs"] = [workers]
        files = rules.render(Plan.read(text), now())
        with Prometheus(yaml.safe_dump(watching), files) as prometheus:
            made = Room(settings, tmp_path, alertmanager, prometheus)
            try:
                yield made
            finally:
                for worker in made.workers:
                    worker.kill()


def pages(telephone: Telephone) -> list[tuple[float, str, dict[str, Any]]]:
    """Every alert in every message but the heartbeat's: when it rang, where, what it said."""
    return [
        (rang, where.removeprefix("/"), alert)
        for rang, where, message in list(telephone.calls)
        for alert in message["alerts"]
        if where != "/heartbeat"
    ]


def rang(telephone: Telephone, line: str | None) -> list[tuple[float, str, dict[str, Any]]]:
    return [page for page in pages(telephone) if page[2]["labels"].get("line") == line]


def said_once(telephone: Telephone) -> set[tuple[str, str]]:
    """Each alert as it opened and ended. A message to the city's people has all that is open there,
    so it says again what the one before has said."""
    return {(page[2]["labels"]["alert_id"], page[2]["status"]) for page in pages(telephone)}


@pytest.mark.timeout(300)
def test_an_outage_rings_the_right_telephone_once_through_two_power_cuts(
    room: Room, kafka: KafkaCluster, telephone: Telephone, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(a_quarter_hour_of_good_calls(Settings(broker=kafka.bootstrap)))
    for worker in (room.worker(), room.worker()):
        worker.wait_ready()

    with publishing(Settings(broker=kafka.bootstrap)) as put:
        waste, desk = Outage("waste", put), Outage("desk", put)
        try:
            begun = time.time()
            waste.begin()
            time.sleep(8)
            desk.begin()
            telephone.wait_for(lambda t: bool(rang(t, "waste")), 90)
            [(waste_rang, where, page)] = rang(telephone, "waste")
            assert where == "scheldelijn-oncall"
            says_it_all(page, "Waste", "the shift lead")

            # Before the other page: what is decided is not yet sealed.
            room.watching().kill()
            assert not rang(telephone, "desk"), "the worker was killed too late to show anything"
            telephone.wait_for(lambda t: bool(rang(t, "desk")), 60)
            [(desk_rang, where, page)] = rang(telephone, "desk")
            assert where == "city-oncall"
            says_it_all(page, "Desk", "the desk's lead")

            # After it, with another worker to take over from or to.
            room.worker().wait_ready()
            until(lambda: len(room.open_at("waste")) == len(room.open_at("desk")) == 1, 30)
            room.watching().kill()
            until(
                lambda: len(room.open_at("waste")) == len(room.open_at("desk")) == 1, 60, room.said
            )
        finally:
            waste.end()
            desk.end()

    # The lines close, and with them their alerts and that of the whole city, whose people are told
    # that most of its callers come into no queue: each is over once.
    telephone.wait_for(lambda t: len(said_once(t)) == 6, 150)
    time.sleep(QUIET)
    for outage in (waste, desk):
        opened, over = [alert for _, _, alert in rang(telephone, outage.line)]
        assert [opened["status"], over["status"]] == ["firing", "resolved"]
        assert opened["labels"] == over["labels"]
        assert opened["startsAt"] == over["startsAt"]
        assert f"{outage.lost} people came into no queue" in over["annotations"]["summary_en"]
    # And nothing else rang anywhere: no rule took a hand-over for an outage of the stream.
    assert len(said_once(telephone)) == 6
    assert {where for _, where, _ in rang(telephone, None)} == {"city-oncall"}
    assert telephone.alerts("/heartbeat")

    found = asyncio.run(told(kafka.bootstrap))
    assert {(one["line"], one["kind"]) for one in found} == {
        ("waste", "no_entry"),
        ("desk", "no_entry"),
        (None, "no_entry"),
    }
    assert all(one["resolved_at"] for one in found)
    until(lambda: room.open_at("waste") == room.open_at("desk") == [], 10)

    waste_took, desk_took = (
        at - instants.parse(rang(telephone, line)[0][2]["startsAt"]) / SECOND
        for line, at in (("waste", waste_rang), ("desk", desk_rang))
    )
    with capsys.disabled():
        print(
            f"\nfrom the call that decides to the telephone: {waste_took:.1f} s, of which 30 are "
            f"the seal; with the worker killed in between: {desk_took:.1f} s. From the first lost "
            f"call: {waste_rang - begun:.1f} s"
        )
    assert 30 <= waste_took < 60
    assert desk_took < 90


def says_it_all(page: dict[str, Any], name: str, whom: str) -> None:
    """Which line, how bad, since when, how many, what to do."""
    said = page["annotations"]
    people = page["annotations"]["evidence"].split()[0]
    assert said["summary_en"].startswith(f"{name}: {people} people came into no queue since ")
    # The lines are to close in a minute or two.
    assert said["summary_en"].endswith("probably the opening hours, which begin or end about now")
    assert whom in said["action_en"]
    assert said["runbook_url"].endswith("ContactNoEntry.md")
    assert said["dashboard_url"].endswith(f"var-line={page['labels']['line']}")


async def a_quarter_hour_of_good_calls(settings: Settings) -> None:
    begun = now() - 16 * MINUTE
    async with Publisher(settings) as publisher:
        await publisher.publish(
            event
            for number in range(60)
            for line in ("waste", "desk")
            for event in served(line, number, begun + number * 14 * SECOND)
        )


async def told(bootstrap: str) -> list[dict[str, Any]]:
    """Every alert on the topic as it was told last; each was told with one opening and one end."""
    latest: dict[str, dict[str, Any]] = {}
    for record in await records_of(bootstrap, topics.ALERTS):
        if record.key is None or record.value is None or record.key.startswith(b"state|"):
            continue
        now_told = orjson.loads(record.value)
        before = latest.get(now_told["id"])
        if before is not None:
            assert before["resolved_at"] is None
            assert before["opened_at"] == now_told["opened_at"]
        latest[now_told["id"]] = now_told
    return list(latest.values())
