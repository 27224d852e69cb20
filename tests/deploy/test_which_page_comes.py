"""Which page comes when a worker dies, is restarted or stands still, and that it is the only one.

The rules of a plan on the real Prometheus and Alertmanager, scraped, asked and waited for as in
`deploy`: nothing is hurried but Alertmanager's own patience. So this takes five minutes, in which
all stories go on side by side, each with servers and a worker of its own:

    minutes                   0         1         2         3         4         5
    killed, and back later      x                         page  |up
    restarted                   x--------------|up
    drained, then elsewhere     x--------------|up
    stands still from the start                            page
    Prometheus restarted        x--------------|up
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from streams.domain.plan import Plan
from streams.settings import Settings
from streams.sinks import rules
from tests.plans import town
from tests.running import WorkerProcess, until
from tests.servers import Alertmanager, Prometheus, Telephone, at_hand

DEPLOY = Path(__file__).parents[2] / "deploy"

#: Open at any hour. Ten calls of a line are missed within two minutes, of the city fifteen in 90 s:
#: sooner than anything else is told of a worker.
CITY = town(of_each_line="expected_per_hour = 300")

#: Seconds from when nobody answers to where an absence has long been told, were it one.
TOLD_BY_THEN = 220

Page = tuple[str, str, str]


class Room:
    """A Prometheus that finds its workers in a file, an Alertmanager, a telephone."""

    def __init__(self, directory: Path, prometheus: Prometheus, telephone: Telephone) -> None:
        self.prometheus = prometheus
        self.workers: list[WorkerProcess] = []
        self._directory = directory
        self._telephone = telephone
        self._settings = Settings(plan=str(directory / "testburg.toml"))

    def worker(self, at: WorkerProcess | None = None, **environment: str) -> WorkerProcess:
        """One more worker, once it answers scrapes; `at` the address of an earlier one."""
        if at is not None:
            environment["REACHLINE_WEB_PORT"] = str(at.port)
        made = WorkerProcess(
            self._settings,
            self._directory,
            f"worker{len(self.workers)}",
            ("-m", "tests.deploy.served_worker"),
            **environment,
        )
        if at is not None:
            made.port = at.port
        self.workers.append(made)
        until(lambda: made.get("/metrics")[0] == 200 or not made.running, 60, made.text)
        assert made.running, made.text()
        return made

    def find(self, *workers: WorkerProcess) -> None:
        """What service discovery says."""
        found = [{"targets": [f"127.0.0.1:{worker.port}" for worker in workers]}]
        file = self.prometheus.directory / "workers.json"
        file.with_suffix(".new").write_text(json.dumps(found))
        file.with_suffix(".new").rename(file)

    def watched(self) -> WorkerProcess:
        """A worker whose figures have been seen for a while."""
        worker = self.worker()
        self.find(worker)
        until(lambda: self.prometheus.query("contact_line_missed:calls"), 90, worker.text)
        time.sleep(20)
        return worker

    def pages(self) -> list[Page]:
        """Everything that has rung anywhere but the heartbeat: name, severity, firing or over."""
        return [
            (alert["labels"]["alertname"], alert["labels"]["severity"], alert["status"])
            for _, where, message in list(self._telephone.calls)
            for alert in message["alerts"]
            if where != "/heartbeat"
        ]


@contextmanager
def room(directory: Path) -> Iterator[Room]:
    """The files of `deploy`; the plan's lines and the addresses are the test's."""
    directory.mkdir()
    (directory / "testburg.toml").write_text(CITY)
    templates = {
        f"templates/{path.name}": path.read_text()
        for path in (DEPLOY / "alertmanager" / "templates").iterdir()
    }
    routes = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text()
    watching = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    [workers] = [each for each in watching["scrape_configs"] if each["job_name"] == "reachline"]
    del workers["static_configs"]
    workers["file_sd_configs"] = [{"files": ["workers.json"]}]
    watching["scrape_configs"] = [workers]
    with Telephone() as telephone, Alertmanager(at_hand(routes, telephone), templates) as rings:
        [targets] = watching["alerting"]["alertmanagers"][0]["static_configs"]
        targets["targets"] = [f"127.0.0.1:{rings.port}"]
        files = rules.render(Plan.read(CITY), time.time_ns() // 1_000)
        with Prometheus(yaml.safe_dump(watching), files) as prometheus:
            made = Room(directory, prometheus, telephone)
            try:
                yield made
            finally:
                for worker in made.workers:
                    worker.kill()


def killed(room: Room) -> list[Page]:
    worker = room.watched()
    worker.kill()
    until(room.pages, TOLD_BY_THEN)
    time.sleep(15)
    room.worker(at=worker, SERVED_RECOVERS="20")
    time.sleep(60)
    return room.pages()


def restarted(room: Room) -> list[Page]:
    worker = room.watched()
    worker.kill()
    gone = time.monotonic()
    time.sleep(90)
    room.worker(at=worker, SERVED_RECOVERS="20")
    time.sleep(gone + TOLD_BY_THEN - time.monotonic())
    return room.pages()


def drained(room: Room) -> list[Page]:
    worker = room.watched()
    room.find()
    gone = time.monotonic()
    worker.kill()
    time.sleep(90)
    room.find(room.worker(SERVED_RECOVERS="20"))
    time.sleep(gone + TOLD_BY_THEN - time.monotonic())
    return room.pages()


def stands_still(room: Room) -> list[Page]:
    """Two minutes before the start, when anybody would still have been patient."""
    room.find(room.worker(SERVED_BEHIND="120"))
    until(room.pages, 240)
    time.sleep(60)
    return room.pages()


def prometheus_restarted(room: Room) -> list[Page]:
    room.watched()
    room.prometheus.kill()
    time.sleep(100)
    room.prometheus.start()
    time.sleep(60)
    return room.pages()


STORIES: tuple[Callable[[Room], list[Page]], ...] = (
    killed,
    restarted,
    drained,
    stands_still,
    prometheus_restarted,
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Page]]:
    """Who was told of what, by story."""
    directory = tmp_path_factory.mktemp("stories")

    def play(story: Callable[[Room], list[Page]]) -> list[Page]:
        with room(directory / story.__name__) as made:
            return story(made)

    with ThreadPoolExecutor(len(STORIES)) as side_by_side:
        played = side_by_side.map(play, STORIES)
        return dict(zip([story.__name__ for story in STORIES], played, strict=True))


pytestmark = pytest.mark.timeout(600)


def test_a_killed_worker_is_one_page_and_it_says_that_it_is_gone(
    told: dict[str, list[Page]],
) -> None:
    """And when it is back, the page is over, and the time without it is nobody's silence."""
    assert told["killed"] == [
        ("ContactWorkerAbsent", "page", "firing"),
        ("ContactWorkerAbsent", "page", "resolved"),
    ]


@pytest.mark.parametrize("story", ["restarted", "drained"])
def test_ninety_seconds_without_a_worker_wake_nobody(
    told: dict[str, list[Page]], story: str
) -> None:
    assert told[story] == []


def test_a_worker_whose_figures_stand_still_is_one_page_and_it_says_so(
    told: dict[str, list[Page]],
) -> None:
    assert told["stands_still"] == [("ContactPipelineStalled", "page", "firing")]


def test_a_prometheus_that_was_away_takes_its_own_absence_for_nobodys_silence(
    told: dict[str, list[Page]],
) -> None:
    assert told["prometheus_restarted"] == []
