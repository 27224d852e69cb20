"""How much of a period was heard, in open quarter-hours: those with a live feed, with a visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from streams.domain.statement.silences import Silence

ENOUGH: Final = Fraction(95, 100)
"""The least part of its open hours that must be heard for a result to be judged. What is not heard
moves a figure by its own part at worst, here five points; and of a month's 22 working days one may
be missing, not two."""


class Hours(NamedTuple):
    """Quarter-hours: open, heard of these, and of these again with a visit."""

    open: int = 0
    heard: int = 0
    visited: int = 0

    def plus(self, other: "Hours") -> "Hours":
        """Those of two lines."""
        return Hours(*(one + another for one, another in zip(self, other, strict=True)))

    @property
    def enough(self) -> bool:
        """Whether enough was heard to judge by; where nothing was open, nothing was missed."""
        return self.heard >= ENOUGH * self.open


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a vendor's lines in a period.

    Attributes:
        total: hours in which at least one line was open.
        lines: hours of each line.
        silences: the longest first; those of a line, or of the queue, without what all lines share.
    """

    total: Hours
    lines: Mapping[str, Hours]
    silences: tuple[Silence, ...]
