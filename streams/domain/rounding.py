"""Figures for people, rounded so that none looks better than it is.

79.96 % of a promised 80 % is a miss, and 2,499 of 2,500 are not all. So what is better when it is
higher is rounded down, and what is better when it is lower is rounded up.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from streams.domain.figures.figure import Better


def percent(share: float, better: Better = "higher") -> str:
    """A fraction of one in per cent, with one decimal.

    >>> percent(0.7996), percent(0.0501, "lower"), percent(0.8)
    ('79.9', '5.1', '80.0')
    """
    return f"{_rounded(Decimal(str(share)) * 100, Decimal('0.1'), better)}"


def percent_beside(target: float, share: float) -> str:
    """The same beside a target, of which more is better: rounded as people round, but never from
    below the target up to it.

    >>> percent_beside(0.8, 0.7996), percent_beside(0.8, 0.2956)
    ('79.9', '29.6')
    """
    usual = f"{100 * share:.1f}"
    return percent(share) if share < target and float(usual) >= round(100 * target, 6) else usual


def whole_seconds(seconds: float, better: Better = "lower") -> str:
    """So many seconds, whole.

    >>> whole_seconds(20.04), whole_seconds(20.0)
    ('21', '20')
    """
    return f"{_rounded(Decimal(str(seconds)), Decimal(1), better)}"


def _rounded(value: Decimal, to: Decimal, better: Better) -> Decimal:
    return value.quantize(to, ROUND_CEILING if better == "lower" else ROUND_FLOOR)
