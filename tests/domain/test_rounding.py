"""No figure looks better than it is, and one that is exact stays as it is."""

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.rounding import percent, percent_beside, whole_seconds


@given(st.integers(1, 100_000), st.data())
def test_what_misses_its_target_is_shown_to_miss_it(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    share = part / whole
    for target in range(0, 101, 5):
        if 100 * part < target * whole:
            assert float(percent(share)) < target
        if 100 * part > target * whole:
            assert float(percent(share, "lower")) > target
        if 100 * part == target * whole:
            assert percent(share) == percent(share, "lower") == f"{target}.0"
        beside = float(percent_beside(target / 100, share))
        assert (beside >= target) is (100 * part >= target * whole)
        assert abs(beside - 100 * share) <= 0.1


def test_a_part_of_a_second_too_long_is_a_second_too_long() -> None:
    assert [whole_seconds(each) for each in (19.999, 20.0, 20.001, 0.0)] == ["20", "20", "21", "0"]
