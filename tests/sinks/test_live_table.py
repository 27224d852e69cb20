"""The demo's table: its columns stand below each other, and it fits the terminal."""

import re
from typing import Any

import pytest

from streams.sinks.live import live_figures
from streams.sinks.live_table import live_table
from streams.sinks.terminal import columns
from tests.plans import ANTWERP

AS_OF = 1_795_175_220.0  # 20 November 2026, 12:47 in Antwerp
NAMES = [
    "Residence permits, naturalisation and registration of foreign nationals",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "垃圾收集和回收公园的市民服务热线以及其他问题",
    "نفايات المنازل والنفايات الضخمة",
    "Mu\u0308llabfuhr, Sperrmu\u0308ll und Gru\u0308nschnitt mit kombinierenden Zeichen",
    "Waste \033[2J\n\t 🚮👩‍🔧",
]
STYLE = re.compile(r"\033\[\d*m")


def live(**changes: Any) -> dict[str, Any]:
    """A city of six lines with names as long as they get."""
    shown = live_figures(ANTWERP, [])
    for line, name in zip(shown["lines"], NAMES, strict=True):
        line |= {
            "names": {"en": name},
            "as_of": AS_OF,
            "status": "breach",
            "service_level": 0.796,
            "service_level_of": 44,
            "reachability": 1.0,
            "reachability_of": 46,
            "waiting": 17,
            "oldest_wait": 412.0,
            "contacts_today": 1020,
        } | changes
    return shown | {"as_of": AS_OF}


@pytest.mark.parametrize("width", [70, 80, 100, 140])
def test_a_row_is_as_wide_as_the_terminal_at_most(width: int) -> None:
    title, *rows = live_table(live(), ANTWERP, width)
    assert title == "Fri 20 Nov 12:47:00, figures of the last half hour"
    assert len({columns(row) for row in rows}) == 1, "every column ends where its heading ends"
    assert columns(rows[0]) <= width
    assert [row.split()[-1] for row in rows] == ["today"] + ["1020"] * 6


def test_a_city_of_large_numbers_fits_80_columns() -> None:
    many = live(
        status="no_data",
        reachability_of=12_345,
        service_level_of=12_345,
        waiting=1_117,
        oldest_wait=45_296.0,
        contacts_today=123_456,
    )
    rows = live_table(many, ANTWERP, 80)
    assert max(map(columns, rows)) <= 80
    assert "12:34:56" in rows[2]


def test_a_name_that_is_too_long_says_so_and_one_that_is_not_is_whole() -> None:
    rows = [STYLE.sub("", row) for row in live_table(live(), ANTWERP, 80)]
    assert rows[2].startswith("Residence permits, nat… BREACH  ")
    assert rows[4].startswith("垃圾收集和回收公园的市… BREACH  ")
    assert rows[7].startswith("Waste  [2J ") and "\n" not in rows[7] and "\033" not in rows[7]


def test_a_miss_is_not_rounded_into_a_hit() -> None:
    assert " 79.6% " in live_table(live(service_level=0.7962), ANTWERP, 80)[2]
    assert " 80% " in live_table(live(service_level=0.8), ANTWERP, 80)[2]
    assert " 75% " in live_table(live(service_level=0.749), ANTWERP, 80)[2]


def test_columns_stay_where_they_are_when_a_status_changes() -> None:
    places = {
        status: STYLE.sub("", live_table(live(status=status), ANTWERP, 80)[1]).index("reached")
        for status in ("ok", "at_risk", "breach", "closed", "no_data")
    }
    assert len(set(places.values())) == 1


def test_who_does_not_wait_waits_for_nothing() -> None:
    rows = live_table(live(waiting=0, oldest_wait=0.0), ANTWERP, 80)
    assert "0      - " in STYLE.sub("", rows[2])
