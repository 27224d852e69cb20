"""Text in a terminal: cut, filled and wrapped by the columns it takes, in whatever script."""

import re

import pytest

from streams.sinks.terminal import columns, cut, left, readable, right, wrapped

NAMES = [
    "Residence permits, naturalisation and registration of foreign nationals",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "垃圾收集和回收公园的市民服务热线以及其他问题",
    "نفايات المنازل والنفايات الضخمة",
    "Mu\u0308llabfuhr, Sperrmu\u0308ll und Gru\u0308nschnitt mit kombinierenden Zeichen",
    "Waste \033[2J\n\t 🚮👩‍🔧",
]


STYLE = re.compile(r"\033\[\d*m")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("most", range(1, 90, 8))
def test_what_is_cut_has_exactly_its_columns(name: str, most: int) -> None:
    name = readable(name)
    assert columns(cut(name, most)) <= most
    assert columns(left(name, most)) == columns(right(name, most)) == most
    styled = f"\033[31m{name}\033[0m"
    assert columns(cut(styled, most)) <= most
    assert STYLE.sub("", cut(styled, most)) == cut(name, most)
    assert cut(styled, most).endswith("\033[0m")


def test_rows_of_a_long_text_hold_all_of_it() -> None:
    text = "10:10:10  ALERT Waste: only 0 % of callers reach anybody, 13 people in vain"
    rows = list(wrapped(text, 30, "          "))
    assert max(map(columns, rows)) <= 30
    assert " ".join(row.strip() for row in rows) == text
