"""``reachline plan``: what is wrong with a plan, in what two judge otherwise, a closure written."""

import argparse
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from streams.commands.common import DONE, USAGE, CommandError, load_plan, wall
from streams.commands.worker import add_settings, read_settings
from streams.domain import instants
from streams.domain.plan import Plan, PlanError
from streams.domain.plan.differences import Difference, differences
from streams.domain.plan.judgement import around
from streams.sinks.files import write_whole

_MINUTE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:00)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("plan", help="the plan of lines, contracts and hours")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    checking = actions.add_parser("check", help="says, line by line, what is wrong with a plan")
    checking.add_argument("plan", metavar="PLAN")
    checking.set_defaults(run=run)
    diffing = actions.add_parser(
        "diff",
        help="what one plan judges otherwise than another, and since when",
        description="What judges nothing, as names, targets, money and maintenance, is no "
        "difference here. A worker that is given the new plan judges by it from its watermark on; "
        "what lies before stays as it was judged, until `reachline rebuild`.",
    )
    diffing.add_argument("old", metavar="OLD")
    diffing.add_argument("new", metavar="NEW")
    diffing.add_argument("--json", action="store_true", help="as JSON")
    diffing.set_defaults(run=run_diff)
    closing = actions.add_parser(
        "close",
        help="writes into the plan that a line is closed, to the minute",
        description="Adds an [[exception]] to the end of the plan's file; all else of it stays as "
        "it is, comments too. Restart the workers then.",
    )
    closing.add_argument("line", metavar="LINE")
    closing.add_argument("since", metavar="FROM", help="2026-11-27T15:00, by the clock of the city")
    closing.add_argument("until", metavar="UNTIL", help="the first minute that it is open again")
    closing.add_argument("reason", metavar="REASON", help="why, in words")
    add_settings(closing)
    closing.set_defaults(run=run_close)


def run(arguments: argparse.Namespace) -> int:
    try:
        plan = Plan.load(arguments.plan)
    except PlanError as error:
        print(f"{error}\n{len(error.mistakes)} to mend", file=sys.stderr)
        return USAGE
    print(f"{arguments.plan}: {len(plan.lines)} lines, digest {plan.digest[:12]}: nothing wrong")
    return DONE


def run_diff(arguments: argparse.Namespace) -> int:
    old, new = load_plan(arguments.old), load_plan(arguments.new)
    now = wall()
    found = differences(around(old, now), around(new, now))
    if arguments.json:
        listed = [
            each._asdict() | {"since": _said(each.since, new), "until": _said(each.until, new)}
            for each in found
        ]
        print(json.dumps({"old": old.digest, "new": new.digest, "differences": listed}))
        return DONE
    for each in found:
        print(_line(each, new))
    if not found:
        print("they judge alike")
    return DONE


def _line(each: Difference, plan: Plan) -> str:
    """A difference as people read it."""
    since, until = _said(each.since, plan), _said(each.until, plan)
    span = f"from {since}" if since else ""
    span += (" " if since else "") + f"until {until}" if until else ""
    what = ", ".join(each.what).replace("_", " ")
    return f"{each.kind.replace('_', ' ')} {each.id}: {what}: {span or 'at all times'}"


def _said(instant: int | None, plan: Plan) -> str | None:
    """An instant by the clock of the city."""
    if instant is None:
        return None
    return instants.to_datetime(instant).astimezone(plan.zone).isoformat()


def run_close(arguments: argparse.Namespace) -> int:
    given = read_settings(arguments)
    if given.plan is None:
        raise CommandError("no plan to write into: name it with --plan, or in the settings", USAGE)
    plan = load_plan(given.plan)
    for name in ("since", "until"):
        if not _is_minute(getattr(arguments, name)):
            raise CommandError(
                f'"{getattr(arguments, name)[:40]}" is no minute: write 2026-11-27T15:00',
                USAGE,
            )
    file = Path(given.plan)
    try:
        before = file.read_bytes().decode()
        after = closed(before, arguments.line, arguments.since, arguments.until, arguments.reason)
        found = Plan.read(after.removeprefix("\ufeff"), given.plan)
        write_whole(file, after.encode())
    except PlanError as error:
        raise CommandError(f"{error}\nthe plan is as it was", USAGE) from error
    except OSError as error:
        raise CommandError(f"{given.plan}: {error.strerror or error}") from error
    (added,) = set(found.entries.exceptions) - set(plan.entries.exceptions)
    since, until = (_said(each, found) for each in (added.since, added.until))
    print(f"{arguments.line} is closed from {since} until {until}")
    print("restart the workers: they judge by it from then on")
    if added.since < wall():
        print("what lies before now stays as it was judged, until `reachline rebuild`")
    return DONE


def _is_minute(text: str) -> bool:
    if _MINUTE.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def closed(text: str, line: str, since: str, until: str, reason: str) -> str:
    """A plan's text in which a line is closed between two minutes.

    >>> print(closed("", "waste", "2026-11-27T15:00", "2026-11-27T18:00+01:00", "drill").strip())
    [[exception]]
    line = "waste"
    from = 2026-11-27T15:00:00
    until = 2026-11-27T18:00:00+01:00
    open = false
    reason = "drill"
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [
        *([] if not text or text.endswith("\n") else [""]),
        "",
        "[[exception]]",
        f"line = {_quoted(line)}",
        f"from = {datetime.fromisoformat(since).isoformat()}",
        f"until = {datetime.fromisoformat(until).isoformat()}",
        "open = false",
        f"reason = {_quoted(reason)}",
        "",
    ]
    return text + end.join(lines)


def _quoted(text: str) -> str:
    """As a string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
