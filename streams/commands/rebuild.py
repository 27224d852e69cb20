"""``reachline rebuild``: makes the state again from the raw topics."""

import argparse
import sys

from streams import logs
from streams.commands.common import DONE, load_plan
from streams.commands.worker import add_settings, read_settings, run_loop


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "rebuild",
        help="makes the state again from the raw topics",
        description="Makes the state again from the raw topics, with the same books, when its "
        "topic was lost or is incomplete. Stop all workers first.",
    )
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from streams.engine.rebuild import Rebuilt, rebuild

    given = read_settings(arguments)
    plan = load_plan(given.plan)
    logs.configure()

    def report(done: Rebuilt) -> None:
        print(
            f"partition {done.partition}: {done.events} events, {done.late} of them late, "
            f"{done.contacts} contacts in state",
            flush=True,
        )

    run_loop(rebuild(given, plan, report))
    print("rebuilt; the workers may start", file=sys.stderr)
    return DONE
