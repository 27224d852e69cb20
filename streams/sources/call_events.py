"""The events of one call record, by the rules of a mapping."""

from typing import Final

from streams.domain.events import CallStart, Event, Hangup, MenuChoice, Queue
from streams.domain.privacy import shown
from streams.sources.callers import Callers
from streams.sources.clock import Clock
from streams.sources.mapping import Mapping
from streams.sources.mapping_rules import ANYTHING, Moment, Rule
from streams.sources.plausible import check
from streams.sources.pseudonyms import Pseudonyms
from streams.sources.time_grammar import length

LONGEST_ID: Final = 119
"""Characters of a call's id and leg: events have 128 for theirs, and add up to ``-answered``."""

_REQUIRED: Final = ("start", "answered", "hangup")


class CallRow:
    """One row, with what is needed to make events of it.

    Args:
        values: of the row's columns.
        callers: needed if the mapping names callers.
        pseudonyms: needed if the mapping names agents.
    """

    __slots__ = ("_callers", "_clock", "_mapping", "_pseudonyms", "_values")

    def __init__(
        self,
        values: dict[str, str],
        mapping: Mapping,
        clock: Clock,
        callers: Callers | None,
        pseudonyms: Pseudonyms | None,
    ) -> None:
        self._values = values
        self._mapping = mapping
        self._clock = clock
        self._callers = callers
        self._pseudonyms = pseudonyms

    def events(self, now: int) -> list[Event]:
        """The row's events in the order of a call; none where the mapping leaves the row out.

        Args:
            now: the wall clock.

        Raises:
            ValueError: what is wrong with the row.
        """
        rule = self._rule()
        if not rule.moments:
            return []
        call_id = self._text("id")
        leg = self._text("leg")
        if call_id is None:
            raise ValueError("the call's id is empty")
        stem = f"{call_id}-{leg}" if leg else call_id
        if len(stem) > LONGEST_ID:
            raise ValueError(f"the call's id has {len(stem)} characters, at most {LONGEST_ID}")
        at: dict[str, int] = {}
        for name, moment in rule.moments:
            instant = self._instant(moment, at)
            if instant is None:
                if name in _REQUIRED:
                    raise ValueError(f"{name}: no time in {', '.join(moment.columns)}")
                continue
            at[name] = instant
        if not at:
            raise ValueError("no time in any of its columns")
        check(at, now, self._mapping.times.longest_call)
        return [
            self._event(name, moment, f"{stem}-{name}", call_id, self._clock.text(at[name]))
            for name, moment in rule.moments
            if name in at
        ]

    def _rule(self) -> Rule:
        for rule in self._mapping.rules:
            if all(
                value in accepted or (ANYTHING in accepted and value not in self._clock.never)
                for column, accepted in rule.when
                for value in (self._values[column].strip(),)
            ):
                return rule
        asked = dict.fromkeys(column for rule in self._mapping.rules for column, _ in rule.when)
        seen = ", ".join(f"{column} = {shown(self._values[column])}" for column in asked)
        raise ValueError(f"no [[row]] of the mapping is for {seen}")

    def _event(self, name: str, moment: Moment, event_id: str, call_id: str, at: str) -> Event:
        if name == "start":
            return CallStart(
                event_id, call_id, at,
                caller=self._caller(),
                entry=self._text("entry"),
                channel=self._text("channel"),
                language=self._text("language"),
            )  # fmt: skip
        if name == "choice":
            option, menu = self._text("option"), self._text("menu")
            return MenuChoice(event_id, call_id, at, self._line(), option=option, menu=menu)
        if name == "hangup":
            return Hangup(event_id, call_id, at, reason=moment.reason, by=moment.by)  # type: ignore[arg-type]
        agent = self._agent() if name == "answered" else None
        return Queue(
            event_id, call_id, at, self._line(), name, reason=moment.reason, agent=agent  # type: ignore[arg-type]
        )  # fmt: skip

    def _text(self, key: str) -> str | None:
        """A text of the mapping with the row's values in it; None if it is empty or not mapped."""
        text = self._mapping.texts.get(key)
        return None if text is None else text.filled(self._values) or None

    def _line(self) -> str:
        line = self._text("line")
        if line is None:
            raise ValueError("the line is empty")
        if self._mapping.lines is None:
            return line
        if line not in self._mapping.lines:
            raise ValueError(f"line {shown(line)} is not under [lines]")
        return self._mapping.lines[line]

    def _caller(self) -> str | None:
        caller = self._text("caller")
        if caller is None:
            return None
        assert self._callers is not None, "required before the first row"
        return self._callers.of(caller)

    def _agent(self) -> str | None:
        agent = self._text("agent")
        if agent is None or agent.casefold() in self._mapping.anonymous:
            return None
        assert self._pseudonyms is not None, "required before the first row"
        return self._pseudonyms.of(agent)

    def _instant(self, moment: Moment, at: dict[str, int]) -> int | None:
        day = self._values[self._mapping.times.date] if self._mapping.times.date else ""
        # The first time of the call decides whether a clock time is of the day after.
        begun = next(iter(at.values()), None)
        latest = max(at.values(), default=None)
        found = (self._clock.instant(self._values[c], day, begun, latest) for c in moment.columns)
        instant = next((one for one in found if one is not None), None)
        if instant is not None:
            instant += sum(length(self._values[column]) for column in moment.plus)
        if moment.not_before in at:
            return max(at[moment.not_before], instant or at[moment.not_before])
        return instant
