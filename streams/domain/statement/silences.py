"""Stretches in which a feed was silent, as a statement names them."""

from typing import NamedTuple

from streams.domain.books import INTERVAL


class Silence(NamedTuple):
    """A stretch in which a feed was silent: its first and last open instant, and how many open
    quarter-hours it has.

    Of all lines, unless ``line`` says which; ``queue`` if calls came and only who queued was not
    heard.
    """

    begin: int
    end: int
    quarter_hours: int
    line: str | None = None
    queue: bool = False


def joined(stretches: list[list[int]], counted: set[int]) -> list[Silence]:
    """Stretches that overlap or touch as one, of the hours that count."""
    silent = sorted(set().union(*stretches) & counted)
    whole = {start: n for n, stretch in enumerate(stretches) for start in stretch}
    found: list[list[int]] = []
    for start in silent:
        last = found[-1][-1] if found else None
        if last is not None and (whole[last] == whole[start] or last + INTERVAL == start):
            found[-1].append(start)
        else:
            found.append([start])
    return [Silence(each[0], each[-1] + INTERVAL, len(each)) for each in found]
