"""The text of a guessed mapping, table by table, with what is uncertain beside it."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from streams.sources.guess_columns import CLOCK_TIME, Column
from streams.sources.rows import IN_LINE

_MOST_VALUES: Final = 15
"""Different values of a column that says how a call went, or of one that names lines."""

LONG_DIGITS: Final = re.compile(r"[0-9](?:[^0-9A-Za-z]*[0-9]){4}")
"""More digits than a queue has: a time or somebody's number, which a mapping does not repeat."""

_ANSWERED: Final = re.compile(
    r"answer(?:ed)?|connected|completed?|handled|agent|y|yes|true|ok|success|served|transferred|"
    r"beantwoord|opgenomen|ja|bereikt|angenommen|erreicht|oui|decroche|repondu"
)
_SAYS_LOST = re.compile(r"abandon|missed|lost|opgegeven|gemist|verloren|verpasst", re.IGNORECASE)
"""In the name of a column whose `yes` means that nobody answered."""

_NOT = re.compile(r"\b(?:no|not|non|nicht|niet|un\w+)\b")


def quoted(value: str) -> str:
    """A text as TOML writes it, which is as JSON does."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Iterable[str]) -> str:
    return ", ".join(map(quoted, values))


def of_file(
    delimiter: str | None, encoding: str | None, quotes: str, columns: Sequence[str] | None
) -> Iterator[str]:
    """How the file is written, where that is not as most are."""
    if delimiter in (None, ",") and encoding is None and quotes == IN_LINE and columns is None:
        return
    yield "[file]"
    if delimiter not in (None, ","):
        yield f"delimiter = {quoted(delimiter or '')}"
    if encoding is not None:
        yield f"encoding = {quoted(encoding)}          # not UTF-8; check names with accents"
    if quotes != IN_LINE:
        yield f"quotes = {quoted(quotes)}      # some quoted fields hold line breaks"
    if columns is not None:
        yield "# CHECK: no line names the columns, so times are taken by their places. Give each"
        yield "# column a name of yours, here and below."
        yield f"columns = [{_list(columns)}]"
    yield ""


def of_time(found: Mapping[str, Column], zone: str) -> Iterator[str]:
    """How the times are written."""
    times = [found[role] for role in ("start", "entered", "answered", "end") if role in found]
    start = found["start"]
    never = dict.fromkeys(value for one in times for value in one.never)
    yield "[time]"
    yield f"zone = {quoted(zone)}     # CHECK: of the times without an offset"
    yield f"format = {quoted(start.formats[0])}"
    if any({"%d", "%m"} <= set(re.findall("%.", one)) for one in start.formats[1:]):
        yield f"# CHECK: day and month may be the other way round: {quoted(start.formats[1])}"
    day = found.get("day")
    if start.kind == CLOCK_TIME and day is not None:
        yield f"date = {quoted(day.name)}"
        yield f"date_format = {quoted(day.formats[0])}"
        if len(day.formats) > 1:
            yield f"# CHECK: day and month may be the other way round: {quoted(day.formats[1])}"
        yield 'next_day = "12h"'
    if never:
        yield f"never = [{_list(never)}]"
    yield ""


def of_call(found: Mapping[str, Column]) -> Iterator[str]:
    """What the fields of a call are made of."""
    yield "[call]"
    own, linked = found.get("id"), found.get("linked")
    if own is None:
        yield "# CHECK: no column seems to be the call's id. It must be another for each call, and"
        yield "# never hold the number or the name of a caller."
        texts = (f"{{{found[role].name}}}" for role in ("day", "start", "line") if role in found)
        yield f"id = {quoted('-'.join(texts))}"
    elif linked is not None:
        yield f"id = [{quoted('{' + linked.name + '}')}, {quoted('{' + own.name + '}')}]"
        yield "# The first that is not empty names the call, the last its leg."
    else:
        yield f"id = {quoted('{' + own.name + '}')}"
        if len(own.values) < own.filled:
            leg = found.get("leg", found["start"])
            yield "# CHECK: this id repeats: a row per leg, it seems; or is it one per `attempt`?"
            yield f"leg = {quoted('{' + leg.name + '}')}"
    if "line" in found:
        yield f"line = {quoted('{' + found['line'].name + '}')}"
    else:
        yield 'line = "main"          # CHECK: no column seems to name the queue or line'
    for role in ("caller", "agent", "direction", "language", "to_line", "revision"):
        if role in found:
            yield f"{role} = {quoted('{' + found[role].name + '}')}"
    yield ""
    if "line" in found and _are_words(found["line"].values):
        yield "# Give the lines of your plan, if they have other ids than these queues:"
        yield "# [lines]"
        for value in sorted(found["line"].values):
            yield f"# {quoted(value)} = {quoted(value)}"
        yield ""


def of_rules(found: Mapping[str, Column]) -> Iterator[str]:
    """Which rows are answered calls, and the events of those and of all others."""
    begun = found["start"].name
    entered = found["entered"].name if "entered" in found else begun
    wait, talk, duration = (found.get(role) for role in ("wait", "talk", "duration"))
    answered = None
    if "answered" in found:
        answered = quoted(found["answered"].name)
    elif wait is not None:
        answered = f"{{ at = {quoted(entered)}, plus = {quoted(wait.name)} }}"
    elif talk is not None and duration is not None:
        lengths = f"plus = {quoted(duration.name)}, minus = {quoted(talk.name)}"
        answered = f"{{ at = {quoted(begun)}, {lengths} }}"
    yield "# Answered calls."
    yield "[[row]]"
    yield from _when(found)
    yield f"start = {quoted(begun)}"
    yield f"entered = {quoted(entered)}"
    if answered is None:
        yield f"answered = {quoted(begun)}     # CHECK: no column says how long the caller waited"
    else:
        yield f"answered = {answered}"
    both = [one.name for one in (wait, talk) if one is not None]
    yield from _end(found, begun, both if talk is not None else [])
    yield ""
    yield "# All others."
    yield "[[row]]"
    yield f"start = {quoted(begun)}"
    yield f"entered = {quoted(entered)}"
    always = wait is not None and wait.filled == wait.rows
    yield from _end(found, begun, [wait.name] if wait is not None and always else [])


def _when(found: Mapping[str, Column]) -> Iterator[str]:
    answered, status = found.get("answered"), found.get("status")
    if answered is not None:
        yield f'when = {{ {_key(answered.name)} = "*" }}'
        return
    if status is not None and _are_words(status.values) and not _SAYS_LOST.search(status.name):
        yes = sorted(value for value in status.values if _says_answered(value))
        values = sorted(status.values)
        yield f"# CHECK: of {_list(values)}, those that mean that somebody answered:"
        # Whom nobody is known to have answered is unanswered until somebody says so.
        yield f"when = {{ {_key(status.name)} = [{_list(yes or ['CHECK'])}] }}"
        return
    for role in ("talk", "wait", "agent"):
        if role in found and found[role].filled < found[role].rows:
            if role == "agent":
                yield "# CHECK: whether only answered calls have one of these:"
            yield f'when = {{ {_key(found[role].name)} = "*" }}'
            return
    yield "# CHECK: nothing says which calls were answered; `when` of a column that does"


def _are_words(values: Collection[str]) -> bool:
    """Whether a mapping may repeat the values of a column."""
    return len(values) <= _MOST_VALUES and not any(map(LONG_DIGITS.search, values))


def _says_answered(value: str) -> bool:
    words = re.findall("[a-z]+", value.casefold())
    return any(map(_ANSWERED.fullmatch, words)) and not _NOT.search(value.casefold())


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def _end(found: Mapping[str, Column], begun: str, lengths: Sequence[str]) -> Iterator[str]:
    if "end" in found:
        yield f"hangup = {quoted(found['end'].name)}"
    elif "duration" in found:
        yield f"hangup = {{ at = {quoted(begun)}, plus = {quoted(found['duration'].name)} }}"
    elif lengths:
        plus = quoted(lengths[0]) if len(lengths) == 1 else f"[{_list(lengths)}]"
        yield f"hangup = {{ at = {quoted(begun)}, plus = {plus} }}"
    else:
        yield "# CHECK: nothing says when these calls ended; without `hangup` they wait for hours"
