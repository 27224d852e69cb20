"""Two versions of the menu beside each other, as a table or as JSON."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from streams.domain.menus import Menu
from streams.domain.newcombe import difference
from streams.domain.plan import Plan
from streams.sinks.terminal import columns, left, readable, right


class _Share(NamedTuple):
    """One share of both versions: what it is called, and above and below the line of each."""

    name: str
    words: str
    old: tuple[int, int]
    new: tuple[int, int]


_WORDS: Final = {
    "menu_abandonment": "hung up in it",
    "chose_nothing_share": "chose nothing",
    "chose_again_share": "chose again",
    "wrong_choice": "wrong choice",
}


def _shares(old: Menu, new: Menu) -> Iterator[_Share]:
    for name, words in _WORDS.items():
        yield _Share(name, words, _parts(name, old), _parts(name, new))
    for key in sorted({*old.keys, *new.keys}):
        for name, words in (("chosen_share", "chose"), ("wrong_choice", "wrong choice of")):
            parts = [_of_key(name, menu, key) for menu in (old, new)]
            yield _Share(f"{name} {key}", f"{words} {key}", *parts)


def _parts(name: str, menu: Menu) -> tuple[int, int]:
    return {
        "menu_abandonment": (menu.hung_up, menu.decided),
        "chose_nothing_share": (menu.chose_nothing, menu.decided),
        "chose_again_share": (menu.chose_again, menu.decided),
        "wrong_choice": (menu.wrong, menu.answered),
    }[name]


def _of_key(name: str, menu: Menu, key: str) -> tuple[int, int]:
    found = menu.keys.get(key)
    if found is None:
        return 0, menu.decided if name == "chosen_share" else 0
    if name == "chosen_share":
        return found.chosen, menu.decided
    return found.wrong, found.answered


def as_json(old_name: str, old: Menu, new_name: str, new: Menu, plan: Plan) -> str:
    """Both versions with their figures, and of each share the difference, new less old, with its
    95 % interval; a difference of which one share has nothing under the line is absent."""
    differences: dict[str, Any] = {}
    for share in _shares(old, new):
        found = difference(share.old, share.new)
        if found is not None:
            by, low, high = found
            differences[share.name] = {"difference": by, "from": low, "to": high}
    shown = {
        "old": {"menu": old_name, **old.shown(plan.menu_seconds(old_name))},
        "new": {"menu": new_name, **new.shown(plan.menu_seconds(new_name))},
        "differences": differences,
    }
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()


def as_table(old_name: str, old: Menu, new_name: str, new: Menu, plan: Plan) -> str:
    """A row per figure: both versions, the difference in points and its 95 % interval."""
    rows = [["", readable(old_name), readable(new_name), "difference", "95 % interval"]]
    rows.append(["contacts", str(old.contacts), str(new.contacts), "", ""])
    for how, words in (("chose", "heard by who chose"), ("hung_up", "heard by who hung up")):
        rows.append([words, _heard(old, how), _heard(new, how), "", ""])
    for share in _shares(old, new):
        found = difference(share.old, share.new)
        by, interval = "-", ""
        if found is not None:
            by = f"{100 * found[0]:+.1f}"
            interval = f"{100 * found[1]:+.1f} to {100 * found[2]:+.1f}"
        rows.append([readable(share.words), _share(share.old), _share(share.new), by, interval])
    widths = [max(columns(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            (right if place else left)(row[place], widths[place]) for place in range(len(row))
        ).rstrip()
        for row in rows
    )


def _heard(menu: Menu, how: str) -> str:
    mean = menu.mean(how)
    return "-" if mean is None else f"{mean:.1f} s"


def _share(parts: tuple[int, int]) -> str:
    part, whole = parts
    return f"{100 * part / whole:.1f}% of {whole}" if whole else "-"
