"""``reachline rebuild``: the state made anew from the raw topics."""

import argparse
import sys

from streams import logs
from streams.commands.common import DONE, load_plan
from streams.commands.worker import add_settings, read_settings, run_loop


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "rebuild",
        help="the state made anew from the raw topics",
        description="Makes the state anew from the raw topics, to the same books, when its topic "
        "was lost or is not whole. Stop all workers first.",
    )
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from streams.engine.rebuild import Rebuilt, rebuild

    given = read_settings(arguments)
    plan = load_plan(given.plan)
    logs.configure()

    def tell(done: Rebuilt) -> None:
        print(
            f"partition {done.partition}: {done.events} events, {done.late} of them late, "
            f"{done.contacts} contacts in state",
            flush=True,
        )

    run_loop(rebuild(given, plan, tell))
    print("rebuilt; the workers may start", file=sys.stderr)
    return DONE
