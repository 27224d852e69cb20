"""Each spelling of a time or a length that is listed is read, and no other."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.instants import SECOND
from streams.sources.time_grammar import epoch, formatted, iso, length


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-20T10:00:05", "2026-11-20 10:00:05", "2026-11-20t10:00:05.000"),
        *("2026-11-20 10:00:05,0", "20261120T100005", "2026-11-20 10:00:05.000000000000000001"),
    ],
)
def test_a_time_without_an_offset(text: str) -> None:
    assert iso(text) == datetime(2026, 11, 20, 10, 0, 5)


@pytest.mark.parametrize("offset", ["Z", "z", " +0000", "+00:00", "-00", " Z"])
def test_a_time_with_an_offset(offset: str) -> None:
    assert iso(f"2026-11-20 10:00{offset}") == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00"])
def test_a_leap_second_is_read_as_events_read_it(text: str) -> None:
    assert instants.of(iso(text)) == instants.parse(text)
    assert iso("2016-12-31 23:59:60.5") == datetime(2017, 1, 1, 0, 0, 0, 500_000)
    assert formatted("31/12/16 23:59:60", "%d/%m/%y %H:%M:%S") == datetime(2017, 1, 1)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_what_events_read_is_read_alike(moment: datetime) -> None:
    text = moment.isoformat()
    assert instants.of(iso(text)) == instants.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-20", "2026-11-20T10", "20261120T10", "2026-W47-5T10:00", "2026-324T10:00"),
        *("2026-13-01 10:00", "2026-11-31 10:00", "2026-11-20 24:00", "2026-11-20 10:61"),
        *("2026-11-20 10:00:61", "2026-11-20  10:00", "2026-11-20 10:00:5", "2026-1-2 10:00"),
        *("26-11-20 10:00", "2026-11-20 10:00 UTC", "2026-11-20 10:00+25:00", "2026-11-20 10:00."),
        *("٢٠٢٦-11-20 10:00", "0000-01-01 00:00", "9999-12-31 23:59:60", "10:00:00", "then"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        iso(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-20", r"\(like ####-##-##\) .* a day alone"),
        ("20/11/2026", "a day alone"),
        ("46346.4166666667", "a day's number"),
        ("46346", "a day's number"),
        ("1763629200", "epoch"),
    ],
)
def test_what_it_is_instead_is_said(text: str, said: str) -> None:
    for read in (iso, lambda one: formatted(one, "%d/%m/%Y %H:%M")):
        with pytest.raises(ValueError, match=said):
            read(text)


def test_digits_of_another_script_are_none_of_a_format() -> None:
    with pytest.raises(ValueError, match="is no time in the form %H:%M"):
        formatted("١٠:00", "%H:%M")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *(("1763629200", "epoch"), ("1763629200.0", "epoch"), ("1763629200000", "epoch_ms")),
        *(("1763629200000.0", "epoch_ms"), ("1763629200000000", "epoch_us")),
    ],
)
def test_epochs(text: str, form: str) -> None:
    assert epoch(text, form) == 1_763_629_200 * SECOND


def test_a_fraction_of_an_epoch_is_kept_to_the_microsecond() -> None:
    assert epoch("1763629200.123456", "epoch") == 1_763_629_200_123_456
    assert epoch("0", "epoch") == 0, "which is before 1990, and refused as that"


@pytest.mark.parametrize("text", ["-1", "1.76E+09", "1e9", "nan", "1_000", " 7", "1,5", "", "x"])
def test_what_is_no_epoch(text: str) -> None:
    with pytest.raises(ValueError, match="is no number of seconds since 1970"):
        epoch(text, "epoch")


@pytest.mark.parametrize("form", ["epoch", "epoch_ms", "epoch_us"])
@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), st.sampled_from([1, 10**3, 10**6]))
def test_an_epoch_in_another_unit_is_no_time_of_this_age(
    form: str, moment: datetime, per_second: int
) -> None:
    seconds = (moment - datetime(1970, 1, 1)) // timedelta(seconds=1)
    text = str(seconds * per_second)
    try:
        read = epoch(text, form)
    except ValueError as error:
        assert "but may be epoch" in str(error)
    else:
        assert read == seconds * SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("0", 0), ("90", 90), ("1.5", 1.5), ("12.345678", 12.345678), ("0.25", 0.25)),
        *(("1:30", 90), ("01:30", 90), ("90:00", 5_400), ("0:00", 0), ("0:05.5", 5.5)),
        *(("0:01:30", 90), ("2:00:00", 7_200), ("26:03:04", 93_784), ("00:00:00", 0)),
        *(("1.02:03:04", 93_784), ("1 day, 2:03:04", 93_784), ("2 days 00:00:00.5", 172_800.5)),
        *(("0.00:00:05", 5), (" 7 ", 7)),
    ],
)
def test_lengths(text: str, seconds: float) -> None:
    assert length(text) == round(seconds * SECOND)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-1", "nan", "inf", "1:x", "1:-30:00", "-0:30", "1:nan", "1_000", "1e2:00"),
        *("1:60", "1:60:00", "0:1:60", "1:5", "1:2:03", "1.02:03", "1.24:00:00", "1:02:03:04"),
        *(
            "1.02:03:04:05",
            "1,5",
            "1,234",
            "5E-05:00",
            "PT90S",
            "90s",
            "1 day",
            "۹۰",
            "1:30 ",
            "1.",
        ),
    ],
)
def test_what_is_no_length(text: str) -> None:
    if text.strip() == text:
        with pytest.raises(ValueError, match="is no length of time"):
            length(text)


@given(st.integers(1, 86_400))
def test_fractions_of_a_day_are_refused_with_a_word(seconds: int) -> None:
    for text in (repr(seconds / 86_400), f"{seconds / 86_400:.15g}", f"{seconds / 86_400:.6E}"):
        if len(text.partition(".")[2]) >= 4:
            with pytest.raises(ValueError, match="a fraction of a day"):
                length(text)


@given(st.integers(0, 10_000_000), st.integers(0, 999))
def test_a_length_is_the_same_in_every_spelling(seconds: int, milliseconds: int) -> None:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    tail = f"{minute:02}:{second:02}.{milliseconds:03}"
    read = {
        length(text)
        for text in (
            f"{seconds}.{milliseconds:03}",
            f"{minutes}:{second:02}.{milliseconds:03}",
            f"{hours}:{tail}",
            f"{days}.{hour:02}:{tail}",
            f"{days} days {hour}:{tail}",
        )
    }
    assert read == {seconds * SECOND + milliseconds * 1_000}


@given(st.text(max_size=30) | st.from_regex(r"[-0-9:., dayTZ]{1,20}", fullmatch=True))
def test_whatever_stands_there_is_read_or_refused(text: str) -> None:
    readers = (
        iso,
        length,
        lambda t: epoch(t, "epoch"),
        lambda t: formatted(t, "%H:%M:%S %d/%m/%y"),
    )
    for read in readers:
        try:
            read(text)
        except ValueError as error:
            assert "is no" in str(error)
