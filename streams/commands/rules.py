"""``reachline rules``: Prometheus rules made from a plan, and what is said of their alerts."""

import argparse
from pathlib import Path

from streams.commands.common import DONE, USAGE, CommandError, load_plan, wall
from streams.domain import instants
from streams.sinks import messages, rules, runbooks
from streams.sinks.links import Links


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("rules", help="Prometheus rules made from a plan")
    parser.add_argument("--plan", metavar="PLAN", required=True)
    parser.add_argument("--to", metavar="DIRECTORY", type=Path, required=True)
    parser.add_argument(
        "--since", metavar="YEAR", type=int, help="the first of three years; default: this one"
    )
    parser.add_argument(
        "--messages",
        metavar="DIRECTORY",
        type=Path,
        help="also write what the catalogues say of alerts below it: runbooks/, and Alertmanager's "
        "alertmanager/templates/",
    )
    links = Links()
    parser.add_argument("--runbooks", metavar="URL", default=links.runbooks)
    parser.add_argument("--grafana", metavar="URL", default=links.grafana)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    links = Links(arguments.runbooks, arguments.grafana)
    plan = load_plan(arguments.plan)
    now = wall()
    if arguments.since is not None:
        try:
            now = instants.parse(f"{arguments.since}-07-01T00:00:00Z")
        except ValueError as error:
            raise CommandError(f"--since: no year: {arguments.since}", USAGE) from error
    try:
        written = rules.write(plan, arguments.to, now, links=links)
        if arguments.messages is not None:
            written += runbooks.write(arguments.messages / "runbooks")
            written.append(messages.write(arguments.messages / "alertmanager" / "templates"))
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from error
    for path in written:
        print(path)
    return DONE
