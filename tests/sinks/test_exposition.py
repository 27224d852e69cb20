"""Numbers and labels as the client library writes them."""

from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.utils import floatToGoString

from streams.sinks.exposition import (
    DIGITS,
    SAMPLES_AT_ONCE,
    SMALL,
    Families,
    Part,
    escaped,
    number,
    parts,
    rounded,
    written,
)


@given(
    st.one_of(
        st.floats(allow_subnormal=False),
        st.integers(-5, 10**12),
        st.floats(0, 1, allow_subnormal=False),
        st.floats(0, 2e6, allow_subnormal=False),
    )
)
@example(999_999.99999999)
@example(1e-5)
@example(1_000.0)
@example(1_000_000)
def test_a_number_is_the_librarys_to_its_digits(value: float) -> None:
    value = value or 0.0  # there is one zero
    assert number(value) == f"{floatToGoString(rounded(value))}\n"


def test_small_numbers_are_found_as_they_would_be_written() -> None:
    assert all(text == number(value) == number(float(value)) for value, text in SMALL.items())


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 999))
def test_a_share_is_on_the_side_of_its_target_on_which_it_was(
    whole: int, part: int, target: int
) -> None:
    """A wall is red below its target, and a target has three digits."""
    share, promised = min(part, whole) / whole, target / 1000
    assert (rounded(share) < promised) == (share < promised)
    assert f"{rounded(share):.{DIGITS}g}" == f"{share:.{DIGITS}g}"


@given(st.text())
def test_a_label_is_the_librarys(label: str) -> None:
    family = GaugeMetricFamily("one", "", labels=["line"])
    family.add_metric([label], 7)
    assert f'one{{line="{escaped(label)}"}} 7.0\n' in _page(Families(family))


def test_families_are_written_apart_as_they_are_together() -> None:
    short, long = (
        GaugeMetricFamily("short", "A", value=1),
        GaugeMetricFamily("n", "B", labels=["n"]),
    )
    for n in range(SAMPLES_AT_ONCE + 1):
        long.add_metric([str(n)], n)
    found = list(parts(Families(short, long)))
    assert [(len(each.family.samples), each.first) for each in found] == [
        (1, True),
        (SAMPLES_AT_ONCE, True),
        (1, False),
    ]
    apart = b"".join(written(generate_latest, each) for each in found)  # type: ignore[arg-type]
    assert apart.decode() == _page(Families(short, long))
    assert (
        written(generate_latest, Part(short)) == b"# HELP short A\n# TYPE short gauge\nshort 1.0\n"
    )  # type: ignore[arg-type]


def _page(collector: Collector) -> str:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return generate_latest(registry).decode()
