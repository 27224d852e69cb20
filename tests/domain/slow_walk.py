"""The walk as a reader of its definition would do it with a pencil: slow, literal, and on its own.

Nothing here is shared with ``streams``, so that what both say is what was meant. Events are plain
dictionaries with the fields of the published events, ``at`` in microseconds, and ``stored`` (the
bytes of which the smallest counts). Contacts come out as dictionaries too. The contract is given as
one; lines have no hours here, for these are the calendar's.

It is longer than a module should be, because it is the definition written a second time, with
nothing taken from the first.
"""

from __future__ import annotations

from typing import Any

SECOND = 1_000_000
HOUR = 3600 * SECOND

Told = dict[str, Any]
Contact = dict[str, Any]
Visit = dict[str, Any]

BY_KIND = ("call-start", "menu-choice", "entered", "answered", "returned", "left", "hangup")


def contacts(events: list[Told]) -> list[Contact]:
    """The contacts that the events of one call id make up."""
    distinct: list[Told] = []
    for event in events:
        if event not in distinct:
            distinct.append(event)
    distinct.sort(key=lambda event: event["at"])
    pieces: list[list[Told]] = []
    for event in distinct:
        if pieces and event["at"] - pieces[-1][-1]["at"] <= 12 * HOUR:
            pieces[-1].append(event)
        else:
            pieces.append([event])
    return [contact(piece) for piece in pieces]


def contact(piece: list[Told]) -> Contact:
    """One contact: the set of its events, some of which another with the same id overrules."""
    if len(piece) > 300 or sum(len(event["stored"]) for event in piece) > 65_536:
        starts = [event["at"] for event in piece if event["event"] == "call-start"]
        begun = min(starts or [event["at"] for event in piece])
        return {"too_many": True, "begun": begun}
    counting = []
    for event in piece:
        same = [other for other in piece if other["event_id"] == event["event_id"]]
        best = min(same, key=lambda e: (-e.get("revision", 0), e["at"], e["stored"]))
        if best is event:
            counting.append(event)
    told = walk(counting)
    told["conflicting"] = len(piece) - len(counting)
    return told


def kind(event: Told) -> str:
    return str(event["phase"] if event["event"] == "queue" else event["event"])


def in_order(events: list[Told], paper: Paper, everything: list[Told]) -> list[Told]:
    """The events in the order of the walk, which is walked on paper at the same time."""
    order: list[Told] = []
    left = list(events)
    while left:
        instant = min(event["at"] for event in left)
        now = [event for event in left if event["at"] == instant]
        of_instant = [event for event in everything if event["at"] == instant]
        if all("seq" in event for event in of_instant):
            first = min(event["seq"] for event in now)
            now = [event for event in now if event["seq"] == first]
        event = next_of(now, paper)
        left.remove(event)
        order.append(event)
        paper.write(event)
    return order


def next_of(now: list[Told], paper: Paper) -> Told:
    """Of events at one instant, the one that is walked through first."""

    def smallest(fitting: list[Told]) -> Told:
        return min(fitting, key=lambda event: str(event["event_id"]))

    starts = [event for event in now if kind(event) == "call-start"]
    if starts:
        return smallest(starts)
    fits = {
        "way": ("entered", "answered", "left"),
        "waiting": ("answered", "left", "entered"),
        "talking": ("returned", "left", "entered"),
    }
    for wanted in fits.get(paper.where, ()):
        assert paper.here is not None
        fitting = [e for e in now if kind(e) == wanted and e["line"] == paper.here["line"]]
        if fitting:
            return smallest(fitting)
    for wanted in BY_KIND:
        fitting = [event for event in now if kind(event) == wanted]
        if fitting:
            return smallest(fitting)
    raise AssertionError("an event of no kind")


def the_hangup(order: list[Told]) -> int | None:
    """Where the hangup stands: read word by word, which is cubic."""
    for place, event in enumerate(order):
        if kind(event) != "hangup":
            continue
        legs = False
        for entry in range(place + 1, len(order)):
            if kind(order[entry]) != "entered":
                continue
            for later in order[entry + 1 :]:
                if kind(later) in ("answered", "left") and later["line"] == order[entry]["line"]:
                    legs = True
                if kind(later) == "hangup" and later["at"] - event["at"] > 5 * SECOND:
                    legs = True
        if not legs:
            return place
    return None


def walk(events: list[Told]) -> Contact:
    """What the events that count come to."""
    paper = Paper()
    order = in_order(events, paper, events)
    place = the_hangup(order)
    hangup = None
    passed_over: list[Told] = []
    if place is not None:
        hangup = order[place]
        before, behind = order[:place], order[place + 1 :]
        moved = [
            event
            for event in behind
            if kind(event) in ("menu-choice", "entered")
            and event["at"] - hangup["at"] <= 5 * SECOND
        ]
        passed_over = [event for event in behind if event not in moved]
        paper = Paper()
        for event in before:
            paper.write(event)
        order = [*before, *in_order(moved, paper, events), hangup]
    starts = [event["at"] for event in order if kind(event) == "call-start"]
    return {
        "too_many": False,
        "visits": paper.visits,
        "where": paper.where,
        "started": starts[0] if starts else None,
        "begun": starts[0] if starts else order[0]["at"],
        "hangup": hangup,
        "after_hangup": len(passed_over),
        "order": [event["event_id"] for event in (*order, *passed_over)],
        "orphan": all(kind(event) == "hangup" for event in events),
    }


class Paper:
    """Where the contact is, the visits that it has had, and a diary."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.where = "menu"
        self.here: Visit | None = None
        self.visits: list[Visit] = []
        self.names: list[tuple[str, int, Visit]] = []
        self.diary: list[dict[str, Any]] = []
        self.page = 0

    def write(self, event: Told) -> None:
        what = kind(event)
        self.page += 1
        if what == "menu-choice":
            self.choice(event)
        elif what == "entered":
            self.entered(event)
        elif what == "answered":
            self.answered(event)
        elif what == "returned":
            self.returned(event)
        elif what == "left":
            self.left(event)

    # The rows of the table

    def choice(self, event: Told) -> None:
        line, at = event["line"], event["at"]
        if self.here is not None and self.here["line"] == line:
            if self.here["choice"] is None:
                self.here["choice"] = at
        else:
            came = self.go_on(at, "exit_key", by_choice=True)
            visit = self.begin(line, at, came)
            visit["choice"] = at
            visit["way"] = "choice"
            self.where, self.here = "way", visit
        self.note("choice", None)

    def entered(self, event: Told) -> None:
        line, at, number = event["line"], event["at"], event.get("visit")
        visit, another = self.numbered(event)
        if visit is None and not another:
            visit = self.whose_entry(event)
        if visit is None:
            came = self.go_on(at, "overflow")
            visit = self.begin(line, at, came)
            self.queue_again(visit, at)
        elif visit is not self.here:
            if visit["answered"] is not None:
                self.take_back(visit, at)
            else:
                self.come_back(visit, at)
                self.queue_again(visit, at)
        elif self.where == "way":
            self.queue_again(visit, at)
        elif self.where == "talking" and visit["entered"] is None:
            visit["entered"] = at
            visit["waits"] = []
            visit["disordered"] = True
        elif self.where == "talking":
            self.take_back(visit, at)
        visit["entries"] += 1
        self.name(visit, number)

    def whose_entry(self, event: Told) -> Visit | None:
        """The visit that an ``entered`` belongs to, where no number says so."""
        line, at, number = event["line"], event["at"], event.get("visit")
        if self.here is not None and self.here["line"] == line:
            may_be = number is None or not self.here["numbers"]
            if self.where in ("way", "waiting") and may_be:
                return self.here
            if self.where == "talking":
                if self.here["entered"] is None:
                    return self.here if may_be else None
                if at - self.here["answered"] <= 30 * SECOND:
                    return self.here
                return None
        # Sent into the same queue again, by way of nowhere.
        been = self.been_before_nowhere()
        if been and been[-1]["line"] == line:
            answered = been[-1]["answered"]
            if answered is not None and at - answered <= 30 * SECOND:
                return been[-1]
        return self.going_on(line, number)

    def been_before_nowhere(self) -> list[Visit]:
        """The visits until now of who is nowhere, or sent on by a transfer and nowhere yet."""
        if self.here is None:
            return self.visits
        if self.where == "way" and self.here["way"] == "transfer":
            return [visit for visit in self.visits if visit is not self.here]
        return []

    def going_on(self, line: str, number: int | None) -> Visit | None:
        earlier = [v for v in self.visits if v["line"] == line and v is not self.here]
        if not earlier:
            return None
        visit = earlier[-1]
        if number is not None and visit["numbers"]:
            return None
        return visit if self.goes_on(visit) else None

    def goes_on(self, visit: Visit) -> bool:
        if visit["left"] is None or visit["answered"] is not None:
            return False
        if not visit["inferred"] and visit["reason"] not in ("overflow", "timeout", "exit_key"):
            return False
        left = self.when("end", visit)
        return not any(
            entry["what"] in ("choice", "answer", "transfer") and entry["page"] >= left
            for entry in self.diary
            if entry["visit"] is not visit
        )

    def answered(self, event: Told) -> None:
        line, at, number = event["line"], event["at"], event.get("visit")
        visit, another = self.numbered(event)
        if visit is None and not another:
            if (
                self.here is not None
                and self.here["line"] == line
                and (number is None or not self.here["numbers"])
            ):
                visit = self.here
            else:
                visit = self.going_on(line, number)
        if visit is None:
            came = self.go_on(at, "overflow")
            visit = self.begin(line, at, came)
            self.talk(visit, at)
        elif visit is not self.here:
            self.come_back(visit, at)
            if visit["answered"] is None and visit["waits"]:
                visit["waits"][-1][1] = None  # as if it had not been left
            self.undo_leaving(visit)
            self.talk(visit, at)
        elif self.where != "talking":
            self.talk(visit, at)
        self.name(visit, number)

    def returned(self, event: Told) -> None:
        at, number = event["at"], event.get("visit")
        visit, _ = self.numbered(event, comes_again=False)
        if visit is None:
            visit = self.there(event["line"], number)
        if visit is None:
            return
        self.name(visit, number)
        if visit is self.here and self.where == "way":
            visit["queued"] = True
            visit["waits"].append([visit["begun"], None])
            self.where = "waiting"
        elif visit["answered"] is not None:
            been = self.been_before_nowhere()
            if visit is self.here or (been and visit is been[-1]):
                self.take_back(visit, at, lap=False)

    def left(self, event: Told) -> None:
        line, at, number = event["line"], event["at"], event.get("visit")
        to_line = event.get("to_line") if event["reason"] == "transfer" else None
        if to_line == line:
            to_line = None
        visit, _ = self.numbered(event, comes_again=False)
        if visit is None:
            visit = self.there(line, number)
        if visit is not None and visit is not self.here:
            self.name(visit, number)
            if visit["inferred"]:
                visit["inferred"] = False
                visit["reason"] = event["reason"]
                if not visit["queued"]:
                    visit["queued"] = True
                    visit["waits"].append([visit["begun"], visit["left"]])
                if event["reason"] == "transfer":
                    self.note("transfer", visit)
                    if self.here is not None and self.here["line"] == to_line:
                        self.lead(visit, self.here, at)
            return
        if visit is not None:
            if self.where == "way":
                visit["queued"] = True
                visit["waits"].append([visit["begun"], at])
            elif self.where == "waiting":
                visit["waits"][-1][1] = at
            self.end(visit, at, event["reason"], inferred=False)
        else:
            there_already = (
                to_line is not None and self.here is not None and self.here["line"] == to_line
            )
            came = None if there_already else self.go_on(at, "overflow")
            visit = self.begin(line, at, came)
            visit["queued"] = True
            visit["waits"].append([visit["begun"], at])
            self.end(visit, at, event["reason"], inferred=False)
            if there_already:
                assert self.here is not None
                self.visits.remove(visit)
                place = [v is self.here for v in self.visits].index(True)
                self.visits.insert(place, visit)
                self.lead(visit, self.here, at)
                self.name(visit, number)
                return
        self.name(visit, number)
        if to_line is None:
            self.where, self.here = "away", None
        else:
            there = self.begin(to_line, at, None)
            there["way"] = "transfer"
            self.lead(visit, there, at)
            self.where, self.here = "way", there

    # Below the table

    def go_on(self, at: int, reason: str, by_choice: bool = False) -> tuple[Visit, int] | None:
        """The contact goes on from where it is. A transfer by which it does is returned."""
        here = self.here
        if here is None:
            return None
        if self.where == "waiting":
            here["waits"][-1][1] = at
            self.end(here, at, reason, inferred=True)
            return None
        if self.where == "talking":
            self.end(here, at, "transfer", inferred=True)
            return here, at
        if here["way"] == "choice":
            self.end(here, at, "chose_again" if by_choice else "overflow", inferred=True)
            return None
        return self.never_was(here)

    def never_was(self, visit: Visit) -> tuple[Visit, int] | None:
        self.visits = [v for v in self.visits if v is not visit]
        if visit["from"] is None:
            return None
        visit["from"]["to"] = None
        return visit["from"], visit["transfer"]

    def begin(self, line: str, at: int, came: tuple[Visit, int] | None) -> Visit:
        visit: Visit = {
            "line": line,
            "numbers": [],
            "begun": at,
            "choice": None,
            "transfer": None,
            "from": None,
            "to": None,
            "way": None,
            "queued": False,
            "entered": None,
            "waits": [],
            "answered": None,
            "left": None,
            "reason": None,
            "inferred": False,
            "disordered": False,
            "taken_back": 0,
            "entries": 0,
        }
        self.visits.append(visit)
        self.note("begin", visit)
        if came is not None:
            self.lead(came[0], visit, came[1])
            visit["begun"] = came[1]
        return visit

    def lead(self, source: Visit, target: Visit, at: int) -> None:
        source["to"] = target
        target["from"] = source
        if target["transfer"] is None:
            target["transfer"] = at

    def queue_again(self, visit: Visit, at: int) -> None:
        if visit["entered"] is None and not visit["queued"]:
            visit["entered"] = at
        visit["queued"] = True
        self.undo_leaving(visit)
        visit["waits"].append([at, None])
        self.where, self.here = "waiting", visit

    def come_back(self, visit: Visit, at: int) -> None:
        """The contact goes on, from where it is, with a visit that it had before."""
        here = self.here
        if here is not None and here["line"] == visit["line"] and self.where == "way":
            came = self.never_was(here)
        else:
            came = self.go_on(at, "overflow")
        if came is not None and came[0] is not visit:
            self.lead(came[0], visit, came[1])

    def talk(self, visit: Visit, at: int) -> None:
        if visit["answered"] is None:
            if visit["waits"] and visit["waits"][-1][1] is None:
                visit["waits"][-1][1] = at
            else:
                visit["waits"].append([visit["begun"], at])
            visit["queued"] = True
            visit["answered"] = at
            self.note("answer", visit)
        self.where, self.here = "talking", visit

    def take_back(self, visit: Visit, at: int, lap: bool = True) -> None:
        if visit is not self.here:
            self.come_back(visit, at)
        if not visit["waits"]:
            visit["waits"] = [[visit["entered"], None]]
        visit["waits"][-1][1] = visit["left"]
        if visit["left"] is not None:
            visit["waits"].append([at, None])
        visit["answered"] = None
        visit["taken_back"] += 1
        self.strike("answer", visit)
        self.undo_leaving(visit)
        self.where, self.here = "waiting", visit

    def end(self, visit: Visit, at: int, reason: str, inferred: bool) -> None:
        visit["left"], visit["reason"], visit["inferred"] = at, reason, inferred
        self.note("end", visit)
        if reason == "transfer":
            self.note("transfer", visit)

    def undo_leaving(self, visit: Visit) -> None:
        if visit["left"] is None:
            return
        visit["left"], visit["reason"], visit["inferred"] = None, None, False
        visit["to"] = None
        self.strike("transfer", visit)

    def numbered(self, event: Told, comes_again: bool = True) -> tuple[Visit | None, bool]:
        """The visit of the event's number; or that the number is another visit's now."""
        number = event.get("visit")
        if number is None:
            return None, False
        named = [
            visit for line, other, visit in self.names if (line, other) == (event["line"], number)
        ]
        if not named:
            return None, False
        visit = named[-1]
        if comes_again:
            for other in self.visits:
                elsewhere = other["line"] != visit["line"] and other["answered"] is not None
                if elsewhere and self.when("answer", other) > self.when("begin", visit):
                    return None, True
        return visit, False

    def there(self, line: str, number: int | None) -> Visit | None:
        """The visit at the line where the contact is, or its last one there."""
        visit = self.here
        if visit is None or visit["line"] != line:
            been = [v for v in self.visits if v["line"] == line]
            visit = been[-1] if been else None
        if visit is not None and number is not None and visit["numbers"]:
            return None
        return visit

    def name(self, visit: Visit, number: int | None) -> None:
        if number is None:
            return
        visit["numbers"].append(number)
        self.names.append((visit["line"], number, visit))

    # The diary

    def note(self, what: str, visit: Visit | None) -> None:
        self.diary.append({"what": what, "visit": visit, "page": self.page})

    def strike(self, what: str, visit: Visit) -> None:
        for entry in self.diary:
            if entry["what"] == what and entry["visit"] is visit:
                entry["what"] = "struck"

    def when(self, what: str, visit: Visit) -> int:
        return max(
            (e["page"] for e in self.diary if e["what"] == what and e["visit"] is visit),
            default=-1,
        )


# What it comes to

LEFT_FOR = {
    "transfer": "overflowed",
    "overflow": "overflowed",
    "timeout": "overflowed",
    "exit_key": "overflowed",
    "voicemail": "overflowed",
    "callback": "callback",
    "closed": "closed",
    "full": "blocked",
    "chose_again": "chose_again",
}


def judged(visit: Visit, hangup: Told | None, now: int, terms: dict[str, Any]) -> dict[str, Any]:
    """A visit's disposition, wait, and decisions, as of ``now``, by the contract of its line: the
    clock from queue entry, ``<=``, short abandons counted."""
    entry = None
    if visit["queued"]:
        entry = visit["begun"] if visit["entered"] is None else visit["entered"]
    lost_at = (visit["begun"] if entry is None else entry) + terms["lost_after"]
    left, hung = visit["left"], None
    if left is None and hangup is not None:
        hung = hangup["at"]
    over = left if left is not None else hung
    if visit["answered"] is None and over is not None and over > lost_at:
        left = hung = over = None

    def in_queue(until: int) -> int:
        return sum(
            max(0, min(until if end is None else end, until) - since)
            for since, end in visit["waits"]
        )

    form = visit["transfer"] is not None and terms["permanence"] == "none" and not visit["queued"]
    reason = (hangup or {}).get("reason", "normal")
    if visit["answered"] is not None:
        disposition, decided = "answered", visit["answered"]
    elif form:
        disposition, decided = "form", visit["transfer"]
    elif left is not None:
        disposition, decided = LEFT_FOR[visit["reason"]], left
    elif hung is not None:
        decided = hung
        if reason in ("closed", "busy", "error"):
            disposition = {"closed": "closed", "busy": "blocked", "error": "lost"}[reason]
        elif not visit["queued"]:
            disposition = "left_before_queue"
        elif in_queue(hung) <= terms["short_limit"]:
            disposition = "short_abandoned"
        else:
            disposition = "abandoned"
    elif now > lost_at:
        disposition, decided = "lost", lost_at + 1
    else:
        disposition, decided = "open", None

    wait = None
    if entry is not None and (visit["answered"] is not None or over is not None):
        wait = in_queue(visit["answered"] if visit["answered"] is not None else over)
    within = None
    if entry is not None:
        looked = now if decided is None else min(now, decided)
        if in_queue(looked) > terms["threshold"]:
            within = False
        elif decided is not None and disposition != "callback":
            within = disposition in ("answered", "abandoned", "short_abandoned")
    overdue = visit["begun"] + terms["reach_limit"]
    reached: bool | None = False
    if disposition == "open":
        reached = False if now >= overdue else None
    elif disposition == "answered":
        reached = True
    elif disposition in ("form", "chose_again", "callback"):
        reached = None
    return {
        "disposition": disposition,
        "wait": wait,
        "within": within,
        "reached": reached,
        "entered": entry,
    }
