"""Where a worker's time goes while it catches up, and how much memory an open contact needs:
``python -m tests.benchmarks.profiling``.

A signal comes every few milliseconds of CPU time; whatever the worker is in then is counted for the
room that it belongs to. Writes ``results/profile.json`` and, from that, ``results/profile.md``,
which also says what was tried. (Time in C counts for the Python that called it. Signals come a
hundred times a second on some systems, however often they are asked for.)
"""

import argparse
import asyncio
import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvloop

from tests.benchmarks import contenders, side_by_side
from tests.benchmarks.measuring import CACHE, RESULTS, Took, keep, machine, python, run, stoppable
from tests.benchmarks.reachline_run import catch_up
from tests.benchmarks.traffic import Traffic

HELD: Final = 2_000
"""Contacts whose memory is measured, which is a hundred times as slow as to run."""

EVERY: Final = 0.005
"""Seconds of CPU time between two looks: rare enough that looking costs nothing that counts."""

FETCHING = "fetching records"
DECODING = "decoding and checking events"
MERGING = "merging events into contacts"
READING = "reading contacts: what their events mean"
BOOKING = "booking them"
WRITING = "making the records of a checkpoint"
PRODUCING = "producing them"
LINES = "boards and detectors of lines"
CALLERS = "callers' histories"
ELSE = "event loop, sockets and the rest"

ROOMS: Final[dict[tuple[str, str], str]] = {
    ("aiokafka.consumer.fetcher", ""): FETCHING,
    ("aiokafka.consumer.consumer", ""): FETCHING,
    ("streams.engine.kafka.consumer", ""): FETCHING,
    ("streams.domain.event_reader", ""): DECODING,
    ("streams.domain.call_events", "Contact.merge"): MERGING,
    ("streams.domain.ledger", "Ledger.accept"): MERGING,
    ("streams.engine.roles.contact_owner", "ContactOwner.merge"): MERGING,
    ("streams.domain.ledger", "Ledger.changes"): WRITING,
    ("streams.domain.ledger", ""): READING,
    ("streams.domain.reading", ""): READING,
    ("streams.domain.awake", ""): READING,
    ("streams.domain.walk", ""): READING,
    ("streams.domain.judge", ""): READING,
    ("streams.domain.decided", ""): READING,
    ("streams.domain.entries", ""): READING,
    ("streams.domain.decisions", ""): READING,
    ("streams.domain.bookings", "Bookings.changes"): WRITING,
    ("streams.domain.bookings", ""): BOOKING,
    ("streams.engine.roles.contact_owner", ""): WRITING,
    ("streams.engine.kafka.writer", ""): PRODUCING,
    ("aiokafka.producer.producer", ""): PRODUCING,
    ("aiokafka.producer.sender", ""): PRODUCING,
    ("aiokafka.producer.message_accumulator", ""): PRODUCING,
    ("streams.engine.roles.line_owner", ""): LINES,
    ("streams.engine.roles.caller_owner", ""): CALLERS,
}
"""Where a sample belongs, by module and function; none named means all others of the module. The
innermost that is named here counts, so what many use (a tally, a plan) counts for who asked."""


class Sampler:
    """Counts where the program is, as long as it is entered."""

    def __init__(self) -> None:
        self.rooms: Counter[str] = Counter()

    def __enter__(self) -> "Sampler":
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0.0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        self.rooms[room(frame)] += 1


def room(frame: FrameType | None) -> str:
    """Where a sample belongs that found the program in this frame."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        found = ROOMS.get((module, frame.f_code.co_qualname)) or ROOMS.get((module, ""))
        if found is not None:
            return found
        frame = frame.f_back
    return ELSE


def within(bootstrap: str, events: int, plan: str, intervals: int) -> Took:
    """Catches up in this very process, and looks at itself."""
    sampler = Sampler()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(catch_up(bootstrap, events, plan, "profiled", intervals, sampler))
    took.pop("answer", None)
    return took | {"rooms": dict(sampler.rooms)}


def measured(events: int) -> dict[str, Any]:
    """The bare loop's cost, the worker's, and where the worker spends it."""
    load = contenders.Load.make("contact.", Traffic.of_events(events), CACHE)
    with side_by_side.filled([load]) as bootstrap:
        bare = contenders.bare(bootstrap, load).measure()
        took = run(
            [
                python(),
                "-m",
                "tests.benchmarks.profiling",
                "--within",
                bootstrap,
                str(load.events),
                load.plan,
                str(len(load.answer)),
            ]
        )
    bytes_held = run([python(), "-m", "tests.benchmarks.held", str(HELD)])
    samples = sum(took["rooms"].values())
    return {
        "machine": machine(),
        "events": load.events,
        "samples": samples,
        "bare_us_per_event": round(bare["cpu"] / bare["events"] * 1e6, 3),
        "cpu_us_per_event": round(took["cpu"] / took["events"] * 1e6, 3),
        "shares": {name: round(n / samples, 4) for name, n in Counter(took["rooms"]).most_common()},
        "held": bytes_held,
    }


TRIED: Final = """\
What brought something is in the code, each with a comment that says what: typed decoding by
msgspec, times of day looked up instead of parsed, counts packed into one integer, what a visit
counts made once per pattern, contacts read once while catching up, record batches built by hand,
cells that remember by themselves that they changed, a tally encoded once for three records, one
event loop (uvloop), Python's search for garbage made rare, no slots where no window will be looked
at.

What brought nothing, or too little for what it would cost:

- compiling `streams/domain` with mypyc: the books of a replay cost 30 % less; but whoever installs
  it would need a compiler, or every system a build of its own;
- checkpoints of four times as many events: a quarter fewer records, but by then their contacts have
  left the processor's cache, and all of it is slower; of a quarter as many: half as much again;
- no search for garbage at all: nothing that stands out from noise.
"""


HELD_BECAUSE: Final = """\
The aim is 1,024. A contact is some sixty objects of Python, and the texts of its events alone are
a good part of that. What it adds to the books is kept, so that it can be subtracted when a later
fact changes what it means. What was tried, and kept: classes without dictionaries, names of scopes
and patterns of counts made once, of callers the received bytes instead of objects, and those
unread.

All of these are awake. Since then, contacts beyond 20,000 rest as the bytes of their events, and
what they add to the books is found again from these: of 6,100 bytes, counted in the same way of
3,000 contacts, 3,300 are left, of which 830 are callers' histories.
"""

ELSEWHERE: Final = """\
## What grows with lines, and a restart

With a thousand lines the same events fall into more slots and quarter-hours, so fewer of them share
a record: what is written, sent to the lines, read back there and added to windows grows, until
each call has records of its own. What was tried, and kept: one encoding for the three records of a
cell, windows that add differences instead of full figures. Checkpoints farther apart would share
more, and show everything later.

After a restart each contact in state is read back, decoded, read, booked and sent again, once:
about the work of three events. A worker that goes on without a restart sends only what changed.
"""


def page(result: dict[str, Any]) -> str:
    """The profile as Markdown, and what follows from it."""
    bare, whole = result["bare_us_per_event"], result["cpu_us_per_event"]
    shares: dict[str, float] = result["shares"]
    same = (shares.get(FETCHING, 0.0) + shares.get(DECODING, 0.0)) * whole
    rest = whole - same
    lines = [
        "# Where the time goes",
        "",
        "Written by `python -m tests.benchmarks.profiling`: one worker that catches up with",
        f"{result['events']:,} events on Apache Kafka, looked at {result['samples']:,} times. It "
        f"took {whole:.1f} µs of CPU per event,",
        f"the bare loop of the same run {bare:.2f}: {bare / whole:.2f} of its speed.",
        "",
        "| | share | µs per event |",
        "|---|--:|--:|",
    ]
    lines += [f"| {name} | {part:.0%} | {part * whole:.1f} |" for name, part in shares.items()]
    lines += [
        "",
        "## What stands in the way",
        "",
        f"A quarter of the bare loop's speed would be {4 * bare:.1f} µs per event. Fetching and",
        f"decoding, which the bare loop does too, take {same:.1f}, with a check of every field:",
        f"{4 * bare - same:.1f} are left for what takes {rest:.1f}. No room of it takes most: each",
        "event is merged into a contact; each contact is written, read, booked in some nine",
        "cells, sent to its line, its vendor, the city and its caller, and written as a journey:",
        "all in interpreted Python, with some sixty calls of functions per event.",
        "",
        "## What was tried",
        "",
        TRIED,
        "## The memory of an open contact",
        "",
        "Calls that have all been answered and do not end, in one process with their lines and",
        "callers; what Python has allocated, without other memory of the process.",
        "",
        "| | bytes per contact |",
        "|---|--:|",
        *[f"| {name} | {size:,.0f} |" for name, size in result["held"].items()],
        f"| together | {sum(result['held'].values()):,.0f} |",
        "",
        HELD_BECAUSE,
        ELSEWHERE,
    ]
    return "\n".join(lines)


def kept_page(results: Path = RESULTS) -> str:
    """The page of the kept profile."""
    return page(json.loads((results / "profile.json").read_text()))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.profiling", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--within", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--events", type=int, default=side_by_side.LARGE)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    if arguments.within:
        bootstrap, events, plan, intervals = arguments.within
        print(json.dumps(within(bootstrap, int(events), plan, int(intervals))))
        return 0
    stoppable()
    keep(arguments.results / "profile.json", measured(arguments.events))
    (arguments.results / "profile.md").write_text(kept_page(arguments.results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
