"""``reachline topics create``: creates the topics, and checks those that exist."""

import argparse
import sys

from streams.commands.common import DONE, FAILED
from streams.commands.worker import add_settings, read_settings, run_loop


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("topics", help="the topics of the application")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="creates what is missing, checks what is there")
    add_settings(create)
    create.add_argument("--partitions", metavar="N", help="over the settings")
    create.add_argument("--replication", metavar="N", help="over the settings")
    create.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from streams.engine.kafka import topic_admin

    given = read_settings(arguments)
    found: list[str] = []

    async def work() -> None:
        for name in await topic_admin.create(given):
            print(f"created {name}")
        found.extend(
            await topic_admin.unlike(
                given,
                partitions=arguments.partitions is not None,
                replication=arguments.replication is not None,
            )
        )
        found.extend(await topic_admin.problems(given))

    run_loop(work())
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print("topics are as they should be")
    return FAILED if found else DONE
