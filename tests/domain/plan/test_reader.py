"""A plan with mistakes: whoever wrote it hears of all of them at once, where, and what to do.

It is longer than a module should be, because it holds a table of every mistake that a plan can
have.
"""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.plan import Mistake, Plan, PlanError, check
from streams.domain.plan import positions as places
from tests.examples import examples
from tests.plans import ANTWERP_FILE

ANTWERP = ANTWERP_FILE.read_text("utf-8")

LINE = '[[line]]\nid = "waste"\n'


def only(text: str) -> Mistake:
    """The one mistake in a plan."""
    mistakes = check(text)
    assert len(mistakes) == 1, [str(m) for m in mistakes]
    return mistakes[0]


def test_the_example_has_no_mistake() -> None:
    assert check(ANTWERP) == []


def test_every_mistake_is_named_at_once_with_its_line() -> None:
    wrong = """
[city]
time_zone = "Europe/Brussel"
langages = ["nl"]

[[contract]]
id = "first-line"
threshold = 20s
service_level_target = 80

[[line]]
id = "waste"
vendor = "scheldelijn"
contract = "first-lin"
tier = 4
"""
    found = [(m.line, m.path) for m in check(wrong)]
    assert found == [
        (3, "city.time_zone"),
        (4, "city.langages"),
        (8, "contract[1].threshold"),
        (9, "contract[1].service_level_target"),
        (13, "line[1].vendor"),
        (14, "line[1].contract"),
        (15, "line[1].tier"),
    ]
    with pytest.raises(PlanError) as error:
        Plan.read(wrong, "antwerp.toml")
    assert error.value.mistakes == check(wrong)
    told = str(error.value).splitlines()
    assert len(told) == 7
    assert told[0] == (
        'antwerp.toml: line 3: city.time_zone: no time zone "Europe/Brussel": '
        'did you mean "Europe/Brussels"?'
    )


EXCEPTION = """[[exception]]
line = "waste"
from = 2026-01-01T10:00:00
until = 2026-01-01T11:00:00
reason = "drill"
"""


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        # What is not there
        ("", "line", "there is no line"),
        ("line = []", "line", "there is no line"),
        ("[[line]]", "line[1]", "`id` is missing"),
        (LINE + "[[vendor]]\nname = 'x'", "vendor[1]", "`id` is missing"),
        (
            LINE + EXCEPTION.replace('line = "waste"\n', ""),
            "exception[1]",
            "`line` is missing",
        ),
        (
            LINE + EXCEPTION.replace("waste", "wast"),
            "exception[1].line",
            'no line "wast": did you mean "waste"?',
        ),
        (
            LINE + EXCEPTION.replace("11:00:00", "09:00:00"),
            "exception[1].until",
            "is not after `from`",
        ),
        (
            LINE + EXCEPTION.replace("10:00:00", "10:00:30"),
            "exception[1].from",
            "is not a whole minute",
        ),
        (
            LINE + EXCEPTION + 'open = "no"\n',
            "exception[1].open",
            '"no" is neither true nor false',
        ),
        (LINE + 2 * EXCEPTION, "exception[2].from", '"waste" has another exception then'),
        (LINE + "[[maintenance]]\nfrom = 2026-01-01T00:00:00Z", "maintenance[1]", "`until` is"),
        # Unknown keys
        (LINE + "vender = 'city'", "line[1].vender", 'did you mean "vendor"?'),
        ("[cty]\n" + LINE, "cty", 'did you mean "city"?'),
        (LINE + "[[hours]]\nid='h'\nmon='08:00-09:00'\ntues='closed'", "hours[1].tues", '"tue"'),
        # Wrong types
        ("[[line]]\nid = 5", "line[1].id", "5 is not an id"),
        (LINE + "tier = '1'", "line[1].tier", '"1" is not a number'),
        (LINE + "tier = true", "line[1].tier", "true is not a number"),
        (LINE + "tier = 1.5", "line[1].tier", "not a whole number"),
        (LINE + "option = 1", "line[1].option", "write it in quotes"),
        (LINE + "names = 'Afval'", "line[1].names", "not a table"),
        ("[line]\nid = 'waste'", "line", "write [[line]]"),
        ("[[city]]\nname = 'x'\n" + LINE, "city", "write [city]"),
        ("city = 3\n" + LINE, "city", "not a table"),
        ("[city]\nlanguages = 'nl'\n" + LINE, "city.languages", "not a list of texts"),
        ("[city]\nname = ' '\n" + LINE, "city.name", "printable characters"),
        # Ids
        ("[[line]]\nid = 'a|b'", "line[1].id", "without |"),
        ("[[line]]\nid = ' a'", "line[1].id", "space"),
        ("[[line]]\nid = ''", "line[1].id", "1 to 64"),
        (f"[[line]]\nid = '{'x' * 65}'", "line[1].id", "1 to 64"),
        # The city
        ("[city]\ntime_zone = 'Mars/Olympus'\n" + LINE, "city.time_zone", "no time zone"),
        ("[city]\ntime_zone = '../etc/passwd'\n" + LINE, "city.time_zone", "no time zone"),
        ("[city]\ntime_zone = 'Europe'\n" + LINE, "city.time_zone", "no time zone"),
        ("[city]\ncountry = 'Belgium'\n" + LINE, "city.country", "write two letters"),
        ("[city]\ncountry = 'DE'\nsubdivision = 'XX'\n" + LINE, "city.subdivision", "no part of"),
        ("[city]\nsubdivision = 'XX'\n" + LINE, "city.subdivision", "write `country`"),
        ("[city]\nlanguages = ['Dutch']\n" + LINE, "city.languages", '"nl"'),
        ("[city]\nlanguages = ['nl', 'nl']\n" + LINE, "city.languages", "twice"),
        ("[city]\npseudonyms = '[0-9'\n" + LINE, "city.pseudonyms", "no regular expression"),
        ("[city]\npseudonyms = '[0-9]+'\n" + LINE, "city.pseudonyms", "let 0470123456 through"),
        ("[city]\npseudonyms = '.*'\n" + LINE, "city.pseudonyms", "let +3232211333 through"),
        ("[city]\ncontract = 'gold'\n" + LINE, "city.contract", 'no contract "gold"'),
        # Lines
        (LINE + "tier = 4", "line[1].tier", "not from 1 to 3"),
        (LINE + "permanence = 'always'", "line[1].permanence", "a second line's"),
        (LINE + "tier = 2\npermanence = 'urgent'", "line[1].permanence", '"urgent_only"'),
        (LINE + "option = 'A'", "line[1].option", "can't be dialled"),
        (LINE + "callback_within = '8 d'", "line[1].callback_within", "1 min to 7 d"),
        (LINE + "[line.names]\nnl = 'Afval'", "line[1].names.nl", 'add "nl"'),
        # References
        (LINE + "vendor = 'north'", "line[1].vendor", 'no vendor "north": known are: city'),
        (LINE + "contract = 'gold'", "line[1].contract", 'no contract "gold"'),
        (LINE + "hours = 'office'", "line[1].hours", 'no hours "office": there are none'),
        # Validity
        (
            LINE + "valid_from = 2026-01-01\nvalid_until = 2026-01-01",
            "line[1].valid_until",
            "after",
        ),
        (LINE + "valid_from = 2026-01-01T00:00:00", "line[1].valid_from", "has no offset"),
        (LINE + "valid_from = 2026-01-01T00:00:30Z", "line[1].valid_from", "whole minute"),
        (LINE + "valid_from = 'soon'", "line[1].valid_from", "2026-12-24T08:00:00+01:00"),
        (LINE + "valid_until = 9999-12-31", "line[1].valid_until", "leave an open end out"),
        (LINE + LINE, "line[2].id", '"waste" is there twice without limit'),
        (
            LINE + "valid_until = 2026-07-01\n" + LINE + "valid_from = 2026-06-30",
            "line[2].id",
            "from 2026-06-30T00:00:00Z on",
        ),
        (
            LINE + "vendor = 'v'\n[[vendor]]\nid = 'v'\nvalid_until = 2026-07-01",
            "line[1].vendor",
            'vendor "v" is not valid at 2026-07-01T00:00:00Z, while "waste" is',
        ),
        (
            LINE + "vendor = 'v'\n[[vendor]]\nid = 'v'\nvalid_from = 2026-07-01",
            "line[1].vendor",
            "before its `valid_from`",
        ),
        # Options
        (
            LINE + "option = '1'\n[[line]]\nid = 'other'\noption = '1'",
            "line[2].option",
            'also the menu option of "waste"',
        ),
        # Holidays and maintenance
        ("[holidays]\nleft_out = 2026-01-01\n" + LINE, "holidays.left_out", "list of dates"),
        ("[holidays]\nleft_out = ['x']\n" + LINE, "holidays.left_out", "not a date"),
        ("[holidays]\nextra = [{name = 'x'}]\n" + LINE, "holidays.extra[1]", "`date` is missing"),
        (
            "[holidays]\nleft_out = [2026-01-01]\nextra = [{date = 2026-01-01}]\n" + LINE,
            "holidays.left_out",
            "also under `extra`",
        ),
        (
            LINE + "[[maintenance]]\nfrom = 2026-01-02T00:00:00Z\nuntil = 2026-01-01T00:00:00Z",
            "maintenance[1].until",
            "not after `from`",
        ),
        (
            LINE + "[[maintenance]]\nfrom = 2026-01-01\nuntil = 2026-01-03T00:00:00Z",
            "maintenance[1].from",
            "2026-01-01 is no time",
        ),
        (
            LINE
            + "[[maintenance]]\nfrom = 2026-01-01T00:00:00Z\nuntil = 2026-01-03T00:00:00Z\n"
            + "lines = ['wast']",
            "maintenance[1].lines",
            'did you mean "waste"?',
        ),
    ],
)
def test_a_mistake_says_what_is_wrong_and_what_to_do(text: str, place: str, says: str) -> None:
    mistake = only(text)
    assert mistake.path == place
    assert says in mistake.message


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ('mon = "8-18"', '"8-18" is no opening time'),
        ('mon = "08:00-25:00"', "is no time of day"),
        ('mon = "08:60-09:00"', "is no time of day"),
        ('mon = "24:00-06:00"', "is no time of day"),
        ('mon = "08:00-24:01"', "is no time of day"),
        ('mon = "08:00-08:00"', 'write "00:00-24:00" for all day'),
        ('mon = ["08:00-12:00", "11:59-13:00"]', "overlap"),
        ("mon = 8", "8 is no opening time"),
        ('mon-fri = "08:00-18:00"\nwed = "09:00-10:00"', 'wed is also in "mon-fri"'),
        ('mon = "closed"', "never opens"),
        ("", "never opens"),
        ('mon = "08:00-18:00"\nholidays = "open"', '"as_usual"'),
        ('exceptions = [{ open = "08:00-18:00" }]\nmon = "08:00-09:00"', "has no day"),
        ('exceptions = [{ date = 2026-12-24 }]\nmon = "08:00-09:00"', "`open` is missing"),
        (
            'exceptions = [{ from = 2026-12-24, until = 2026-12-24, open = "closed" }]\n'
            'mon = "08:00-09:00"',
            "it is the day after the last",
        ),
        (
            'exceptions = [{ date = 2026-12-24, until = 2026-12-26, open = "closed" }]\n'
            'mon = "08:00-09:00"',
            "is one day",
        ),
        (
            'exceptions = [{ date = 2026-12-24, open = "closed" },\n'
            '{ from = 2026-12-20, until = 2026-12-27, open = "closed" }]\nmon = "08:00-09:00"',
            "2026-12-24 has two exceptions",
        ),
    ],
)
def test_impossible_hours_are_a_mistake(hours: str, says: str) -> None:
    assert says in only(f'{LINE}[[hours]]\nid = "h"\n{hours}').message


@pytest.mark.parametrize(
    ("expected", "place", "says"),
    [
        ("-1", "", "not from 0"),
        ('{ mon-fri = { "8" = 3 } }', ".mon-fri.8", 'write "08"'),
        ("{ mon-fri = { 08-07 = 3 } }", ".mon-fri.08-07", "is no hour"),
        ("{ mon-fri = { 24 = 3 } }", ".mon-fri.24", "is no hour"),
        ("{ mon-fri = { 08-10 = 3, 09 = 4 } }", ".mon-fri.09", "another key has too"),
        ("{ mon-fri = 3, fri = 4 }", ".fri", 'also in "mon-fri"'),
        ("{ monday = 3 }", ".monday", 'did you mean "mon"?'),
        ('{ mon = "many" }', ".mon", "is not a number"),
        ("nan", "", "not from 0"),
    ],
)
def test_an_impossible_forecast_is_a_mistake(expected: str, place: str, says: str) -> None:
    mistake = only(f"{LINE}expected_per_hour = {expected}")
    assert mistake.path == "line[1].expected_per_hour" + place
    assert says in mistake.message


def test_a_handover_on_one_date_is_no_overlap_and_may_keep_its_menu_option() -> None:
    assert not check(
        """
        [[line]]
        id = "waste"
        option = "1"
        valid_until = 2026-07-01
        [[line]]
        id = "waste"
        option = "1"
        vendor = "north"
        valid_from = 2026-07-01
        [[line]]
        id = "vaccination"
        option = "2"
        valid_until = 2026-07-01
        [[line]]
        id = "travel"
        option = "2"
        valid_from = 2026-07-01
        [[vendor]]
        id = "north"
        valid_from = 2026-07-01
        """
    )


def test_dates_of_validity_are_days_of_the_city() -> None:
    of_city = 'valid_until = 2026-07-01\n[city]\ntime_zone = "Europe/Brussels"\n'
    assert not check(f"{LINE}{of_city}{LINE}valid_from = 2026-07-01T00:00:00+02:00")
    assert (
        "is there twice"
        in only(f"{LINE}{of_city}{LINE}valid_from = 2026-06-30T23:59:00+02:00").message
    )


# What is no TOML


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[line]]\nid = 'waste'\n[city\n", 3),
        ("[[line]]\nid = 'waste'\ntier = \n", 3),
        ("[[line]]\nid = 'waste'\nvalid_from = 2026-02-30\n", 3),
        ("[[line]]\nid = 'waste'\nid = 'other'\n", 3),
        ("[[line]]\nid = 'waste\n", 2),
        ("[[line]]\nid = 'waste'\nnames = {\n", 3),
        ("hello", 1),
    ],
)
def test_what_is_no_toml_is_said_with_its_line(text: str, line: int) -> None:
    mistakes = check(text)
    assert mistakes
    assert all("is not TOML" in m.message for m in mistakes), [str(m) for m in mistakes]
    assert mistakes[0].line == line


def test_a_value_that_is_no_toml_does_not_hide_the_others() -> None:
    found = check("[[line]]\nid = waste\ntier = 2 or 3\nvender = 'x'\nvalid_from = 2026-13-01\n")
    assert [(m.line, m.path) for m in found] == [
        (2, "line[1].id"),
        (3, "line[1].tier"),
        (4, "line[1].vender"),
        (5, "line[1].valid_from"),
    ]


def test_hostile_texts_are_mistakes_and_no_accidents() -> None:
    for text in ("a = " + "[" * 5_000, "a = " + "9" * 5_000, "\x00", "a = 1e999999999999", "\r"):
        assert check(text)


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_a_damaged_plan_is_read_or_refused_and_never_an_accident(data: st.DataObject) -> None:
    lines = ANTWERP.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[at])))
        lines[at] = lines[at][:cut] + data.draw(
            st.sampled_from(["", "x", '"', "[", "}", "= 7", "\n"])
        )
    for mistake in check("\n".join(lines)):
        assert mistake.message
        assert mistake.line is None or 1 <= mistake.line <= len(lines) + 3


# Where things stand


def test_every_key_of_the_example_is_found_on_its_line() -> None:
    found = places.lines(ANTWERP)
    text = ANTWERP.splitlines()

    def walk(value: object, path: places.Path) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*path, key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for i, inner in enumerate(value):
                walk(inner, (*path, i))
        if path:
            line = places.line_of(path, found)
            assert line is not None
            key = next(str(part) for part in reversed(path) if isinstance(part, str))
            where = text[line - 1]
            assert key in where or "{" in where, (path, where)

    walk(tomllib.loads(ANTWERP), ())


def test_a_key_after_long_strings_and_nested_arrays_is_found() -> None:
    source = '''
a = """
[not.a.header]
b = 1
"""
c = [  # ] a comment
  [1, "]"], { d = 2 },
  'x',
]
"quoted key".e = 3
[[f]]
[f.g]
h = 4
[[f]]
[[f.i]]
[[f.i]]
j = 5
'''
    found = places.lines(source)
    tomllib.loads(source)
    assert found == {
        ("a",): 2,
        ("c",): 6,
        ("c", 0): 7,
        ("c", 1): 7,
        ("c", 2): 8,
        ("quoted key", "e"): 10,
        ("f",): 11,
        ("f", 0): 11,
        ("f", 0, "g"): 12,
        ("f", 0, "g", "h"): 13,
        ("f", 1): 14,
        ("f", 1, "i"): 15,
        ("f", 1, "i", 0): 15,
        ("f", 1, "i", 1): 16,
        ("f", 1, "i", 1, "j"): 17,
    }


# Stations on the way, announcements, nuisance calls


def test_stations_announcements_and_nuisance_calls_are_read() -> None:
    found = Plan.read(
        '[city]\nnuisance_seconds = 3\n[[line]]\nid = "waste"\n'
        '[[line]]\nid = "mind"\nkind = "survey"\n'
        '[[announcement]]\nid = "strike"\nvalid_from = 2026-11-18\n'
    )
    assert found.nuisance == 3_000_000
    assert [terms.is_station for terms in found.lines_at(0)] == [True, False]
    begins = found.entries.announcements[0].since
    assert begins is not None
    assert found.announces("strike", begins) and not found.announces("strike", begins - 1)
    assert not found.announces("of-another-city", begins)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[line]]\nid = "a"\nkind = "queue"', '"queue" is not one of "line", "announcement"'),
        ("[city]\nnuisance_seconds = -1", "-1 is not from 0 s to 1 min"),
        ("[city]\nnuisance_seconds = 3600", "3600 is not from 0 s to 1 min"),
        ('[[announcement]]\nid = "a|b"', '"a|b" is not an id'),
        ("[[announcement]]", "`id` is missing"),
        ('[[announcement]]\nid = "a"\n[[announcement]]\nid = "a"', '"a" is there twice'),
        ('[[announcement]]\nid = "a"\ntext = "b"', 'unknown key "text"'),
    ],
)
def test_what_they_cannot_be(text: str, says: str) -> None:
    if "[[line]]" not in text:
        text += '\n[[line]]\nid = "w"'
    assert any(says in str(each) for each in check(text)), check(text)


def test_a_plan_that_says_nothing_of_them_keeps_its_digest() -> None:
    said = Plan.read('[[line]]\nid = "waste"\n').to_json()
    assert not [key for key in ("announcements", "nuisance", "kind", "queues") if key in said]
    assert '"kind":"survey"' in Plan.read('[[line]]\nid = "m"\nkind = "survey"').to_json()
