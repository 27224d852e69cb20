"""``reachline usual --relearn LINE``: what a line has been like lately is usual from tomorrow on.

Days with a page are left out of what is usual, so that an outage never is. A menu, or hours, that
have changed for good would page every day for the same reason; whoever knows that they have, says
so. It is written into the plan, with its instant, so that a replay learns the same.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from streams.commands.common import DONE, USAGE, CommandError, load_plan, wall
from streams.commands.worker import add_settings, read_settings
from streams.domain import instants
from streams.domain.instants import MINUTE
from streams.domain.plan import Plan, PlanError
from streams.sinks.files import write_whole


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "usual",
        help="accepts what a line has been like lately as usual",
        description="Adds a [[relearn]] to the end of the plan's file; all else of it stays as it "
        "is. From tomorrow on, the share of the line's contacts that came into no queue today and "
        "yesterday is usual, whether it paged or not. Restart the workers today.",
    )
    parser.add_argument("--relearn", required=True, metavar="LINE", help="a line of the plan")
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    given = read_settings(arguments)
    if given.plan is None:
        raise CommandError("no plan to write into: name it with --plan, or in the settings", USAGE)
    load_plan(given.plan)  # what is wrong with it already is no fault of ours
    file = Path(given.plan)
    at = wall() // MINUTE * MINUTE
    try:
        after = relearnt(file.read_bytes().decode(), arguments.relearn, at)
        Plan.read(after.removeprefix("\ufeff"), given.plan)
        write_whole(file, after.encode())
    except PlanError as error:
        raise CommandError(f"{error}\nthe plan is as it was", USAGE) from error
    except OSError as error:
        raise CommandError(f"{given.plan}: {error.strerror or error}") from error
    print(f"what {arguments.relearn} has been like today and yesterday is usual from tomorrow on")
    print("restart the workers today: they read it when they start")
    return DONE


def relearnt(text: str, line: str, at: int) -> str:
    """A plan's text that says to learn anew.

    >>> print(relearnt("", "waste", instants.parse("2026-11-27T15:00:00Z")).strip())
    [[relearn]]
    line = "waste"
    at = 2026-11-27T15:00:00+00:00
    """
    end = "\r\n" if "\r\n" in text else "\n"
    moment: datetime = instants.to_datetime(at).astimezone(UTC)
    quoted = json.dumps(line, ensure_ascii=False).replace("\x7f", "\\u007f")
    lines = [
        *([] if not text or text.endswith("\n") else [""]),
        "",
        "[[relearn]]",
        f"line = {quoted}",
        f"at = {moment.isoformat()}",
        "",
    ]
    return text + end.join(lines)
