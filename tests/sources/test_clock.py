"""The times of call records: with a day or without, with a zone or without."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from streams.domain import instants
from streams.domain.instants import HOUR, MINUTE
from streams.sources import clock as clock_module
from streams.sources.clock import Clock
from streams.sources.mapping_times import Times

BRUSSELS = ZoneInfo("Europe/Brussels")


def of(text: str, day: str = "", begun: str = "", latest: str = "", **times: object) -> str | None:
    """The instant in a column, in the mapping's own zone; None for never."""
    said: dict[str, object] = {"zone": BRUSSELS, "format": "iso"}
    clock = Clock(Times(**said | times))  # type: ignore[arg-type]
    known = [instants.parse(each) if each else None for each in (begun, latest)]
    instant = clock.instant(text, day, *known)
    return None if instant is None else clock.text(instant)


@pytest.mark.parametrize("text", ["2026-10-05", "20261005", "2026-W41-1", "2026W411"])
def test_in_iso_a_day_alone_is_no_time(text: str) -> None:
    """Midnight would be taken, in silence."""
    with pytest.raises(ValueError, match="is no time in the form iso"):
        of(text)
    assert datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "text", ["2026-10-05T00:00", "2026-10-05 00:00:00+02:00", "20261005T000000"]
)
def test_in_iso_a_midnight_that_is_written_is_one(text: str) -> None:
    assert of(text) == "2026-10-05T00:00:00+02:00"


def test_an_offset_in_the_column_counts_and_the_mappings_zone_is_for_those_without() -> None:
    assert of(" 2026-03-02 10:00:00Z ") == "2026-03-02T11:00:00+01:00"
    assert of("2026-07-02 10:00:00") == "2026-07-02T10:00:00+02:00"


@pytest.mark.parametrize("never", ["", "  ", "0", "9999-12-31"])
def test_never_is_the_empty_column_and_what_the_mapping_calls_so(never: str) -> None:
    assert of(never, never=frozenset({"0", "9999-12-31"})) is None
    if never.strip():
        with pytest.raises(ValueError, match="is no time in the form iso"):
            of(never)


def test_epochs_are_seconds_or_milliseconds_with_their_fractions() -> None:
    assert of("1772442000.25", format="epoch") == "2026-03-02T10:00:00.250000+01:00"
    assert of("1772442000250", format="epoch_ms") == "2026-03-02T10:00:00.250000+01:00"
    for wild in ("nan", "inf", "ten"):
        with pytest.raises(ValueError, match=f"'{wild}' is no number of seconds"):
            of(wild, format="epoch")


CLOCK_TIMES = {"format": "%H:%M:%S", "date": "day", "date_format": "%d/%m/%Y"}


def test_a_clock_time_is_of_the_rows_day() -> None:
    assert of("10:00:00", "02/03/2026", **CLOCK_TIMES) == "2026-03-02T10:00:00+01:00"
    with pytest.raises(ValueError, match="is no time in the form %d/%m/%Y"):
        of("10:00:00", "31/02/2026", **CLOCK_TIMES)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("00:10:00", "2026-03-03T00:10:00+01:00"),
        ("11:49:59", "2026-03-03T11:49:59+01:00"),  # over twelve hours before the call began
        ("11:50:00", "2026-03-02T11:50:00+01:00"),  # twelve hours, no more: clocks differ
        ("23:55:00", "2026-03-02T23:55:00+01:00"),
    ],
)
def test_a_clock_time_long_before_the_call_began_is_of_the_day_after(text: str, read: str) -> None:
    begun = "2026-03-02T23:50:00+01:00"
    assert of(text, "02/03/2026", begun, begun, **CLOCK_TIMES, next_day=12 * HOUR) == read


def test_without_a_span_for_the_next_day_a_clock_time_stays_on_its_own() -> None:
    begun = "2026-03-02T23:50:00+01:00"
    assert of("00:10:00", "02/03/2026", begun, **CLOCK_TIMES) == "2026-03-02T00:10:00+01:00"


def test_the_day_after_a_change_of_clocks_has_its_own_offset() -> None:
    begun = "2026-03-28T23:50:00+01:00"
    read = of("03:10:00", "28/03/2026", begun, **CLOCK_TIMES, next_day=12 * HOUR)
    assert read == "2026-03-29T03:10:00+02:00"


@pytest.mark.parametrize(
    ("latest", "read"),
    [
        ("", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:29:00+02:00", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:35:00+02:00", "2026-10-25T02:30:00+02:00"),  # clocks differ by so much
        ("2026-10-25T02:35:01+02:00", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T02:35:00+01:00", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T02:35:01+01:00", "2026-10-25T02:30:00+02:00"),  # neither fits: say so later
    ],
)
def test_in_the_hour_that_autumn_has_twice_the_call_goes_on(latest: str, read: str) -> None:
    assert of("2026-10-25 02:30:00", latest=latest) == read


def test_the_hour_that_spring_leaves_out_is_no_time() -> None:
    """Who writes it has another zone than the mapping says."""
    with pytest.raises(ValueError, match="is in the hour that spring leaves out"):
        of("2026-03-29 02:30:00")
    assert of("2026-03-29 03:00:00") == "2026-03-29T03:00:00+02:00"
    assert of("2026-03-29 02:30:00Z") == "2026-03-29T04:30:00+02:00"


def test_a_telephone_number_where_a_time_belongs_is_not_repeated() -> None:
    with pytest.raises(ValueError) as caught:
        of("+32 475 12 34 56x")
    assert "475" not in str(caught.value)


def test_the_wall_clock_is_in_microseconds() -> None:
    now = instants.of(datetime.now(UTC))
    assert abs(clock_module.wall() - now) < MINUTE


def test_times_that_repeat_are_remembered_and_not_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock_module, "_CACHE_BOUND", 3)
    clock = Clock(Times(BRUSSELS, "iso"))
    for _ in range(2):
        for minute in range(10):
            read = clock.instant(f"2026-03-02 10:0{minute}:00", "", None, None)
            assert read == instants.parse(f"2026-03-02T10:0{minute}:00+01:00")
            assert len(clock._moments) <= 3
