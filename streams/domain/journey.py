"""A contact as a set of facts.

Four topics arrive in any order, events are re-delivered, clocks run backwards. So a contact is not
a state machine but a set of facts whose merge is commutative, associative and idempotent: what it
*means* is decided when it is read (``visits.resolve``), never when it is merged.

Kept are the earliest start, the earliest choice per line, per visit the first and the last
``entered``, the earliest ``answered``, the last ``left``, and the last hangup. Of equal instants
with different details the alphabetically first is kept, so that order can't matter there either.

Over 300 lines: the merge of a fact and the form in which it is stored change together.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from streams.domain.events import CallStart, Event, Hangup, MenuChoice, Queue

NO_NUMBER: Final = -1
"""Stands for the visit number of queue facts that came without one."""

Details = tuple[str | None, ...]

# Lines, entrances, languages, agents: a city has some hundreds, each told by every event anew. Held
# once for all contacts, they took a fifth less memory, and are found in the processor's cache.
# With more than that, as of somebody who invents them, all are let go of.
_WORDS_KEPT: Final = 100_000
_words: dict[str, str] = {}


def _shared(word: str) -> str:
    """The same word, and the same object each time."""
    known = _words.get(word)
    if known is None:
        if len(_words) >= _WORDS_KEPT:
            _words.clear()
        known = _words[word] = word
    return known


def _rank(details: Details) -> tuple[tuple[bool, str], ...]:
    """Order of details at one instant: alphabetical, what is there before what is missing."""
    return tuple((detail is None, detail or "") for detail in details)


class Choice(NamedTuple):
    """The earliest choice of a line in the menu."""

    line: str
    at: int
    option: str | None
    menu: str | None


class Stay:
    """The queue facts of one visit; instants in microseconds, None where there is no such fact."""

    __slots__ = ("agent", "answered", "first", "last", "left", "reason", "to_line")

    def __init__(
        self,
        first: int | None = None,
        last: int | None = None,
        answered: int | None = None,
        agent: str | None = None,
        left: int | None = None,
        reason: str | None = None,
        to_line: str | None = None,
    ) -> None:
        self.first = first
        self.last = last
        self.answered = answered
        self.agent = agent
        self.left = left
        self.reason = reason
        self.to_line = to_line

    def enter(self, at: int) -> bool:
        if self.first is None or self.last is None:
            self.first = self.last = at
            return True
        if at < self.first:
            self.first = at
            return True
        if at > self.last:
            self.last = at
            return True
        return False

    def answer(self, at: int, agent: str | None) -> bool:
        if self.answered is not None and (
            at > self.answered or (at == self.answered and _rank((agent,)) >= _rank((self.agent,)))
        ):
            return False
        self.answered, self.agent = at, agent
        return True

    def leave(self, at: int, reason: str | None, to_line: str | None) -> bool:
        if self.left is not None and (
            at < self.left
            or (at == self.left and _rank((reason, to_line)) >= _rank((self.reason, self.to_line)))
        ):
            return False
        self.left, self.reason, self.to_line = at, reason, to_line
        return True

    def absorb(self, other: "Stay") -> bool:
        """Merges another stay's facts into this one; says whether that changed anything."""
        changed = False
        if other.first is not None:
            changed |= self.enter(other.first)
        if other.last is not None:
            changed |= self.enter(other.last)
        if other.answered is not None:
            changed |= self.answer(other.answered, other.agent)
        if other.left is not None:
            changed |= self.leave(other.left, other.reason, other.to_line)
        return changed

    def facts(self) -> tuple[Any, ...]:
        return (
            self.first,
            self.last,
            self.answered,
            self.agent,
            self.left,
            self.reason,
            self.to_line,
        )

    def until(self, now: int) -> "Stay | None":
        """The facts at or before ``now``; None if there are none."""
        first = self.first if self.first is not None and self.first <= now else None
        last = self.last if self.last is not None and self.last <= now else first
        stay = Stay(first, last)
        if self.answered is not None and self.answered <= now:
            stay.answered, stay.agent = self.answered, self.agent
        if self.left is not None and self.left <= now:
            stay.left, stay.reason, stay.to_line = self.left, self.reason, self.to_line
        if first is None and stay.answered is None and stay.left is None:
            return None
        return stay


class Contact:
    """The facts of one contact.

    Attributes:
        started: the earliest call-start.
        origin: caller, entry, channel and language of that start.
        choices: the earliest choice per line.
        stays: queue facts by (line, visit number); ``NO_NUMBER`` where an event had none.
        hungup: the last hangup, with ``hangup_reason`` and ``hangup_by``.
        newest: the newest instant of any fact merged, kept or not.
    """

    __slots__ = (
        "call_id",
        "choices",
        "hangup_by",
        "hangup_reason",
        "hungup",
        "newest",
        "origin",
        "started",
        "stays",
    )

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.started: int | None = None
        self.origin: Details = ()
        self.choices: tuple[Choice, ...] = ()
        self.stays: dict[tuple[str, int], Stay] = {}
        self.hungup: int | None = None
        self.hangup_reason: str | None = None
        self.hangup_by: str | None = None
        self.newest = -(2**62)

    def merge(self, event: Event, at: int) -> bool:
        """Adds an event's fact; says whether anything is known now that was not before."""
        newer = at > self.newest
        if newer:
            self.newest = at
        if type(event) is Queue:
            number = event.visit
            key = (event.line, NO_NUMBER if number is None else number)
            stay = self.stays.get(key)
            if stay is None:
                stay = self.stays[_shared(key[0]), key[1]] = Stay()
            phase = event.phase
            if phase == "entered":
                return stay.enter(at) or newer
            if phase == "answered":
                return stay.answer(at, event.agent and _shared(event.agent)) or newer
            return stay.leave(at, event.reason, event.to_line) or newer
        if type(event) is MenuChoice:
            line, option, menu = event.line, event.option, event.menu
            choice = Choice(_shared(line), at, option and _shared(option), menu and _shared(menu))
            return self._choose(choice) or newer
        if type(event) is CallStart:
            entry, channel, language = event.entry, event.channel, event.language
            origin = (
                event.caller,
                entry and _shared(entry),
                channel and _shared(channel),
                language and _shared(language),
            )
            return self._start(at, origin) or newer
        assert type(event) is Hangup
        return self._hang_up(at, event.reason or "normal", event.by) or newer

    def _start(self, at: int, origin: Details) -> bool:
        if self.started is not None and (
            at > self.started or (at == self.started and _rank(origin) >= _rank(self.origin))
        ):
            return False
        self.started, self.origin = at, origin
        return True

    def _choose(self, choice: Choice) -> bool:
        for known in self.choices:
            if known.line == choice.line:
                if choice.at > known.at or (
                    choice.at == known.at
                    and _rank((choice.option, choice.menu)) >= _rank((known.option, known.menu))
                ):
                    return False
                others = tuple(each for each in self.choices if each is not known)
                self.choices = tuple(sorted((*others, choice)))
                return True
        self.choices = tuple(sorted((*self.choices, choice))) if self.choices else (choice,)
        return True

    def _hang_up(self, at: int, reason: str | None, by: str | None) -> bool:
        if self.hungup is not None and (
            at < self.hungup
            or (
                at == self.hungup
                and _rank((reason, by)) >= _rank((self.hangup_reason, self.hangup_by))
            )
        ):
            return False
        self.hungup, self.hangup_reason, self.hangup_by = at, reason, by
        return True

    def absorb(self, other: "Contact") -> bool:
        """Merges another record of the same contact; says whether that changed anything."""
        changed = other.newest > self.newest
        self.newest = max(self.newest, other.newest)
        if other.started is not None:
            changed |= self._start(other.started, other.origin)
        for choice in other.choices:
            changed |= self._choose(choice)
        for key, stay in other.stays.items():
            if key in self.stays:
                changed |= self.stays[key].absorb(stay)
            else:
                self.stays[key] = Stay(*stay.facts())
                changed = True
        if other.hungup is not None:
            changed |= self._hang_up(other.hungup, other.hangup_reason, other.hangup_by)
        return changed

    def until(self, now: int) -> "Contact":
        """The contact as far as its facts at or before ``now`` tell."""
        if self.newest <= now:
            return self
        seen = Contact(self.call_id)
        seen.newest = now
        if self.started is not None and self.started <= now:
            seen.started, seen.origin = self.started, self.origin
        seen.choices = tuple(choice for choice in self.choices if choice.at <= now)
        for key, stay in self.stays.items():
            known = stay.until(now)
            if known is not None:
                seen.stays[key] = known
        if self.hungup is not None and self.hungup <= now:
            seen.hungup = self.hungup
            seen.hangup_reason, seen.hangup_by = self.hangup_reason, self.hangup_by
        return seen

    def copy(self) -> "Contact":
        """An independent copy."""
        twin = Contact(self.call_id)
        twin.absorb(self)
        return twin

    def instants(self) -> Iterable[int]:
        """Every instant at which a fact of this contact happened, in no particular order."""
        if self.started is not None:
            yield self.started
        for choice in self.choices:
            yield choice.at
        for stay in self.stays.values():
            for at in (stay.first, stay.last, stay.answered, stay.left):
                if at is not None:
                    yield at
        if self.hungup is not None:
            yield self.hungup

    def facts(self) -> tuple[Any, ...]:
        """The contact as plain values, in one canonical order: the form in which it is stored."""
        stays = self.stays
        return (
            self.newest,
            self.started,
            self.origin,
            self.choices,
            # Most have one: sorting it took a quarter of the time.
            [
                (*key, *stay.facts())
                for key, stay in (sorted(stays.items()) if len(stays) > 1 else stays.items())
            ],
            self.hungup,
            self.hangup_reason,
            self.hangup_by,
        )

    @classmethod
    def from_facts(cls, call_id: str, facts: Sequence[Any]) -> "Contact":
        """The contact that ``facts`` gave."""
        contact = cls(call_id)
        contact.newest, contact.started, origin, choices, stays = facts[:5]
        contact.hungup, contact.hangup_reason, contact.hangup_by = facts[5:]
        contact.origin = (*origin[:1], *(each and _shared(each) for each in origin[1:]))
        contact.choices = tuple(
            Choice(_shared(line), at, option and _shared(option), menu and _shared(menu))
            for line, at, option, menu in choices
        )
        contact.stays = {(_shared(line), number): Stay(*rest) for line, number, *rest in stays}
        return contact
