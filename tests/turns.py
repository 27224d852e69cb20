"""Variants that take turns: of a test's sizes, languages or seeds, the ones that a commit gets.

A change is guarded by every test, but not by every variant of it: of the values of a parameter that
is marked with `in_turn`, a part is tried, and which part says the commit's hash. So the next commit
tries another one, and the same commit tries the same one again. `.ci/long` tries them all, and so
does whoever runs the tests without `REACHLINE_TURN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TypeVar

Value = TypeVar("Value")


def turn(commit: str, what: str, parts: int) -> int:
    """Which of so many parts it is the turn of, from 0 on.

    `what` is hashed too: else all parameters of two values would always change together.
    """
    return int.from_bytes(sha256(f"{commit} {what}".encode()).digest()) % parts


def part(commit: str, what: str, values: Sequence[Value], parts: int = 0) -> list[Value]:
    """The values whose turn it is: one, or as many as there are in one of so many parts."""
    parts = parts or len(values)
    return list(values[turn(commit, what, parts) :: parts])


def distinct(values: Iterable[Value]) -> list[Value]:
    """Each value once, in their order; by equality, for some can't be hashed."""
    found: list[Value] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
