"""How figures are asked for.

Two workers export the same line for a moment while it changes hands, and a worker whose input has
stopped goes on exporting the last figures it has. So no dashboard reads a figure as it stands: it
shows the newest worker's, and nothing at all once the figures have stood still for `FRESH` seconds.

How fresh a figure is does not follow from the instant that it describes: a demo lives through a
morning of last week, thirty times as fast. So a worker also exports when, by the machine's
clock, its figures were current, and that is what Prometheus' time is compared with.
"""

from typing import Final

FRESH: Final = 120
"""Seconds for which a figure counts as fresh. A worker updates its clock several times a second and
is scraped every 15 s or less; a hand-over may last a minute."""

NOW: Final = (
    "(time() + (max(contact_city_as_of_timestamp_seconds"
    " - contact_city_current_timestamp_seconds) or vector(0)))"
)
"""What time it is in the city that is measured: Prometheus' own, unless the city is a simulated one
with a clock of its own."""

INFO_KEPT: Final = "1d"
"""How far back names of lines are looked up: an alert keeps its name when telemetry is gone."""

BUILT_IN: Final = {"ALERTS", "ALERTS_FOR_STATE", "up"}
"""Series that Prometheus itself makes."""


def matching(**labels: str) -> str:
    """A selector's braces."""
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


class Scope:
    """One line, vendor or the city, and how its figures are asked for.

    Args:
        kind: ``line``, ``vendor`` or ``city``.
        value: which; a dashboard variable will do. Every one of the kind where none is said.
    """

    def __init__(self, kind: str, value: str = "") -> None:
        self.kind = kind
        self.by = "" if kind == "city" else kind
        self.labels = {kind: value} if value else {}

    def name(self, figure: str) -> str:
        """The metric of a figure."""
        return f"contact_{self.kind}_{figure}"

    def raw(self, figure: str, **labels: str) -> str:
        """A figure as it is exported."""
        return self.name(figure) + matching(**self.labels, **labels)

    def current(self, figure: str, *also_by: str, **labels: str) -> str:
        """A figure of the newest worker, and no series once it has stood still.

        Args:
            figure: what follows ``contact_line_`` in its name.
            also_by: labels to keep beside the scope's.
            labels: that the series must have.
        """
        current = self.raw("current_timestamp_seconds")
        by = ", ".join([*([self.by] if self.by else []), *also_by])
        where = f"{self.by}, instance" if self.by else "instance"
        newest = (
            f"{current} >= on ({self.by}) group_left () (max by ({self.by}) ({current}) > "
            f"time() - {FRESH})"
        )
        return f"max by ({by}) ({self.raw(figure, **labels)} and on ({where}) ({newest}))"

    def target(self, figure: str) -> str:
        """The contract's target, which is known whether telemetry comes or not."""
        return f"max by ({self.by}) ({self.raw(figure)})"

    def worded(self, value: str, **counts: str) -> str:
        """A value that carries other numbers as labels, so that a tile's text can name them.

        >>> Scope("line", "waste").worded("a", n="b")
        'a * on (line) group_left (n) count_values by (line) ("n", b)'
        """
        for label, count in counts.items():
            value += (
                f" * on ({self.by}) group_left ({label}) "
                f'count_values by ({self.by}) ("{label}", {count})'
            )
        return value


CHOSEN_LINE: Final = Scope("line", "$line")
"""The line that a dashboard's variable names."""


def percent(target: str) -> str:
    """A target in percent, to a tenth of a point: as text it has no superfluous digits."""
    return f"round(100 * {target}, 0.1)"


def floored(ratio: str) -> str:
    """A ratio cut to whole percent, so that 79.6 % never reads as the 80 % that was promised.

    The billionth makes up for 100 * 0.29 being a little less than 29.
    """
    return f"floor(100 * {ratio} + 1e-9) / 100"


def or_dash(value: str) -> str:
    """The value, or -1, which panels show as a dash."""
    return f"{value} or on () vector(-1)"
