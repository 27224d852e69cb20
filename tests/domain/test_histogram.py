"""What a histogram says, against going through it bucket by bucket."""

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.histogram import Histogram

COUNTS = st.dictionaries(st.integers(0, 700), st.integers(1, 9), max_size=40)


@given(COUNTS, st.one_of(st.integers(-1, 701), st.just(float("inf"))))
def test_within_a_bound_are_all_in_buckets_up_to_it(counts: dict[int, int], bound: float) -> None:
    found = sum(count for upper, count in counts.items() if upper <= bound)
    assert Histogram(counts).within(bound) == found


@given(COUNTS, st.floats(0, 1))
def test_a_quantile_is_the_bucket_of_its_rank(counts: dict[int, int], share: float) -> None:
    """Everybody in a row, the shortest wait first."""
    row = sorted(upper for upper, count in counts.items() for _ in range(count))
    rank = max(1, -(-len(row) * share // 1))
    assert Histogram(counts).quantile(share) == (row[int(rank) - 1] if row else None)


def test_of_nothing_there_is_no_quantile_and_nobody_within() -> None:
    assert Histogram({}).quantile(0.5) is None
    assert Histogram({}).within(float("inf")) == 0
