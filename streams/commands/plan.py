"""``reachline plan check``: every mistake of a plan at once, with its place."""

import argparse
import sys
from pathlib import Path

from streams.commands.common import DONE, USAGE, CommandError
from streams.domain.plan import Plan, check


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("plan", help="the plan of lines, contracts and hours")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    checking = actions.add_parser("check", help="says, line by line, what is wrong with a plan")
    checking.add_argument("plan", metavar="PLAN")
    checking.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        text = Path(arguments.plan).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{arguments.plan}: {error}", USAGE) from error
    mistakes = check(text, arguments.plan)
    for mistake in mistakes:
        print(f"{arguments.plan}: {mistake}", file=sys.stderr)
    if mistakes:
        print(f"{len(mistakes)} to mend", file=sys.stderr)
        return USAGE
    plan = Plan.read(text, arguments.plan)
    print(f"{arguments.plan}: {len(plan.lines)} lines, digest {plan.digest[:12]}: nothing wrong")
    return DONE
