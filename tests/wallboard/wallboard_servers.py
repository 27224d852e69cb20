"""A real Prometheus that holds the days of `wallboard_days`, and a server of the pages.

Both listen on loopback, on ports chosen at run time. The days are played in as many processes as
there are cores and become blocks of one database: they lie on different dates.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any, Final

from tests.wallboard import wallboard_days
from tests.wallboard.wallboard_days import Day

NEEDED: Final = ("prometheus", "promtool")
LONGEST_BLOCK: Final = "768h"
"""A month in one block: promtool reads the whole text again for every block that it makes."""

READY_WITHIN: Final = 30.0
"""Seconds that Prometheus may take to open its blocks."""


def missing() -> list[str]:
    """Programs of Prometheus that are not installed."""
    return [program for program in NEEDED if shutil.which(program) is None]


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Prometheus:
    """A running server.

    Attributes:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, expr: str, at: int) -> list[dict[str, Any]]:
        """An instant query; raises for one that Prometheus refuses."""
        return self._get("query", {"query": expr, "time": at / 1e6})

    def query_range(self, expr: str, since: int, until: int, step: int) -> list[dict[str, Any]]:
        """A range query; instants and step in microseconds."""
        asked = {"query": expr, "start": since / 1e6, "end": until / 1e6, "step": step / 1e6}
        return self._get("query_range", asked)

    def _get(self, path: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        body = urllib.parse.urlencode(asked).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}", body, timeout=60) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
                return found
        except urllib.error.HTTPError as refused:
            raise ValueError(json.load(refused)["error"]) from refused


def write_blocks(days: Sequence[Day], to: Path) -> None:
    """Plays the days and writes what their exporters told as blocks of a database."""
    with ProcessPoolExecutor(min(len(days), os.cpu_count() or 1)) as pool:
        files = list(
            pool.map(partial(_write_text, to=to), sorted(days, key=lambda d: not d.history))
        )
    for file in files:
        subprocess.run(
            [
                "promtool",
                "tsdb",
                "create-blocks-from",
                f"--max-block-duration={LONGEST_BLOCK}",
                "openmetrics",
                "--quiet",
                str(file),
                str(to),
            ],
            check=True,
            capture_output=True,
        )
        file.unlink()


def _write_text(day: Day, to: Path) -> Path:
    file = to / f"{day.name}.txt"
    with file.open("w") as out:
        out.writelines(wallboard_days.openmetrics(wallboard_days.play(day)))
    return file


@contextmanager
def prometheus(days: Sequence[Day]) -> Iterator[Prometheus]:
    """A server that holds the days; gone at the end, and its data with it."""
    with tempfile.TemporaryDirectory(prefix="reachline-wallboard-") as name:
        where = Path(name)
        data = where / "data"
        data.mkdir()
        write_blocks(days, data)
        (where / "prometheus.yml").write_text("global: {}\n")
        url = f"http://127.0.0.1:{free_port()}"
        with (where / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={where}/prometheus.yml",
                    f"--storage.tsdb.path={data}",
                    "--storage.tsdb.retention.time=100y",
                    f"--web.listen-address={url.removeprefix('http://')}",
                    "--web.cors.origin=.*",
                ],
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for(f"{url}/-/ready", process, where / "log")
            yield Prometheus(url)
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(int(READY_WITHIN * 10)):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer: {log.read_text()[-2000:]}")


class _Pages(SimpleHTTPRequestHandler):
    """Files of a directory, and texts that are in memory."""

    def __init__(self, *args: Any, texts: dict[str, str], **more: Any) -> None:
        self._texts = texts
        super().__init__(*args, **more)

    def do_GET(self) -> None:
        text = self._texts.get(self.path)
        if text is None:
            super().do_GET()
            return
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def pages(directory: Path, texts: dict[str, str]) -> Iterator[str]:
    """Serves a directory, and texts by their path; gives the address."""
    handler = partial(_Pages, directory=str(directory), texts=texts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Holds the days until interrupted: ``python -m tests.wallboard.wallboard_servers``."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    chosen = [day for day in wallboard_days.DAYS if not sys.argv[1:] or day.name in sys.argv[1:]]
    with prometheus(chosen) as server:
        print(server.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
