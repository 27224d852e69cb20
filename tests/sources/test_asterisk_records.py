"""Lines of Asterisk's log, of old and new versions, and what else stands in such a file."""

from __future__ import annotations

import pytest

from streams.sources.asterisk_records import Record, born, caller, extension, parse


def test_a_line_is_taken_apart() -> None:
    assert parse("1767949240|pbx1-1767949200.41|waste|PJSIP/71|connect|28|a.1|4\n") == Record(
        1767949240_000_000,
        "1767949240",
        "pbx1-1767949200.41",
        "waste",
        "PJSIP/71",
        "CONNECT",
        ("28", "a.1", "4"),
    )


def test_a_time_may_have_a_fraction() -> None:
    assert parse("1767949240.25|1.1|q|NONE|ABANDON").at == 1767949240_250_000


def test_empty_parameters_at_the_end_are_none() -> None:
    assert parse("1767949240|1.1|q|NONE|MENUCHOICE|1|waste||").parameters == ("1", "waste")
    assert parse("1767949240|NONE|NONE|NONE|QUEUESTART|").parameters == ()


def test_zeros_before_a_line_cost_nothing() -> None:
    """As they stand in a file after the power failed."""
    assert parse("\0\0\0" + "1767949240|1.1|q|NONE|ABANDON|1|1|3").event == "ABANDON"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "1 fields"),
        ("1767949240|1.1|q|NONE", "4 fields"),
        ("then|1.1|q|NONE|ABANDON", "no time"),
        ("99999999999999|1.1|q|NONE|ABANDON", "no time"),
        ("1767949240|1.1|q|NONE|", "no event"),
        ("1767949240|1.1|q|NONE|+3232210000", "no event"),
        ("1767949240||q|NONE|ABANDON", "no call"),
        ("1767949240|+32470123456|q|NONE|ABANDON", "a telephone number, and no call"),
        ("1767949240|0470123456|q|NONE|ABANDON", "a telephone number, and no call"),
        ("1767949240|tel:0470123456|q|NONE|ABANDON", "a telephone number, and no call"),
        ("1767949240|1 1|q|NONE|ABANDON", "no call"),
        (f"1767949240|{'1' * 101}|q|NONE|ABANDON", "no call"),
        ("1767949240|1.1|q\x1b[2J|NONE|ABANDON", "queue has characters"),
        (f"1767949240|1.1|q|{'m' * 129}|ABANDON", "member has characters"),
        ("17679492401767949240|1.1|q|NONE|ABANDON", "no time"),
    ],
)
def test_what_is_no_record_is_refused_and_not_repeated(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as error:
        parse(line)
    assert "3232210000" not in str(error.value)


@pytest.mark.parametrize(
    "parameters",
    [
        "|0470123456",  # of the first versions
        "|0470123456|1",
        "|0470123456|1|Ann_Peeters",
        "http://crm/a?b|c|0470123456|1",
        "http://crm/a?b|c|d|0470123456|12",
        "http://crm/a?b|c|0470123456|12|Ann",
        '|"Ann" <0470123456>|1',
        "|Ann <0470123456>",
    ],
)
def test_the_caller_of_every_version(parameters: str) -> None:
    assert caller(parse(f"1767949212|1.1|waste|NONE|ENTERQUEUE|{parameters}")) == "0470123456"


def test_when_a_channel_was_made() -> None:
    assert born("1767949200.41") == born("pbx-1-1767949200.41") == 1767949200_000_000
    assert born("asterisk.41") is born("12.41") is born("NONE") is None


@pytest.mark.parametrize(
    ("member", "called_at"),
    [
        ("PJSIP/7009", "7009"),
        ("SIP/7009-0000002a", "7009"),
        ("Local/7009@from-queue/n", "7009"),
        ("Local/7009@agents", "7009"),
        ("Agent/7009", "7009"),
        ("7009", "7009"),
        ("Ann Peeters", "Ann Peeters"),
        ("NONE", "NONE"),
    ],
)
def test_where_a_member_is_called(member: str, called_at: str) -> None:
    assert extension(member) == called_at
