"""The events of one call record, by the rules of a mapping."""

from collections.abc import Mapping as Values
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from streams.domain.event_reader import dialled
from streams.domain.events import CallStart, Event, Hangup, MenuChoice, Queue
from streams.domain.privacy import holds_number, shown
from streams.sources import call_fields
from streams.sources.call_lines import Lines, UnmappedError
from streams.sources.callers import Callers
from streams.sources.clock import Clock
from streams.sources.mapping import Mapping
from streams.sources.mapping_rules import ANYTHING, Moment, Rule
from streams.sources.mapping_texts import filled
from streams.sources.plausible import check
from streams.sources.pseudonyms import Pseudonyms
from streams.sources.time_grammar import length

LONGEST_ID: Final = 119
"""Characters of a call's id and leg: events have 128 for theirs, and add up to ``-answered``."""

_REQUIRED: Final = ("start", "answered", "hangup")
_LONGEST_WORD: Final = 64  # what an event's field takes
_WORDS: Final = frozenset({"line", "channel", "entry", "language", "option", "menu"})
_NO_NUMBERS: Final = frozenset({"channel", "language"})
"""In which a number is that of somebody; ids, entries and options are asked when they are read, and
a version of a menu may be a date."""

_PROPERTIES: Final = ("channel", "entry", "language")
"""What is of the whole contact, whichever event says it."""


@dataclass(slots=True)
class Record:
    """What a row makes.

    Attributes:
        call_id: of the contact.
        stem: of the events' ids: the call, its leg and its attempt.
        leg, attempt: as the mapping says; empty where it does not.
        revision: of each event.
        rules: the numbers of those that made the events.
        unmapped: of each visit that is left out, why: its queue feeds no line.
        events: in the order of a call; none where the mapping leaves the row out.
    """

    call_id: str
    stem: str = ""
    leg: str = ""
    attempt: str = ""
    revision: int = 0
    rules: list[int] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unmapped: list[UnmappedError] = field(default_factory=list)


class Records:
    """Makes records of rows, by one mapping.

    Args:
        pseudonyms: needed if the mapping names callers or agents.
        lines: which queue feeds which line; as the mapping says, where there is no plan.
    """

    __slots__ = ("_callers", "_clock", "_lines", "_mapping", "_pseudonyms")

    def __init__(
        self, mapping: Mapping, pseudonyms: Pseudonyms | None, lines: Lines | None = None
    ) -> None:
        self._mapping = mapping
        self._lines = Lines(mapping.lines) if lines is None else lines
        self._clock = Clock(mapping.times)
        self._pseudonyms = pseudonyms
        self._callers = None
        if pseudonyms is not None:
            self._callers = Callers(pseudonyms, mapping.country, mapping.anonymous)

    def call_id(self, values: Values[str, str]) -> str | None:
        """The id of the row's call; None if that is empty."""
        return filled(self._mapping.texts["id"], values)

    def of(self, values: Values[str, str], now: int) -> Record:
        """What the row makes.

        Args:
            values: of the row's columns.
            now: the wall clock.

        Raises:
            ValueError: what is wrong with the row.
        """
        rules = self._rules(values)
        record = Record("", rules=[rule.number for rule in rules])
        at: dict[tuple[str, str], int] = {}
        for rule in rules:
            if not rule.moments:
                continue
            one = _Row(self, rule, values, now)
            try:
                record = one.add_to(record)
            except UnmappedError as error:
                record.unmapped.append(error)
                continue
            at.update(((one.stem, name), instant) for name, instant in one.at.items())
        if len(at) < len(record.events):
            raise ValueError("two rules make the same event: give each of them a `leg` of its own")
        if len(rules) > 1 and at and max(at.values()) - min(at.values()) > self.longest_call:
            raise ValueError("its visits are further apart than a call is long (time.longest_call)")
        return record

    @property
    def longest_call(self) -> int:
        return self._mapping.times.longest_call

    def _rules(self, values: Values[str, str]) -> list[Rule]:
        found: list[Rule] = []
        for rule in self._mapping.rules:
            if all(
                value in accepted or (ANYTHING in accepted and value not in self._clock.never)
                for column, accepted in rule.when
                for value in (values[column].strip(),)
            ):
                found.append(rule)
                if not rule.go_on:
                    return found
        if found:
            return found
        asked = dict.fromkeys(column for rule in self._mapping.rules for column, _ in rule.when)
        seen = ", ".join(f"{column} = {shown(values[column])}" for column in asked)
        raise ValueError(f"no [[row]] of the mapping is for {seen}")


class _Row:
    """A row read by one rule."""

    __slots__ = ("_mapping", "_now", "_of", "_rule", "_values", "at", "stem")

    def __init__(self, of: Records, rule: Rule, values: Values[str, str], now: int) -> None:
        self._of = of
        self._mapping = of._mapping
        self._rule = rule
        self._values = values
        self._now = now
        self.at: dict[str, int] = {}
        self.stem = ""

    def add_to(self, record: Record) -> Record:
        """The record with the events of this rule. Raises ValueError."""
        call_id = self._text("id")
        if call_id is None:
            raise ValueError("the call's id is empty")
        leg, attempt = self._leg(call_id), self._text("attempt") or ""
        self.stem = "-".join(part for part in (call_id, leg, attempt) if part)
        if len(self.stem) > LONGEST_ID:
            raise ValueError(f"the call's id has {len(self.stem)} characters, at most {LONGEST_ID}")
        if record.events and record.call_id != call_id:
            raise ValueError("two rules make two calls of it: `id` must be one of [call]")
        self._read_times()
        revision = call_fields.revision(
            self._text("revision"), self._of._clock, max(self.at.values())
        )
        visit = call_fields.visit(self._text("visit"), leg)
        events = [
            self._event(name, moment, call_id, revision, visit)
            for name, moment in self._rule.moments
            if name in self.at
        ]
        properties = {key: text for key in _PROPERTIES if (text := self._text(key)) is not None}
        direction = call_fields.direction(self._text("direction"))
        if direction or properties:
            events[0] = msgspec.structs.replace(events[0], direction=direction, **properties)
        field = next((found for event in events if (found := dialled(event))), None)
        if field is not None:
            raise ValueError(f"{field}: a telephone number, which no event may have there")
        return Record(
            *(call_id, self.stem, leg, attempt, revision, record.rules),
            record.events + events,
            record.unmapped,
        )

    def _leg(self, call_id: str) -> str:
        """What distinguishes the rows of a call: the leg, or the last of the ids that it has."""
        leg = self._text("leg")
        if leg is None and not self._texts("leg"):
            own = self._texts("id")[-1].filled(self._values)
            return "" if own == call_id else own
        return leg or ""

    def _read_times(self) -> None:
        for name, moment in self._rule.moments:
            instant = self._instant(moment)
            if instant is None:
                if name in _REQUIRED:
                    raise ValueError(f"{name}: no time in {', '.join(moment.columns)}")
                continue
            self.at[name] = instant
        if not self.at:
            raise ValueError("no time in any of its columns")
        check(self.at, self._now, self._mapping.times.longest_call)

    def _instant(self, moment: Moment) -> int | None:
        date = self._mapping.times.date
        day = self._values[date] if date else ""
        # The first time of the call decides whether a clock time is of the day after.
        begun = next(iter(self.at.values()), None)
        latest = max(self.at.values(), default=None)
        clock = self._of._clock
        found = (clock.instant(self._values[c], day, begun, latest) for c in moment.columns)
        instant = next((one for one in found if one is not None), None)
        if instant is not None:
            instant += sum(length(self._values[column]) for column in moment.plus)
            instant -= sum(length(self._values[column]) for column in moment.minus)
        if moment.not_before in self.at:
            return max(self.at[moment.not_before], instant or self.at[moment.not_before])
        return instant

    def _event(
        self, name: str, moment: Moment, call_id: str, revision: int, visit: int | None
    ) -> Event:
        to_line = self._text("to_line") if name in ("left", "hangup") else None
        reason: Any = moment.reason
        if name == "hangup" and to_line and "left" not in self.at:
            # The row ends, the call goes on at another line.
            name, reason, moment = "left", "transfer", Moment(moment.columns)
            self.at["left"] = self.at.pop("hangup")
        event_id = f"{self.stem}-{name}"
        at = self._of._clock.text(self.at[name])
        if name == "start":
            return CallStart(event_id, call_id, at, revision, caller=self._caller())
        if name == "choice":
            option, menu = self._text("option"), self._text("menu")
            return MenuChoice(
                event_id, call_id, at, self._line(name), revision, option=option, menu=menu
            )
        if name == "hangup":
            return Hangup(event_id, call_id, at, revision, reason=reason, by=moment.by)  # type: ignore[arg-type]
        return Queue(
            event_id, call_id, at, self._line(name), name, revision,  # type: ignore[arg-type]
            visit=visit,
            reason=reason,
            to_line=self._known(to_line, name) if to_line and reason == "transfer" else None,
            agent=self._agent() if name == "answered" else None,
        )  # fmt: skip

    def _texts(self, key: str) -> Any:
        return self._rule.texts.get(key) or self._mapping.texts.get(key, ())

    def _text(self, key: str) -> str | None:
        """A text of the rule or the mapping with the row's values in it; None if it is empty."""
        text = filled(self._texts(key), self._values)
        if text is not None and len(text) > _LONGEST_WORD and key in _WORDS:
            raise ValueError(f"{key} has {len(text)} characters, at most {_LONGEST_WORD}")
        if text is not None and key in _NO_NUMBERS and holds_number(text):
            raise ValueError(f"{key}: a telephone number, which no event may have there")
        return text

    def _line(self, name: str) -> str:
        """The line of an event. Raises UnmappedError."""
        line = self._text("line")
        if line is None:
            raise ValueError("the line is empty")
        own = self._rule.texts.get("line", ())
        said = any(not text.columns and text.literals == (line,) for text in own)
        lines = self._of._lines
        return lines.own(line, self.at[name]) if said else lines.of(line, self.at[name])

    def _known(self, line: str, name: str) -> str | None:
        """The line that a call is passed on to; None if it is none."""
        with suppress(UnmappedError):
            return self._of._lines.of(line, self.at[name])
        return None

    def _caller(self) -> str | None:
        caller = self._text("caller")
        if caller is None:
            return None
        assert self._of._callers is not None, "required before the first row"
        return self._of._callers.of(caller)

    def _agent(self) -> str | None:
        agent = self._text("agent")
        if agent is None or agent.casefold() in self._mapping.anonymous:
            return None
        assert self._of._pseudonyms is not None, "required before the first row"
        return self._of._pseudonyms.of(agent)
