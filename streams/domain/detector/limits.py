"""How high a test must climb before it pages: computed from the price of a false page.

The test is a Bernoulli CUSUM (`chart.py`): every bad decision adds ``rise`` points, every good one
takes ``fall`` away, never below 0, and at ``limit`` points it pages. Because the points are whole
numbers the score is a Markov chain on 0 .. limit - 1, and the average number of decisions until a
false page has an exact value, no approximation and no simulation (Brook & Evans, Biometrika 1972;
for Bernoulli observations Reynolds & Stoumbos, Journal of Quality Technology 1999). With ``q`` the
probability of a bad decision, the expected number of decisions left at score ``i`` is

    E[i] = 1 + q E[i + rise] + (1 - q) E[max(i - fall, 0)],      E[i] = 0 for i >= limit

a banded system of ``limit`` linear equations: about 5 ms at the limits in use, and every solution
is kept, so that a thousand lines cost no more than a few contracts do.
"""

from functools import lru_cache
from math import ceil, exp, log
from typing import Final, NamedTuple

# Points per nat of log-likelihood ratio. Finer, and the equations grow with its square; coarser,
# and the limit can't be set closer than a few calls. At 10 rounding moves the alternative that the
# test is best at by less than two percentage points, and the average run, being computed for the
# rounded points, stays exact.
POINTS_PER_NAT = 10

DAYS_PER_QUARTER: Final = 91.25

# A target of 100 % would make one bad call a certainty, one near 0 leaves nothing to fall from.
_SURE = 0.995
_FAINT = 0.02


class Points(NamedTuple):
    """What a test counts: `rise` for a bad decision, `fall` for a good one; `bad_at_target` is the
    probability of a bad decision of a line that is exactly at its target."""

    rise: int
    fall: int
    bad_at_target: float


@lru_cache(maxsize=1_024)  # usual shares are whole percents, contracts are few
def points(target: float, alternative: float) -> Points:
    """The log-likelihood ratios of one decision, alternative against target, as whole points.

    >>> points(0.8, 0.3)
    Points(rise=13, fall=10, bad_at_target=0.2)

    ln(.7/.2) = 1.25 nats for a bad decision, ln(.8/.3) = 0.98 for a good one.
    """
    target = min(max(target, _FAINT), _SURE)
    alternative = min(alternative, target / 2)
    return Points(
        rise=max(1, round(POINTS_PER_NAT * log((1 - alternative) / (1 - target)))),
        fall=max(1, round(POINTS_PER_NAT * log(target / alternative))),
        bad_at_target=round(1 - target, 12),
    )


class _Chain:
    """The equations of all limits of a test: those of a limit are the first of those of a higher
    one, so what was eliminated for one is eliminated for all.

    Gaussian elimination inside the band, without pivoting: the matrix is an M-matrix (diagonal 1,
    the rest of a row between 0 and -1 in sum), for which that is stable.

    Attributes:
        rows: of the upper triangle, each from its diagonal, which is 1, rightwards.
        right: the right side.
    """

    def __init__(self) -> None:
        self.rows: list[list[float]] = []
        self.right: list[float] = []


@lru_cache(maxsize=64)  # of a few hundred kilobytes each; usual shares in use are a dozen
def _chain(points: Points) -> _Chain:
    return _Chain()


@lru_cache(maxsize=65_536)  # limits in use lie below 500, contracts are few: some thousand entries
def average_run(points: Points, limit: int) -> float:
    """The average number of decisions from score 0 to `limit`, at the target: the price of a limit.

    >>> average_run(Points(1, 1, 0.5), 2)       # a fair coin that must win twice, 0 its floor
    6.0
    """
    rise, fall, bad = points
    width = rise + 1  # of a row kept from its diagonal rightwards
    chain = _chain(points)
    rows, right = chain.rows, chain.right
    for i in range(len(rows), limit):
        start = max(0, i - fall)
        row = [0.0] * (i - start + width)
        row[i - start] += 1.0
        row[-1] -= bad  # a column at or beyond the limit stands for E = 0 and is never read
        row[0] -= 1.0 - bad
        value = 1.0
        for k in range(start, i):
            factor = row[k - start]
            if factor:
                above = rows[k]
                offset = k - start
                for j in range(1, width):
                    row[offset + j] -= factor * above[j]
                value -= factor * right[k]
        pivot = row[i - start]
        rows.append([cell / pivot for cell in row[i - start :]])
        right.append(value / pivot)
    expected = [0.0] * (limit + width)
    for i in range(limit - 1, -1, -1):
        row = rows[i]
        expected[i] = right[i] - sum(row[j] * expected[i + j] for j in range(1, width))
    return expected[0]


@lru_cache(maxsize=65_536)
def limit(points: Points, decisions: float) -> int:
    """The lowest limit whose false pages are on average at least `decisions` decisions apart."""
    # Wald's bound: ARL >= exp(limit in nats) for exact points; rounded ones may need a little more.
    high = max(1, ceil(POINTS_PER_NAT * log(max(decisions, 1.0))))
    while (run := average_run(points, high)) < decisions:
        high += POINTS_PER_NAT
    # Runs grow as exp(limit): from one of them the limit is known to a few points, and each run is
    # as dear as it is long.
    low = max(0, high - ceil(POINTS_PER_NAT * log(run / decisions)) - 2)
    while low and average_run(points, low) >= decisions:
        high, low = low, max(0, low - POINTS_PER_NAT)
    while high - low > 1:
        middle = (low + high) // 2
        if average_run(points, middle) < decisions:
            low = middle
        else:
            high = middle
    return high


def natural_limit(per_day: float, n: float) -> float:
    """The limit, in nats, of a sum of log-likelihood ratios that begins anew whenever it is at its
    lowest: ln of how many begin between two false pages.

    By Ville's inequality a ratio that begins at 1 and whose expectation stays 1 ever reaches B with
    a probability of at most 1 / B; so of as many as begin in a quarter, one in ``n`` quarters does.

    Args:
        per_day: how many begin.
        n: how many times rarer than one a quarter it must be.

    >>> round(natural_limit(1200, 3), 1)
    12.7
    """
    return log(max(per_day * DAYS_PER_QUARTER * n, exp(1)))
