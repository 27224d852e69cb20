"""What is other in an output: what came, what went, and what says something else, in a line each.

Most outputs are kept packed, so `git diff` does not show what differs in them. Values are told by
their names: keys of JSON, columns of CSV; other outputs by their lines.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

SHOWN = 60
"""Characters of a value or line that is shown."""


def changes(name: str, before: bytes, now: bytes) -> list[str]:
    """What differs, each name once: how often, and the first of it; nothing where all is alike."""
    if before == now:
        return []
    try:
        found = list(_of_values(_values(name, before), _values(name, now)))
    except ValueError:
        found = list(_of_lines(before, now))
    if not found:
        return ["says the same in another order or form"]
    times = Counter((what, key) for what, key, _ in found)
    first = {(what, key): shown for what, key, shown in reversed(found)}
    return [
        f"{what} {key} ({many:,} times, first {first[what, key]})"
        for (what, key), many in sorted(times.items())
    ]


def _values(name: str, output: bytes) -> Any:
    """What an output says, by names.

    Raises:
        ValueError: it is none of these forms.
    """
    if name.endswith(".json"):
        return orjson.loads(output)
    if name.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(output.decode())))
    if "published-" in name:  # a key and a value of JSON per line
        return [orjson.loads(line.partition(b" ")[2]) for line in output.splitlines()]
    raise ValueError(f"{name} has no names")


_Change = tuple[str, str, str]
"""What happened, to what, and where or how."""


def _of_values(before: Any, now: Any, path: str = "", key: str = "") -> Iterator[_Change]:
    if isinstance(before, dict) and isinstance(now, dict):
        for each in chain(before, (each for each in now if each not in before)):
            if each not in now:
                yield "takes away", each, f"at {path}.{each}"
            elif each not in before:
                yield "adds", each, f"at {path}.{each}"
            else:
                yield from _of_values(before[each], now[each], f"{path}.{each}", each)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for nth, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from _of_values(one, other, f"{path}[{nth}]", key)
    elif isinstance(before, list) and isinstance(now, list):
        yield "alters the number of", key or "records", f"{len(before):,} -> {len(now):,}"
    elif before != now:
        yield "alters", key or "records", f"{_shown(before)} -> {_shown(now)} at {path}"


def _of_lines(before: bytes, now: bytes) -> Iterator[_Change]:
    lines, others = Counter(before.splitlines()), Counter(now.splitlines())
    for what, more in (("takes away", lines - others), ("adds", others - lines)):
        for line, many in more.items():
            for _ in range(many):
                yield what, "lines", _shown(line.decode(errors="replace").strip())


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
