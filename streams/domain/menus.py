"""The menu laboratory: what each version of the spoken menu does to those who hear it.

Per version of the plan, and per key: how many heard it and for how long, who hung up in it and at
which second, who chose what, and who was then passed on to another first line, for the choice was
wrong. A contact heard the version that its events tell, else the one in force when it began. Who
was refused at the entrance heard none, and nuisance calls are in no ratio.

A plan that has no menus shows those that were told, the most often told of them: what is shown is
bounded by the plan, or by ``MOST_SHOWN``.
"""

from collections import Counter
from typing import Any, Final

from streams.domain.alike import Alike
from streams.domain.disposition import CHOSE_AGAIN
from streams.domain.figures.figure import ratio, seconds
from streams.domain.histogram import Histogram
from streams.domain.instants import SECOND
from streams.domain.outcome import (
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    MENU_ABANDONED,
    ORPHAN,
    OUTGOING,
    TOO_MANY_EVENTS,
    Outcome,
)
from streams.domain.plan import Plan, Terms
from streams.domain.rows import ROW_WIDTH, USUAL_FIELD, told
from streams.domain.walked import NO_ROW

MOST_SHOWN: Final = 20
"""Versions that are shown of a plan which names none: more is no menu's name, but a mistake."""

_HEARD_NONE: Final = (OUTGOING, ORPHAN, TOO_MANY_EVENTS, ENTRANCE_BLOCKED, ENTRANCE_CLOSED)

_SHARES: Final = (("p50", 0.5), ("p80", 0.8), ("p90", 0.9), ("p95", 0.95))


class Key:
    """What came of one key.

    Attributes:
        chosen: contacts whose first choice it was.
        answered: of these, those whose visit was answered.
        wrong: of these, those then passed on to another first line.
    """

    __slots__ = ("answered", "chosen", "wrong")

    def __init__(self) -> None:
        self.chosen = self.answered = self.wrong = 0

    def shown(self, heard: int) -> dict[str, Any]:
        """Its figures; a ratio with nothing under the line is absent."""
        return _defined(
            chosen=self.chosen,
            answered=self.answered,
            wrong_choices=self.wrong,
            chosen_share=ratio(self.chosen, heard),
            wrong_choice=ratio(self.wrong, self.answered),
        )


class Menu:
    """What came of one version.

    Attributes:
        contacts: that heard it.
        chose, chose_nothing, hung_up, still_in: those who chose, came to a line without a choice,
            hung up in it, and are in it as far as anybody knows.
        chose_again: those who chose another line instead, before they came to a queue.
        keys: by the key, or by the line's id where nobody told a key.
        heard: of those who chose and of those who hung up, how many heard it for so many seconds,
            rounded up.
        heard_sum: us, of both together.
    """

    __slots__ = (
        "chose",
        "chose_again",
        "chose_nothing",
        "contacts",
        "heard",
        "heard_sum",
        "hung_up",
        "keys",
        "still_in",
    )

    def __init__(self) -> None:
        self.contacts = self.chose = self.chose_nothing = self.hung_up = self.still_in = 0
        self.chose_again = 0
        self.keys: dict[str, Key] = {}
        self.heard: dict[str, Counter[int]] = {"chose": Counter(), "hung_up": Counter()}
        self.heard_sum = {"chose": 0, "hung_up": 0}

    @property
    def answered(self) -> int:
        """Visits that a first choice began and that were answered."""
        return sum(key.answered for key in self.keys.values())

    @property
    def wrong(self) -> int:
        """Those of them passed on to another first line."""
        return sum(key.wrong for key in self.keys.values())

    @property
    def decided(self) -> int:
        """Contacts of which it is known what they did in it."""
        return self.contacts - self.still_in

    def hear(self, how: str, duration: int) -> None:
        """Somebody who chose, or hung up, had heard it for so long, in us; below 0 the clocks of
        two machines disagree, and nobody knows."""
        if duration >= 0:
            self.heard[how][-(-duration // SECOND)] += 1
            self.heard_sum[how] += duration

    def shown(self, length: float | None) -> dict[str, Any]:
        """Its figures, by the names that the city's have; absent where nothing is under the line.

        Args:
            length: seconds that the plan says it lasts.
        """
        found = _defined(
            seconds=length,
            contacts=self.contacts,
            chose=self.chose,
            chose_nothing=self.chose_nothing,
            chose_again=self.chose_again,
            hung_up=self.hung_up,
            open_in_menu=self.still_in,
            answered=self.answered,
            wrong_choices=self.wrong,
            menu_abandonment=ratio(self.hung_up, self.decided),
            chose_nothing_share=ratio(self.chose_nothing, self.decided),
            chose_again_share=ratio(self.chose_again, self.decided),
            wrong_choice=ratio(self.wrong, self.answered),
            menu_time=self.mean("chose"),
            menu_time_quantiles=self._quantiles("chose"),
            menu_time_of_hung_up=self.mean("hung_up"),
            menu_time_of_hung_up_quantiles=self._quantiles("hung_up"),
        )
        by_second = sorted(self.heard["hung_up"].items())
        found["hung_up_by_second"] = {str(second): count for second, count in by_second}
        found["keys"] = {name: key.shown(self.decided) for name, key in sorted(self.keys.items())}
        return found

    def key(self, name: str) -> Key:
        """One of its keys."""
        key = self.keys.get(name)
        if key is None:
            key = self.keys[name] = Key()
        return key

    def mean(self, how: str) -> float | None:
        """How long those who `chose`, or `hung_up`, had heard it on average, in seconds."""
        return seconds(self.heard_sum[how], self.heard[how].total())

    def _quantiles(self, how: str) -> dict[str, int] | None:
        histogram = Histogram(self.heard[how])
        found = {key: histogram.quantile(share) for key, share in _SHARES}
        return {key: value for key, value in found.items() if value is not None} or None


class Menus:
    """What came of every version.

    Attributes:
        by_version: by its id.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.by_version: dict[str, Menu] = {}

    def add(self, outcome: Outcome) -> None:
        """Adds a contact that heard one."""
        if outcome.channel or outcome.nuisance or outcome.outcome in _HEARD_NONE:
            return
        version = self._version(outcome.properties.menu, outcome.begun)
        if version is None:
            return
        menu = self._heard(version)
        chosen = next((visit for visit in outcome.visits if visit.chosen is not None), None)
        if chosen is not None:
            menu.chose += 1
            menu.chose_again += any(v.disposition is CHOSE_AGAIN for v in outcome.visits)
            if chosen.menu is not None:
                menu.hear("chose", chosen.menu)
            row = chosen.found.choice
            pressed = told(outcome.known.rows[ROW_WIDTH * row + 4], USUAL_FIELD)
            key = menu.key(pressed or self._key(version, chosen.line, chosen.terms, outcome.begun))
            key.chosen += 1
            if chosen.answered is not None:
                key.answered += 1
                key.wrong += chosen.terms.tier == 1 and chosen.transferred_to == 1
        elif outcome.visits:
            menu.chose_nothing += 1
        elif outcome.outcome is MENU_ABANDONED:
            menu.hung_up += 1
            if outcome.started is not None and outcome.hung_up is not None:
                menu.hear("hung_up", outcome.hung_up - outcome.started)
        else:
            menu.still_in += 1

    def add_alike(self, alike: Alike) -> None:
        """Adds a contact that is judged like another one, as ``add`` does."""
        judged, piece, here, properties, _ = alike
        version = self._version(properties.menu, piece.ats[0])
        if version is None or judged.is_nuisance:
            return
        menu = self._heard(version)
        row = judged.choice
        if row == NO_ROW:
            menu.chose_nothing += 1
            return
        menu.chose += 1
        menu.hear("chose", piece.ats[row] - piece.ats[0])
        pressed = told(piece.rows[ROW_WIDTH * row + 4], USUAL_FIELD)
        terms = here.terms
        key = menu.key(pressed or self._key(version, terms.line, terms, piece.ats[0]))
        key.chosen += 1
        key.answered += judged.answered != NO_ROW

    def shown(self) -> dict[str, Any]:
        """The figures of each version: of those that the plan has, else of those told most."""
        plan = self._plan
        names = plan.menus or [
            name
            for name, _ in sorted(
                self.by_version.items(), key=lambda each: (-each[1].contacts, each[0])
            )[:MOST_SHOWN]
        ]
        return {
            name: self.by_version.get(name, Menu()).shown(plan.menu_seconds(name))
            for name in sorted(names)
        }

    def _version(self, version: str | None, at: int) -> str | None:
        """Which version was heard by a contact of the instant that tells this one."""
        plan = self._plan
        if version is None:
            return plan.menu_in_force(at) if plan.menus else None
        return version if not plan.menus or version in plan.menus else None

    def _heard(self, version: str) -> Menu:
        """The version, which one more contact has heard."""
        menu = self.by_version.get(version)
        if menu is None:
            menu = self.by_version[version] = Menu()
        menu.contacts += 1
        return menu

    def _key(self, version: str, line: str, terms: Terms, at: int) -> str:
        """The key of a choice that nobody told: the line's in the version, or in the plan."""
        return self._plan.key_of(version, line, at) or terms.option or line


def _defined(**figures: Any) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if value is not None}
