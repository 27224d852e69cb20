"""Two menus beside each other where one has what the other lacks."""

import json

from streams.domain.menus import Key, Menu
from streams.domain.plan import Plan
from streams.sinks.menus import as_json, as_table


def menu(**keys: tuple[int, int, int]) -> Menu:
    found = Menu()
    for name, (chosen, answered, wrong) in keys.items():
        key = found.keys[name.removeprefix("k")] = Key()
        key.chosen, key.answered, key.wrong = chosen, answered, wrong
        found.contacts += chosen
        found.chose += chosen
    return found


def test_a_key_that_only_one_of_them_has() -> None:
    old, new = menu(k1=(4, 4, 1)), menu(k1=(2, 2, 0), k2=(2, 0, 0))
    found = json.loads(as_json("old", old, "new", new, Plan.default()))["differences"]
    assert found["chosen_share 2"]["difference"] == 0.5
    assert "wrong_choice 2" not in found
    table = as_table("old", old, "new", new, Plan.default())
    assert [line.split()[-1] for line in table.splitlines() if "wrong choice of 2" in line] == ["-"]


def test_a_menu_that_nobody_heard() -> None:
    table = as_table("old", Menu(), "new", Menu(), Plan.default())
    assert "%" not in table.replace("95 %", "") and table.count("\n") == 7
