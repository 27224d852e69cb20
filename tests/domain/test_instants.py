"""Instants are whole microseconds, whatever offset they are written with."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.instants import DAY, HOUR, SECOND, of, parse, text, to_datetime


@given(st.integers(-50_000 * DAY, 2_000_000 * DAY))
def test_written_and_read_it_is_the_same_instant(instant: int) -> None:
    assert parse(text(instant)) == of(to_datetime(instant)) == instant


def test_the_same_instant_in_any_offset() -> None:
    noon = parse("2026-11-18T12:00:00Z")
    for written in (
        "2026-11-18T13:00:00+01:00",
        "2026-11-18 07:00:00-05:00",
        "2026-11-18t12:00:00.000000z",
        "2026-11-18T11:59:60Z",
    ):
        assert parse(written) == noon


def test_digits_beyond_the_microsecond_are_cut_off() -> None:
    assert parse("1970-01-01T00:00:00.1234569Z") == 123_456


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-18",
        "2026-11-18T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-11-18T24:00:00Z",
        "2026-11-18T12:00:00+1:00",
        "0001-11-18T12:00:00Z",
        "٢٠٢٦-11-18T12:00:00Z",
    ],
)
def test_what_names_no_instant_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse(written)


def test_a_zone_moves_the_wall_clock_and_not_the_instant() -> None:
    noon = parse("2026-11-18T12:00:00Z")
    local = to_datetime(noon, ZoneInfo("Europe/Brussels"))
    assert local.hour == 13
    assert of(local) == noon
    assert (HOUR, DAY) == (3600 * SECOND, 86_400 * SECOND)
