"""``reachline simulate``: events of a simulated city, with their truth."""

import argparse
import contextlib
import time
from typing import Final, TextIO

import msgspec
import orjson

from streams.commands.common import DONE, USAGE, CommandError, duration, load_simulated_plan, wall
from streams.commands.worker import add_settings, writing
from streams.domain import instants
from streams.domain.instants import DAY, SECOND
from streams.domain.plan import Plan
from streams.simulation.city import City
from streams.simulation.disorder import disordered
from streams.simulation.emit import Event
from streams.simulation.scenario import SCENARIOS, Scenario
from streams.simulation.truth import ContactTruth

_STEP: Final = 0.1
"""Seconds of the longest sleep, so that Ctrl-C and a changed clock are soon noticed."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("simulate", help="events of a simulated city, with their truth")
    add_settings(parser, plan=False)
    parser.add_argument("--plan", metavar="PLAN", help="another city's plan")
    parser.add_argument("--scenario", default="normal", metavar="S", help="default: normal")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", metavar="INSTANT", help="default: the latest working day")
    parser.add_argument(
        "--for", dest="lasts", type=duration, metavar="8h", help="of simulated time"
    )
    parser.add_argument("--scale", type=float, default=1.0, metavar="N", help="times the callers")
    parser.add_argument(
        "--dirty", action="store_true", help="out of order and repeated, as events really arrive"
    )
    parser.add_argument(
        "--live", action="store_true", help="begin now and keep pace with the clock"
    )
    parser.add_argument("--to", choices=("kafka", "-"), default="-", help="default: - (NDJSON)")
    parser.add_argument("--truth", metavar="FILE", help="what happened to each contact (NDJSON)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    scenario = SCENARIOS.get(arguments.scenario)
    if scenario is None:
        known = ", ".join(sorted(SCENARIOS))
        raise CommandError(f"no scenario {arguments.scenario!r}; there are: {known}", USAGE)
    if not arguments.scale > 0:
        raise CommandError("--scale must be above 0", USAGE)
    plan = load_simulated_plan(arguments.plan)
    start, until = _span(arguments, plan, scenario)
    try:
        city = City(plan, arguments.seed, scenario, start=start, until=until, scale=arguments.scale)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from error
    with contextlib.ExitStack() as stack:
        write = stack.enter_context(writing(arguments, _line, arguments.live))
        truth = _open(arguments.truth, stack)

        def witness(contact: ContactTruth) -> None:
            if truth is not None:
                truth.write(msgspec.json.encode(contact).decode() + "\n")

        with contextlib.suppress(KeyboardInterrupt):  # how a live city ends
            events = city.events(witness)
            for at, event in disordered(events, arguments.seed) if arguments.dirty else events:
                if arguments.live:
                    _wait_until(at)
                write(event)
    return DONE


def _span(arguments: argparse.Namespace, plan: Plan, scenario: Scenario) -> tuple[int, int]:
    """Between which instants callers begin to call."""
    if arguments.live:
        start, until = wall(), wall() + 3650 * DAY
    else:
        start, until = scenario.latest(plan, wall())
    if arguments.start is not None:
        try:
            start = instants.parse(arguments.start)
        except ValueError as error:
            raise CommandError(f"--start: {error}", USAGE) from error
        until = start + DAY
    return start, until if arguments.lasts is None else start + arguments.lasts


def _wait_until(at: int) -> None:
    while (ahead := at - wall()) > 0:
        time.sleep(min(_STEP, ahead / SECOND))


def _open(name: str | None, stack: contextlib.ExitStack) -> TextIO | None:
    if name is None:
        return None
    try:
        return stack.enter_context(open(name, "w"))  # noqa: PTH123 - a name from the command line
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}", USAGE) from error


def _line(event: Event) -> bytes:
    return orjson.dumps(event) + b"\n"
