"""``reachline demo`` as it is typed: in a terminal, in a pipe, and where something is missing."""

import asyncio
import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from streams.commands.demo import shown_from
from streams.domain import instants
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.engine.clocks import FrozenClock
from streams.simulation import SCENARIOS
from streams.simulation.incidents import incidents
from tests.missing import need_embedded_broker
from tests.plans import ANTWERP
from tests.terminals import Terminal

REACHLINE = [sys.executable, "-m", "streams.cli"]
TUESDAY = instants.parse("2026-03-03T12:00:00+01:00")
PATIENCE = 60.0
"""Seconds for a worker to start on a machine that does much else."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def typed(*words: str, before: str = "pass") -> "subprocess.CompletedProcess[str]":
    """What is printed to a pipe.

    Args:
        before: what Python does first.
    """
    program = f"import sys; {before}; from streams.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


class Watched:
    """A demo in a terminal, and what is seen on that."""

    def __init__(self, *words: str) -> None:
        self._master, slave = pty.openpty()
        self.terminal = Terminal()
        self._measure()
        self.demo = subprocess.Popen(
            [*REACHLINE, "demo", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(slave)
        os.set_blocking(self._master, False)
        self._bytes = b""

    def _measure(self) -> None:
        size = struct.pack("HHHH", self.terminal.rows, self.terminal.columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def resize(self, columns: int, rows: int) -> None:
        self.terminal.resize(columns, rows)
        self._measure()
        self.demo.send_signal(signal.SIGWINCH)

    def look(self) -> list[str]:
        """What is on the terminal now."""
        try:
            while more := os.read(self._master, 65_536):
                self._bytes += more
        except OSError:  # nothing more yet, or ever
            pass
        frames, self._bytes = self._bytes, b""
        self.terminal.feed(frames.decode())
        assert not self.terminal.unknown
        return self.terminal.shown

    def until(self, seen: Callable[[list[str]], bool], patience: float = PATIENCE) -> list[str]:
        """Looks until this is seen."""
        deadline = time.monotonic() + patience
        while not seen(shown := self.look()):
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
        return shown

    def close(self) -> None:
        if self.demo.poll() is None:
            self.demo.kill()
        self.demo.wait()
        os.close(self._master)


@contextmanager
def watched(*words: str) -> Iterator[Watched]:
    opened = Watched(*words)
    try:
        yield opened
    finally:
        opened.close()


def answer(address: str) -> int:
    with urllib.request.urlopen(address, timeout=5) as page:
        return int(page.status)


@pytest.fixture
def installed() -> None:
    need_embedded_broker()


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_somebody_watches_an_outage_in_a_terminal() -> None:
    """At 600 times the clock's pace the day is too young for figures 20 s before ten o'clock, so
    that the outage comes some 8 s after the table."""
    port = free_port()
    with watched("--port", str(port), "--speed", "600") as watch:
        shown = watch.until(lambda rows: any("live page" in row for row in rows))
        assert answer(f"http://127.0.0.1:{port}/ready") == 200
        shown = watch.until(lambda rows: rows and "outage begins at" in rows[-1])
        assert shown[0].startswith("Antwerp, scenario outage: ")
        table = [row for row in shown if re.search(r" (OK|BREACH|AT RISK|CLOSED|NO DATA) ", row)]
        assert len(table) == 6
        assert all(row.split()[-1].isdigit() for row in table), "no column is cut off"
        assert shown[-1].endswith(" s: nobody answers Migration")

        watch.resize(60, 20)
        watch.until(lambda rows: rows[1] == f"  live page  http://127.0.0.1:{port}/")
        narrow = watch.until(lambda rows: any(row.startswith("10:00:00") for row in rows))
        assert len(narrow) <= 20 and sum("figures of the last" in row for row in narrow) == 1
        watch.resize(80, 24)
        watch.until(lambda rows: rows[-1] == "10:00:00  outage begins: nobody answers Migration")

        watch.demo.send_signal(signal.SIGTSTP)  # Ctrl-Z
        watch.until(lambda rows: not watch.terminal.second)
        assert watch.terminal.cursor_shown
        watch.demo.send_signal(signal.SIGCONT)
        watch.until(lambda rows: "10:00:00  outage begins: nobody answers Migration" in rows)
        assert watch.terminal.second and not watch.terminal.cursor_shown

        watch.demo.send_signal(signal.SIGINT)
        shown = watch.until(lambda rows: any("refused" in row for row in rows))
        assert watch.demo.wait(PATIENCE) == 0
        text = [*watch.terminal.scrolled, *shown]
        assert not watch.terminal.second and watch.terminal.cursor_shown
        assert text.count("10:00:00  outage begins: nobody answers Migration") == 1
        assert text.count("The books") == text.count("they balance") == 1
        assert not any("figures of the last" in row for row in text)
        books = text[text.index("The books") + 1 : text.index("they balance")]
        assert len(books) == 10, "no row of the books takes two"


@pytest.mark.usefixtures("installed")
def test_in_a_pipe_happenings_are_told_and_the_books() -> None:
    ended = typed("demo", "--port", str(free_port()), "--speed", "900", "--for", "7s")
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = ended.stdout.splitlines()
    assert rows[0].startswith("Antwerp, scenario outage: nobody answers one line for an hour")
    assert re.fullmatch(
        r"08:45:\d\d  outage begins at 10:00:00, in 5 s: nobody answers Migration", rows[5]
    )
    # At this speed a second in which the machine is busy is a quarter of an hour, in which somebody
    # may seem to be forgotten: so an alert may come before it.
    assert "10:00:00  outage begins: nobody answers Migration" in rows[6:]
    assert "they balance" in rows and "\033" not in ended.stdout


class _Received(BaseHTTPRequestHandler):
    """An Alertmanager, as far as a demo sees of it."""

    alerts: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.alerts += json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_an_alert_goes_from_a_lost_call_to_a_telephone() -> None:
    """To an Alertmanager, for which it begins now, and to whoever looks: when the outage of an hour
    has lasted long enough, and it is not over by then."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Received) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{other.server_port}"
        words = ("--show-alerts", "--alertmanager", address, "--speed", "600", "--for", "13s")
        begun = time.time()
        ended = typed("demo", "--port", str(free_port()), *words)
        other.shutdown()
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = ended.stdout.splitlines()
    pages = [row for row in rows if " page to scheldelijn-oncall: Migration: nobody ans" in row]
    assert len(pages) == 1 and re.match(r"10:\d\d:\d\d ", pages[0])
    [below] = [row for row in rows if row.startswith("          What to do: Call Shift lead")]
    assert rows.index(below) == rows.index(pages[0]) + 2
    of_it = [a for a in _Received.alerts if a["labels"]["alertname"] == "ContactNoAnswers"]
    assert {alert["labels"]["line"] for alert in of_it} == {"migration"}
    starts = {instants.parse(alert["startsAt"]) / SECOND for alert in of_it}
    assert all(begun <= each <= time.time() for each in starts)


def test_an_address_that_is_none() -> None:
    ended = typed("demo", "--alertmanager", "alertmanager:9093")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "reachline: --alertmanager: alertmanager:9093 is no address of an Alertmanager: write "
        "http://HOST:PORT\n"
    )


@pytest.mark.parametrize("speed", [0.5, 1, 30, 120, 3600])
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_something_happens_within_half_a_minute(name: str, speed: float) -> None:
    """At any speed, if it has not happened before; of a day on which nothing does, nothing is."""
    begins, _ = SCENARIOS[name].span(ANTWERP, TUESDAY)
    changes = [each.at for each in incidents(SCENARIOS[name], ANTWERP, begins)]
    shown = shown_from(begins, changes, speed)
    assert shown >= begins + 45 * MINUTE
    assert not changes or min(changes) == begins or 0 < min(changes) - shown <= 20 * SECOND * speed


async def test_however_long_the_start_takes_the_clock_has_not_moved() -> None:
    start = TUESDAY - 400 * 24 * HOUR
    clock = FrozenClock(start, 30)
    await asyncio.sleep(0.1)
    assert clock.now() == start
    assert clock.machine(start) == pytest.approx(time.time_ns() // 1000, abs=SECOND)
    clock.release()
    released = time.time_ns() // 1000
    await asyncio.sleep(0.1)
    assert 0.1 <= (clock.now() - start) / 30 / SECOND < 1
    assert clock.at(released - HOUR) == start, "it stood still then"
    assert clock.machine(clock.at(released + HOUR)) == pytest.approx(released + HOUR, abs=2)


@pytest.mark.usefixtures("installed")
def test_a_port_that_is_taken_is_said_before_anything_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = typed("demo", "--port", str(port))
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        f"reachline: port {port} of 127.0.0.1 is in use by another program; --port takes another\n",
    )


def test_without_its_broker_it_says_how_to_get_one() -> None:
    ended = typed("demo", "--port", str(free_port()), before="sys.modules['noida_db'] = None")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("reachline: the embedded broker is not installed: `pip install")
    assert ended.stderr.count("\n") == 1


@pytest.mark.usefixtures("installed")
def test_a_broker_that_does_not_start_is_one_line() -> None:
    ended = typed(
        *("demo", "--port", str(free_port())),
        before="import pathlib, streams.engine.kafka.embedded as e; "
        "e._binary = lambda: pathlib.Path('/bin/false')",
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "reachline: the embedded broker did not start: it said nothing\n"


@pytest.mark.parametrize("port", ["0", "99999", "-1"])
def test_a_port_that_is_none(port: str) -> None:
    ended = typed("demo", "--port", port)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "reachline: --port must be 1 to 65535\n"
