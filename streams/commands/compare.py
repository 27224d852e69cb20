"""``reachline compare``: two menus beside each other, and what of the difference may be chance."""

import argparse

from streams.commands.common import DONE, FAILED, USAGE, CommandError, load_plan, wall
from streams.commands.replay import Refusals
from streams.commands.statement import read_period
from streams.domain.judge import judge
from streams.domain.menus import Menus
from streams.sinks.menus import as_json, as_table
from streams.sources.event_files import UnreadableFileError
from streams.sources.replay import Replayed, replay


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("compare", help="two versions of the menu beside each other")
    parser.add_argument("files", nargs="+", metavar="FILE", help="NDJSON, .gz, .zst, or -")
    parser.add_argument("--plan", metavar="PLAN", help="lines, menus, time zone (TOML)")
    parser.add_argument(
        "--menu", nargs=2, required=True, metavar=("OLD", "NEW"), help="the versions to compare"
    )
    parser.add_argument(
        "--period", metavar="P", help="contacts that began in 2026-10, 2026-Q4, 2026, 2026-10-05"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    plan = load_plan(arguments.plan)
    since, until = -(2**62), 2**62
    if arguments.period is not None:
        period = read_period(arguments.period)
        since, until = period.begin(plan.zone), period.end(plan.zone)
    refusals = Refusals(None)
    try:
        replayed: Replayed = replay(arguments.files, plan, wall(), refusals)
    except UnreadableFileError as error:
        raise CommandError(str(error)) from error
    refusals.end(replayed.refused)
    menus, now = Menus(plan), replayed.now or 0
    for contact in replayed.contacts.values():
        for piece in contact.pieces():
            outcome = judge(piece, plan, now)
            if outcome is not None and since <= outcome.begun < until:
                menus.add(outcome)
    old, new = arguments.menu
    for name in (old, new):
        if name not in menus.by_version:
            heard = ", ".join(sorted(menus.by_version)) or "none"
            raise CommandError(f"--menu {name}: nobody heard it; heard were: {heard}", USAGE)
    show = as_json if arguments.format == "json" else as_table
    print(show(old, menus.by_version[old], new, menus.by_version[new], plan))
    return DONE if replayed.accepted else FAILED
