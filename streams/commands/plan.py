"""``reachline plan check``: every mistake of a plan at once, with its position."""

import argparse
import sys

from streams.commands.common import DONE, USAGE
from streams.domain.plan import Plan, PlanError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("plan", help="the plan of lines, contracts and hours")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    checking = actions.add_parser("check", help="says, line by line, what is wrong with a plan")
    checking.add_argument("plan", metavar="PLAN")
    checking.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        plan = Plan.load(arguments.plan)
    except PlanError as error:
        print(f"{error}\n{len(error.mistakes)} to mend", file=sys.stderr)
        return USAGE
    print(f"{arguments.plan}: {len(plan.lines)} lines, digest {plan.digest[:12]}: nothing wrong")
    return DONE
