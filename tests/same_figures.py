"""Outputs that no change alters unless it means to: of the real calls, and of a simulated week.

    python -m tests.same_figures        writes what is kept in tests/data/same-figures again

The bank's calls of `tests/data` and the week of a city with too few agents go through the command
line and through the books that a worker keeps. Each output is kept: what `replay`, `statement`,
`explain` and `restate` write, the records of the published topics, the worker's `/metrics`, the
figures of the live page. `tests/test_same_figures.py` makes them again and compares byte for byte.

A change that moves, renames or speeds up leaves all of them as they are. They are written again
only for a change that is meant to alter what people or programs read: the definition of a figure, a
field of JSON, the name of a metric, a sentence of a statement. That commit contains the new files
and says in CHANGELOG.md what differs. What is other in each file is printed: a name that had no
reason to change is a defect. "They differ" is no reason to write them again.

The outputs depend on nothing but the inputs. The machine's clock stands at `NOW`, because a
statement shows its day of issue. `# HELP` lines are left out of the metrics: their words may be
improved at any time.
"""

from __future__ import annotations

import io
import lzma
import shutil
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from zlib import crc32

import orjson

from streams.cli import main
from streams.domain.instants import SECOND, parse, text
from tests.same_figures_changes import changes
from tests.same_figures_worker import Output, Worker, metric_names

DATA = Path(__file__).parent / "data"
KEPT = DATA / "same-figures"

NOW = "2026-05-04T09:30:00Z"
"""When everything is made: after the week's month, so that its statement is final."""

PLAIN = 16 * 1024
"""Bytes up to which an output is kept as text, for reviews; a larger one is packed."""

WEEK = "week/events.ndjson"
"""The simulated week is an output too. The others are made of the week that is kept: a change of
the simulation shows in this one alone."""


def outputs() -> Iterator[Output]:
    """Every output, with the name under which it is kept."""
    yield "worker/metric-names.txt", metric_names()
    with TemporaryDirectory() as name, patch("time.time_ns", lambda: parse(NOW) * 1_000):
        yield from _of_the_bank(Path(name))
        yield from _of_the_week(Path(name))


def kept(name: str) -> bytes:
    """What is kept of an output.

    Raises:
        FileNotFoundError: nothing is.
    """
    packed = KEPT / f"{name}.xz"
    return lzma.decompress(packed.read_bytes()) if packed.exists() else (KEPT / name).read_bytes()


def names() -> list[str]:
    """The names of all that is kept."""
    files = (path for path in KEPT.glob("*/*") if path.is_file())
    return sorted(path.relative_to(KEPT).as_posix().removesuffix(".xz") for path in files)


def difference(before: bytes, now: bytes) -> str | None:
    """The first line that differs, around the place where it does; None if all is the same."""
    if before == now:
        return None
    lines, others = before.splitlines(keepends=True), now.splitlines(keepends=True)
    same = _alike(lines, others)
    line = lines[same] if same < len(lines) else b""
    other = others[same] if same < len(others) else b""
    column = _alike(line, other)
    around = slice(max(0, column - 60), column + 60)
    return (
        f"line {same + 1}, byte {column + 1}:\n"
        f"  kept  {line[around]!r}\n"
        f"  now   {other[around]!r}\n"
        f"{len(lines)} lines kept, {len(others)} now"
    )


def _alike(one: bytes | list[bytes], other: bytes | list[bytes]) -> int:
    """How many items are the same at the beginning of both."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _of_the_bank(directory: Path) -> Iterator[Output]:
    log, mapping = DATA / "bank-calls-1999-02-first-half.tsv.gz", DATA / "bank.toml"
    events = _said("import", "calls", log, "--mapping", mapping)
    fortnight = directory / "fortnight.ndjson"
    fortnight.write_bytes(events)
    # The other forms are made of two days, in a seventh of the time.
    two_days = _between(events, "1999-02-02T00:00:00+02:00", "1999-02-04T00:00:00+02:00")
    days = directory / "days.ndjson"
    days.write_bytes(two_days)
    plan = KEPT / "bank-plan.toml"
    of = ["--plan", plan, fortnight]
    yield "bank/replay.json", _said("replay", "--format", "json", "--alerts", *of)
    statement = ["statement", "--vendor", "desk", "--period", "1999-02"]
    yield "bank/statement.json", _said(*statement, "--format", "json", *of)
    of = ["--plan", plan, days]
    yield from _forms("bank/2-days", of, statement)
    explain = ["explain", "--line", "PS", "--interval", "1999-02-03T13:15"]
    yield from _explained("bank/explained", of, explain)
    yield from _restated("bank/restated", directory / "bank", plan, days, statement)
    worker = Worker(plan, ["desk"])
    worker.read(two_days, "1999-02-03T13:30:00+02:00")
    yield from worker.shown("bank/at-13-30")


def _of_the_week(directory: Path) -> Iterator[Output]:
    plan, week = KEPT / "week-plan.toml", directory / "week.ndjson"
    simulate = ["simulate", "--plan", plan, "--scenario", "breach", "--seed", "12", "--dirty"]
    made = _said(*simulate, "--start", "2026-03-16T00:00:00+01:00", "--for", "168h")
    yield WEEK, made
    try:
        events = kept(WEEK)
    except FileNotFoundError:
        events = made
    week.write_bytes(events)
    of = ["--plan", plan, week]
    statement = ["statement", "--vendor", "scheldelijn", "--period", "2026-03"]
    yield "week/statement.json", _said(*statement, "--format", "json", *of)
    yield "week/replay.json", _said("replay", "--format", "json", "--alerts", *of)
    hours = ["--format", "json", "--interval", "6h"]
    yield "week/replay-6-hours.json", _said("replay", *hours, *of)
    yield from _forms("week/whole", of, statement)
    yield "week/statement.books", _said(*statement, "--format", "books", *of)
    midweek = [*statement, "--as-of", "2026-03-18T14:00:00+01:00"]
    yield from _statements("week/provisional", of, midweek)
    day = ["explain", "--line", "waste", "--interval", "2026-03-17"]
    yield from _explained("week/explained", of, day)
    yield from _restated("week/restated", directory / "week", plan, week, statement)
    worker = Worker(plan, ["scheldelijn", "city"])
    worker.read(events, "2026-03-16T12:00:00+01:00")
    yield from worker.published("week/published")
    worker.read(events, "2026-03-17T11:00:00+01:00")
    yield from worker.shown("week/at-11-00")
    worker.read(events, "2026-03-20T18:10:00+01:00")
    yield from worker.shown("week/in-the-end")


def _said(*words: str | Path) -> bytes:
    """What a command writes to standard output; it must succeed."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in words])
    assert status == 0, f"reachline {' '.join(map(str, words))}\n{err.getvalue()}"
    out.flush()
    return out.buffer.getvalue()  # type: ignore[attr-defined]


def _forms(name: str, of: list[Any], statement: list[str]) -> Iterator[Output]:
    """A table of the books and a statement in their other forms."""
    yield f"{name}.txt", _said("replay", "--alerts", *of)
    yield f"{name}.csv", _said("replay", "--format", "csv", "--interval", "24h", *of)
    yield f"{name}-statement.csv", _said(*statement, "--format", "csv", *of)
    yield from _statements(f"{name}-statement", of, statement)


def _statements(name: str, of: list[Any], statement: list[str]) -> Iterator[Output]:
    for language in ("en", "nl"):
        yield f"{name}.{language}.html", _said(*statement, "--language", language, *of)


def _explained(name: str, of: list[Any], explain: list[str]) -> Iterator[Output]:
    for language in ("en", "nl"):
        yield f"{name}.{language}.txt", _said(*explain, "--language", language, *of)
    for form in ("csv", "json"):
        yield f"{name}.{form}", _said(*explain, "--format", form, *of)


def _restated(
    name: str, directory: Path, plan: Path, file: Path, statement: list[str]
) -> Iterator[Output]:
    """A statement that was frozen before one call in forty was heard of, and its restatement: with
    those calls, and with some others answered fifteen seconds later than was said at first."""
    directory.mkdir()
    early, late, frozen = directory / "early.ndjson", directory / "late.ndjson", directory / "kept"
    of_rest: dict[int, list[dict[str, Any]]] = {}
    for line in file.read_bytes().splitlines():
        event = orjson.loads(line)
        of_rest.setdefault(crc32(event["call_id"].encode()) % 40, []).append(event)
    lately = of_rest.pop(0)
    corrected = [
        event | {"revision": 1, "at": text(parse(event["at"]) + 15 * SECOND)}
        for event in of_rest[1]
        if event.get("phase") == "answered"
    ]
    early.write_bytes(_ndjson(chain.from_iterable(of_rest.values())))
    late.write_bytes(_ndjson(lately + corrected))
    _said(*statement, "--keep", frozen, "--plan", plan, early)
    of = ["--reason", "Ticket 4711: sent again", "--plan", plan, early, late]
    for form in ("json", "en.html", "nl.html"):
        archive = directory / form
        shutil.copytree(frozen, archive)
        how = ["--format", form] if form == "json" else ["--language", form[:2]]
        yield f"{name}.{form}", _said("restate", *statement[1:], *how, "--keep", archive, *of)


def _ndjson(events: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(event) + b"\n" for event in events)


def _between(events: bytes, since: str, until: str) -> bytes:
    found = (orjson.loads(line) for line in events.splitlines())
    return _ndjson(each for each in found if parse(since) <= parse(each["at"]) < parse(until))


def write() -> Iterator[tuple[str, list[str]]]:
    """Writes what differs from what is kept, and removes what is made no longer: the name of each,
    and what is other in it."""
    before = set(names())
    for name, made in outputs():
        was = kept(name) if name in before else None
        before.discard(name)
        if was == made:
            continue
        _remove(name)
        path = KEPT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if len(made) <= PLAIN:
            path.write_bytes(made)
        else:
            path.with_name(f"{path.name}.xz").write_bytes(lzma.compress(made, preset=9))
        yield name, ["is new"] if was is None else changes(name, was, made)
    for name in sorted(before):
        _remove(name)
        yield name, ["is made no longer"]


def _remove(name: str) -> None:
    for each in (KEPT / name, KEPT / f"{name}.xz"):
        each.unlink(missing_ok=True)


if __name__ == "__main__":
    for name, differs in write():
        print(name, *differs, sep="\n    ")
