"""Prometheus and Alertmanager themselves, and a telephone that their messages arrive at.

Debian's packages `prometheus` and `prometheus-alertmanager` bring the servers and the tools that
check their files. Each server here runs on a free loopback port, on a directory of its own that is
gone when it stops, and takes the configuration that the test gives it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import yaml

from tests.brokers import free_port
from tests.missing import missing

#: Either server is ready within a second on an idle core.
START_LIMIT = 30.0

PROMETHEUS = ("prometheus",)
ALERTMANAGER = ("prometheus-alertmanager", "alertmanager")
PROMTOOL = ("promtool",)
AMTOOL = ("amtool",)


def program(names: tuple[str, ...]) -> str:
    """The path of a program; the test is skipped where it is missing, and fails in CI."""
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    missing(f"`{names[0]}` is not on the path: install prometheus and prometheus-alertmanager")


def run(names: tuple[str, ...], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a program says, whatever its exit status."""
    return subprocess.run(
        [program(names), *map(str, arguments)], capture_output=True, text=True, timeout=120
    )


class Server:
    """A server that answers HTTP on loopback.

    `with Server(...) as server` starts it, waits until it is ready, and ends it.
    """

    ready = "/-/ready"

    def __init__(self, files: Mapping[str, str]) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="server-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._child: subprocess.Popen[bytes] | None = None
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def __enter__(self) -> Any:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, again on what it left if it was killed; wait until it answers."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command(),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self._child.poll() is None:
            with suppress(OSError, URLError), urlopen(self.url + self.ready, timeout=2):
                return
            time.sleep(0.05)
        tail = "\n".join(self.log.read_text().splitlines()[-20:])
        raise RuntimeError(f"{self.command()[0]} did not start:\n{tail}")

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.directory / "log"

    def kill(self) -> None:
        """End it without notice; its data stay."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def stop(self) -> None:
        """End it and remove its directory."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def get(self, path: str, **parameters: str | float) -> Any:
        """The JSON that a path answers."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        with urlopen(self.url + path + query, timeout=60) as answer:
            return json.load(answer)

    def post(self, path: str, value: object = None) -> Any:
        """Post a value as JSON; gives the JSON of the answer, None for an empty one."""
        request = Request(
            self.url + path,
            data=json.dumps(value).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class Prometheus(Server):
    """A Prometheus with this configuration; `files` lie beside it, under their relative names."""

    def __init__(self, configuration: str = "{}", files: Mapping[str, str] | None = None) -> None:
        self._program = program(PROMETHEUS)
        super().__init__({"prometheus.yml": configuration, **(files or {})})

    def command(self) -> list[str]:
        return [
            self._program,
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.cors.origin=.*",  # a page in a test's browser may ask it
            # What fires before Alertmanager has been found is sent again soon, not in a minute.
            "--rules.alert.resend-delay=1s",
            "--log.level=warn",
        ]

    def query(self, expr: str, at: float | None = None) -> list[dict[str, Any]]:
        """The samples of an instant query: `{"metric": {...}, "value": [at, text]}`."""
        parameters: dict[str, str | float] = {"query": expr}
        if at is not None:
            parameters["time"] = at
        return self._result(self.get("/api/v1/query", **parameters))

    def query_range(self, expr: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """The series of a range query: `{"metric": {...}, "values": [[at, text], ...]}`."""
        return self._result(
            self.get("/api/v1/query_range", query=expr, start=start, end=end, step=step)
        )

    @staticmethod
    def _result(answer: Any) -> list[dict[str, Any]]:
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found


class Alertmanager(Server):
    """An Alertmanager with this configuration; `files` lie beside it."""

    def __init__(self, configuration: str, files: Mapping[str, str] | None = None) -> None:
        self._program = program(ALERTMANAGER)
        super().__init__({"alertmanager.yml": configuration, **(files or {})})

    def command(self) -> list[str]:
        return [
            self._program,
            "--config.file=alertmanager.yml",
            "--storage.path=data",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",  # alone: no gossip port
            "--log.level=warn",
        ]

    def alerts(self) -> list[dict[str, Any]]:
        """All active alerts, suppressed ones included."""
        found: list[dict[str, Any]] = self.get("/api/v2/alerts")
        return found


def at_hand(configuration: str, telephone: Telephone) -> str:
    """An Alertmanager's configuration with one telephone in place of all receivers, each under a
    path of its own name, with patience of tenths of a second, and awake at any hour."""
    found = yaml.safe_load(configuration)
    found["global"] = {}
    found["receivers"] = [
        {
            "name": receiver["name"],
            "webhook_configs": [{"url": f"{telephone.url}/{receiver['name']}"}]
            if len(receiver) > 1
            else [],
        }
        for receiver in found["receivers"]
    ]
    for route in (found["route"], *found["route"]["routes"]):
        route.update(group_wait="100ms", group_interval="300ms", repeat_interval="1h")
        route.pop("mute_time_intervals", None)
    return str(yaml.safe_dump(found))


COPY: Final = "/city-copy"
"""Where a copy for the city goes: by mail in the example, and no telephone."""


class Telephone:
    """A webhook receiver: keeps what is posted to it, with the time at which it came; copies, which
    ring nobody, are kept apart."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, str, Any]] = []
        self._rang = threading.Condition()
        self.copies: list[Any] = []
        calls, copies, rang = self.calls, self.copies, self._rang

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name is http.server's
                value = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with rang:
                    if self.path == COPY:
                        copies.append(value)
                    else:
                        calls.append((time.time(), self.path, value))
                    rang.notify_all()
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Telephone:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def alerts(self, path: str | None = None) -> list[dict[str, Any]]:
        """Every alert in every message so far, in their order, by path if one is given."""
        with self._rang:
            calls = list(self.calls)
        return [
            alert
            for _, where, message in calls
            if path is None or where == path
            for alert in message["alerts"]
        ]

    def wait_for(self, holds: Callable[[Telephone], bool], limit: float = 30.0) -> None:
        """Wait until something holds of the calls."""
        deadline = time.monotonic() + limit
        while not holds(self):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not within {limit:g} s; calls so far: {self.calls}")
            with self._rang:
                self._rang.wait(min(left, 0.2))
