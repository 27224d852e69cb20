"""How the wallboard is laid out: which lines, in how many cards, and how large they are inside.

The page has 1920 x 1080 pixels, in 24 columns and 27 rows.
"""

from typing import Final, NamedTuple

from streams.domain.plan import Plan, Terms

COLUMNS: Final = 24
ROWS: Final = 27
"""Rows of 30 pixels with 8 between them that fit into 1080, whatever the page's own margin is."""
MOST_TILES: Final = 30
"""More tiles than this can't be read from where people sit."""


class Grid(NamedTuple):
    """How many cards stand side by side and below each other, whether each has three panels (else
    one), and how many rows of the page are above them."""

    columns: int
    rows: int
    whole: bool
    top: int


def grid(lines: int) -> Grid:
    """The arrangement of so many cards.

    >>> grid(6), grid(24)
    (Grid(columns=3, rows=2, whole=True, top=5), Grid(columns=6, rows=4, whole=False, top=3))
    """
    for most, columns in ((1, 1), (4, 2), (6, 3), (8, 4)):
        if lines <= most:
            return Grid(columns, -(-lines // columns), True, 5)
    columns = 4 if lines <= 12 else 6
    return Grid(columns, -(-lines // columns), False, 3)


def shown(plan: Plan, now: int) -> list[Terms]:
    """The lines on the wall, in the order of the menu: first lines, then the desks behind them.

    Raises:
        ValueError: there are more than can be read.
    """
    lines = sorted(plan.lines_at(now), key=lambda t: (t.tier, t.option or "~", t.line))
    if len(lines) > MOST_TILES:
        lines = [terms for terms in lines if terms.tier == 1]
    if not lines or len(lines) > MOST_TILES:
        raise ValueError(f"a wallboard shows 1 to {MOST_TILES} lines, this plan has {len(lines)}")
    return lines


def shortened(name: str, most: int) -> str:
    """A name cut so that it stays on its line; the tile's title has all of it.

    >>> shortened("Desk appointment or document request", 18), shortened("Waste", 18)
    ('Desk appointment…', 'Waste')
    """
    return name if len(name) <= most else name[: most - 1].rstrip(" ,") + "…"


def body(rows: int) -> int:
    """Pixels of a panel's inside: less its margin, title and padding."""
    return rows * 38 - 8 - 32 - 16


def inner(rows: int) -> int:
    """Pixels of a number's inside: Grafana pads tall ones more."""
    pixels = body(rows)
    return pixels - (24 if pixels > 100 else 16)
