"""A file of records that grows is read once, however it is written, rotated, and whoever dies."""

from __future__ import annotations

import gzip
import os
import random
import shutil
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from streams.domain.events import CallStart, Event, Queue
from streams.domain.instants import MINUTE, parse
from streams.sources import calls
from streams.sources.call_counts import BadRow, Counts
from streams.sources.followed_calls import FollowedCalls, Kept
from streams.sources.growing_files import Growing
from streams.sources.mapping import Mapping, MappingError

NOW = parse("2026-11-21T00:00:00Z")
HEADER = "id,queue,name,start,answer,end"
MAPPING = """
time = { zone = "UTC", format = "iso" }
[file]
quotes = "across_lines"
[call]
id = "{id}"
line = "{queue}"
agent = "{name}"
[[row]]
when = { answer = "*" }
start = "start"
entered = "start"
answered = "answer"
hangup = "end"
[[row]]
start = "start"
entered = "start"
hangup = "end"
"""
NO_AGENT = Mapping.parse(MAPPING.replace('agent = "{name}"\n', ""))
ATTEMPTS = Mapping.parse(
    MAPPING.replace('agent = "{name}"\n', 'attempt = "{name}"\n').replace("across_lines", "none")
)
Ids = Counter[tuple[str, str]]


class KilledError(Exception):
    """The reader's process is gone."""


class City:
    """A file, who writes it, and what was written of it in one transaction with the position."""

    def __init__(self, folder: Path, mapping: Mapping) -> None:
        self.file = folder / "calls.csv"
        self.mapping = mapping
        self.kept: Kept | None = None
        self.told: list[Event] = []
        self.bad: list[BadRow] = []
        self.counts = Counts()
        self.now = NOW

    def read(self, pause: object, dies: object = lambda when: None) -> None:
        """Reads until `pause` or `dies` ends it."""

        def write(events: list[Event], kept: Kept) -> None:
            dies("before")  # type: ignore[operator]
            self.told += events
            self.kept = Kept.load(msgspec.json.encode(kept))
            dies("after")  # type: ignore[operator]

        growing = Growing(
            self.file, lambda text: str(hash(text)), None if self.kept is None else self.kept.place
        )
        if self.kept is None:
            self.kept = Kept.before(growing.beginning())
        following = FollowedCalls(
            growing, self.mapping, write, pause, self.bad.append,  # type: ignore[arg-type]
            wall=lambda: self.now, ends=self.kept.ends, counts=self.counts,
        )  # fmt: skip
        with pytest.raises(KilledError):
            following.run()

    @property
    def ids(self) -> Ids:
        return Counter((event.call_id, event.event_id) for event in self.told)


def ends() -> None:
    raise KilledError


def rows(rng: random.Random, number: int) -> list[str]:
    """Rows of one call each; every tenth is over two lines."""
    found = []
    for n in range(number):
        minute, second = divmod(n, 60)
        at = f"2026-11-20 10:{minute:02}:{second:02}"
        name = '"An\nn, B"' if rng.random() < 0.1 else f"agent {n}"
        found.append(f"{n},a,{name},{at},{at if n % 3 else ''},{at}\n")
    return found


def by_hand(lines: list[str], mapping: Mapping) -> Ids:
    found = calls.events([HEADER + "\n", *"".join(lines).splitlines(keepends=True)], mapping, print)
    return Counter((event.call_id, event.event_id) for event in found)


@pytest.mark.parametrize("seed", range(8))
def test_whoever_dies_and_however_it_is_rotated_each_event_is_told_once(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    all_rows = rows(rng, 200)
    city = City(tmp_path, NO_AGENT)
    left, rotations, rest = [*all_rows], 0, ""

    def rotate() -> None:
        nonlocal rotations
        rotations += 1
        old = city.file.with_name(f"calls.csv.{rotations}")
        how = rng.choice(["rename", "copy", "pack"])
        if how == "rename":
            city.file.rename(old)
        elif how == "copy":
            shutil.copy2(city.file, old)
            os.truncate(city.file, 0)
        else:
            with gzip.open(f"{old}.gz", "wb") as packed:
                packed.write(city.file.read_bytes())
            stat = city.file.stat()
            os.utime(f"{old}.gz", ns=(stat.st_atime_ns, stat.st_mtime_ns))
            city.file.unlink()
        if how == "copy" or rng.random() < 0.5:
            city.file.touch()

    def go_on() -> None:
        """The phone system writes some bytes, at times only a part of a row."""
        nonlocal rest
        if not rest and left:
            some = "".join(left.pop(0) for _ in range(min(len(left), rng.randrange(1, 9))))
            new = not city.file.exists() or not city.file.stat().st_size
            rest = (HEADER + "\n" if new else "") + some
        cut = rng.choice([len(rest), rng.randrange(len(rest) + 1)])
        with city.file.open("a") as file:
            file.write(rest[:cut])
        rest = rest[cut:]
        if not rest and rng.random() < 0.3:
            rotate()

    def pause() -> None:
        if rng.random() < 0.2:
            raise KilledError
        if not left and not rest and rng.random() < 0.5:
            raise KilledError
        go_on()

    def dies(when: str) -> None:
        if rng.random() < 0.1:
            raise KilledError

    city.file.write_text(HEADER + "\n")
    while left or rest:
        city.read(pause, dies)
        for _ in range(rng.randrange(3)):  # while nobody reads
            go_on()
    looks = iter(range(3))
    city.read(lambda: next(looks, None) is None and ends())  # type: ignore[func-returns-value]
    assert city.ids == by_hand(all_rows, NO_AGENT), seed
    assert city.bad == []


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path, ATTEMPTS)


def attempt(call: int, name: str, begin: int, answer: int | None, end: int) -> str:
    start, answered, over = (
        "" if at is None else f"2026-11-20 10:{at // 60:02}:{at % 60:02}"
        for at in (begin, answer, end)
    )
    return f"{call},a,{name},{start},{answered},{over}\n"


def hangups(city: City) -> list[str]:
    return [event.event_id for event in city.told if event.event_id.endswith("hangup")]


def test_an_attempt_that_nobody_answered_ends_no_call_while_another_may_come(city: City) -> None:
    steps = [
        [attempt(1, "x", 0, None, 20), attempt(2, "x", 0, None, 20)],
        [attempt(1, "y", 20, 30, 90)],
        [attempt(1, "z", 0, None, 25)],  # rang with the others, and is told of last
    ]
    city.file.write_text(HEADER + "\n")

    def pause() -> None:
        if not steps:
            ends()
        with city.file.open("a") as file:
            file.writelines(steps.pop(0))

    city.read(pause)
    assert hangups(city) == ["1-y-hangup"]
    city.read(ends)  # another process, a moment later
    assert hangups(city) == ["1-y-hangup"]
    city.now += 5 * MINUTE
    city.read(ends)
    assert hangups(city) == ["1-y-hangup", "2-x-hangup"]
    city.now += MINUTE
    city.read(ends)
    assert hangups(city) == ["1-y-hangup", "2-x-hangup"]
    assert all(count == 1 for count in city.ids.values())


def test_a_part_of_other_columns_is_said_and_nothing_behind_it_is_told(city: City) -> None:
    city.file.write_text(HEADER + "\n" + attempt(1, "x", 0, 1, 2))
    city.read(ends)
    city.file.rename(city.file.with_name("calls.csv.1"))
    city.file.write_text("id,what\n" + "2,3\n" * 20)  # below which no header is looked for
    growing = Growing(city.file, lambda text: str(hash(text)), city.kept and city.kept.place)
    with pytest.raises(MappingError, match="no column 'queue'"):
        FollowedCalls(growing, ATTEMPTS, lambda *_: None, ends, print).run()


def test_each_part_has_a_header_of_its_own_under_titles_of_its_own(city: City) -> None:
    city.file.write_text("Report\n\n" + HEADER + "\n" + attempt(1, "x", 0, 1, 2))
    city.read(ends)
    city.file.rename(city.file.with_name("calls.csv.1"))
    at = "2026-11-20 10:00:00"
    city.file.write_text(f"sep=;\nname;id;queue;end;answer;start\nx;2;a;{at};{at};{at}\n")
    city.read(ends)
    started = [event.call_id for event in city.told if isinstance(event, CallStart)]
    assert started == ["1", "2"]
    assert city.bad == [] and city.counts.rows == 2
    assert {event.line for event in city.told if isinstance(event, Queue)} == {"a"}


def test_a_last_line_that_nobody_ended_is_read_or_refused(city: City) -> None:
    city.file.write_text(HEADER + "\n" + attempt(1, "x", 0, 1, 2) + "2,a")
    steps = iter([0, 1])

    def pause() -> None:
        if next(steps, None) is None:
            ends()
        if not city.file.with_name("calls.csv.1").exists():
            city.file.rename(city.file.with_name("calls.csv.1"))
            city.file.write_text(HEADER + "\n" + attempt(3, "x", 0, 1, 2).rstrip("\n"))

    city.read(pause)
    assert [bad.reason for bad in city.bad] == ["2 fields, 6 expected"]
    assert city.counts.rows == 2


def test_what_another_release_has_kept_is_none() -> None:
    assert Kept.load(b"?") is None
    assert (
        Kept.load(b'{"form":2,"place":{"offset":0,"lines":0,"head":"","tail":"","modified":0}}')
        is None
    )
