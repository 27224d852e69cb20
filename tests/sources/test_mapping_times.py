"""The table `[time]`: zones, spans and formats, and what is wrong with them."""

from datetime import UTC, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.sources.checking import Check
from streams.sources.mapping_times import Times, read_times
from streams.sources.plausible import LONGEST_CALL

ISO = {"zone": "Europe/Brussels", "format": "iso"}
CLOCK = {"zone": "Europe/Brussels", "format": "%H:%M:%S", "date": "day"}


def times(**table: Any) -> Times:
    check = Check()
    read = read_times(table, check)
    assert check.mistakes == []
    return read


def mistakes(table: object) -> list[str]:
    check = Check()
    read_times(table, check)
    return check.mistakes


def test_what_is_not_written_has_its_usual_value() -> None:
    assert times(**ISO) == Times(ZoneInfo("Europe/Brussels"), "iso", never=frozenset({""}))
    read = times(**CLOCK)
    assert (read.date, read.date_format, read.next_day) == ("day", "%Y-%m-%d", None)
    assert (read.never, read.longest_call) == ({""}, LONGEST_CALL)


def test_zone_and_format_are_never_guessed() -> None:
    assert mistakes({}) == ["time.zone: missing", "time.format: missing"]
    assert mistakes("iso")[0] == "time: must be a table"
    assert mistakes(ISO | {"zon": "UTC"}) == ["time.zon: unknown; did you mean 'zone'?"]


@pytest.mark.parametrize(
    ("zone", "minutes"), [("+02:00", 120), ("-03:30", -210), ("+00:00", 0), ("-00:45", -45)]
)
def test_a_zone_may_be_an_offset(zone: str, minutes: int) -> None:
    assert times(zone=zone, format="iso").zone == timezone(timedelta(minutes=minutes))


@pytest.mark.parametrize("zone", ["Europe/Antwerp", "02:00", "+2:00", "+99:00", "", 2, "../UTC"])
def test_what_is_no_zone(zone: object) -> None:
    check = Check()
    assert read_times({"zone": zone, "format": "iso"}, check).zone is UTC
    assert check.mistakes == [f"time.zone: {zone!r} is neither a zone (Europe/Brussels) nor ±hh:mm"]


@pytest.mark.parametrize(
    ("written", "span"), [("12h", 12 * HOUR), ("90m", 90 * MINUTE), ("30s", 30 * SECOND)]
)
def test_a_span_is_a_number_with_its_unit(written: str, span: int) -> None:
    assert times(**CLOCK, next_day=written).next_day == span
    assert times(**ISO, longest_call=written).longest_call == span


@pytest.mark.parametrize("written", ["0h", "12", "h", "-1h", "1.5h", "1d", 12, "12h30m"])
def test_what_is_no_span(written: object) -> None:
    for key in ("next_day", "longest_call"):
        assert mistakes(CLOCK | {key: written}) == [
            f"time.{key}: must be a span such as 12h or 90m"
        ]


@pytest.mark.parametrize(("key", "value"), [("next_day", "12h"), ("date_format", "%Y-%m-%d")])
def test_what_is_for_clock_times_needs_the_column_of_the_day(key: str, value: str) -> None:
    assert mistakes(ISO | {key: value}) == [
        f"time.{key}: needs time.date: only clock times know no day"
    ]


@pytest.mark.parametrize("format_", ["iso", "epoch", "epoch_ms", "epoch_us"])
def test_such_a_time_has_its_day_in_it(format_: str) -> None:
    assert times(zone="UTC", format=format_).format == format_
    assert mistakes({"zone": "UTC", "format": format_, "date": "day"}) == [
        f"time.date: a time in the format {format_} has its day in it"
    ]


def test_a_format_of_another_name_is_none() -> None:
    assert mistakes(ISO | {"format": "rfc3339"}) == [
        "time.format: neither iso, epoch, epoch_ms, epoch_us nor strptime's signs"
    ]


def test_clock_and_day_each_say_all_of_theirs() -> None:
    assert mistakes(ISO | {"format": "%H:%M"}) == [
        "time.format: '%H:%M' does not say the year, month, day"
    ]
    assert not mistakes(CLOCK | {"format": "%H:%M"})
    assert mistakes(CLOCK | {"format": "%H"}) == ["time.format: '%H' does not say the minute"]
    assert mistakes(CLOCK | {"date_format": "%d/%m"}) == [
        "time.date_format: '%d/%m' does not say the year"
    ]
    (said,) = mistakes(CLOCK | {"date_format": "%Y-%m-%d%z"})
    assert said.startswith("time.date_format: %z would be passed over")


def test_several_texts_may_stand_for_never() -> None:
    assert times(**ISO, never=["0", "-"]).never == {"0", "-"}
    assert mistakes(ISO | {"never": [0]}) == ["time.never: must be a text or a list of texts"]
