"""``reachline rules``: Prometheus rules made from a plan."""

import argparse
from pathlib import Path

from streams.commands.common import DONE, CommandError, load_plan, wall
from streams.sinks import rules
from streams.sinks.words import Links


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("rules", help="Prometheus rules made from a plan")
    parser.add_argument("--plan", metavar="PLAN", required=True)
    parser.add_argument("--to", metavar="DIRECTORY", type=Path, required=True)
    links = Links()
    parser.add_argument("--runbooks", metavar="URL", default=links.runbooks)
    parser.add_argument("--grafana", metavar="URL", default=links.grafana)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    links = Links(arguments.runbooks, arguments.grafana)
    try:
        written = rules.write(load_plan(arguments.plan), arguments.to, wall(), links=links)
    except OSError as error:
        raise CommandError(f"{arguments.to}: {error.strerror}") from error
    for path in written:
        print(path)
    return DONE
