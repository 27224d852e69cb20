"""Calls by number: what happens in call n is a function of the seed and n, and so is the answer.

Every event carries its call's number and its own place in the call, so that a verifier can tell
which are missing without knowing the generator's mood.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from streams.domain import instants
from streams.domain.instants import SECOND

LINES = ("waste", "migration", "other")
DESK = "desk"
LOST_AFTER = 600  # seconds; the longest call takes 200

PLAN = f"""
[city]
name = "Faultsburg"
time_zone = "Europe/Brussels"

[[vendor]]
id = "acme"
name = "Acme Calls"

[[contract]]
id = "usual"
lost_after = {LOST_AFTER}

[[line]]
id = "waste"
vendor = "acme"
contract = "usual"

[[line]]
id = "migration"
vendor = "acme"
contract = "usual"

[[line]]
id = "other"
contract = "usual"

[[line]]
id = "desk"
tier = 2
contract = "usual"
"""

CORRECTED = (
    PLAN.replace(
        """id = "waste"
vendor = "acme"
contract = "usual"
""",
        """id = "waste"
vendor = "nova"
contract = "strict"
hours = "mornings"
""",
    )
    + f"""
[[vendor]]
id = "nova"
name = "Nova Calls"

[[contract]]
id = "strict"
threshold = 5
lost_after = {LOST_AFTER}

[[hours]]
id = "mornings"
mon-sun = "08:00-12:00"
"""
)
"""The same plan corrected, at all times and without a date: who answers waste, when, and by what
contract."""


def handed_over(plan: str, day: str) -> str:
    """A plan by which another vendor answers migration from a day on."""
    line = 'id = "migration"\nvendor = "acme"\ncontract = "usual"\n'
    until, since = f"valid_until = {day}\n", f"valid_from = {day}\n"
    return plan.replace(line, f"{line}{until}") + (
        f'\n[[line]]\n{line.replace("acme", "heir")}{since}\n[[vendor]]\nid = "heir"\n'
    )


KINDS = (
    *("answered",) * 8,
    *("abandoned",) * 4,
    "left_before_queue",
    "menu",
    "overflowed",
    *("transferred",) * 2,
    "lost",
)

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """Call ``number`` of a seed: its kind, line, and instants in us."""

    call_id: str
    kind: str
    line: str
    begun: int
    wait: int
    talk: int

    @classmethod
    def of(cls, seed: int, number: int, begun: int) -> Call:
        draw = Random(f"{seed} {number}")
        return cls(
            f"s{seed}-{number}",
            draw.choice(KINDS),
            draw.choice(LINES),
            begun - begun % 1_000,
            draw.randrange(1, 60) * SECOND,
            draw.randrange(5, 60) * SECOND,
        )

    def events(self) -> list[tuple[int, Event]]:
        """Its events in the order of their instants."""
        told: list[tuple[int, Event]] = []

        def tell(at: int, event: str, **fields: Any) -> None:
            named = {
                "event": event,
                "event_id": f"{self.call_id}-{len(told)}",
                "call_id": self.call_id,
                "at": instants.text(at),
            }
            told.append((at, named | fields))

        at = self.begun
        tell(at, "call-start", caller=f"caller-{hash_of(self.call_id) % 500}")
        at += 4 * SECOND
        if self.kind == "menu":
            tell(at, "hangup")
            return told
        tell(at, "menu-choice", line=self.line)
        at += 1 * SECOND
        if self.kind == "left_before_queue":
            tell(at, "hangup")
            return told
        tell(at, "queue", line=self.line, visit=1, phase="entered")
        at += self.wait
        if self.kind == "lost":
            return told
        if self.kind == "overflowed":
            tell(at, "queue", line=self.line, visit=1, phase="left", reason="overflow")
        elif self.kind != "abandoned":
            tell(at, "queue", line=self.line, visit=1, phase="answered")
            at += self.talk
        if self.kind == "transferred":
            left = {"phase": "left", "reason": "transfer", "to_line": DESK}
            tell(at, "queue", line=self.line, visit=1, **left)
            tell(at, "queue", line=DESK, visit=2, phase="entered")
            at += self.wait
            tell(at, "queue", line=DESK, visit=2, phase="answered")
            at += self.talk
        tell(at, "hangup")
        return told

    def answer(self) -> dict[tuple[str, int], dict[str, int]]:
        """What it adds to each line, by line and the instant at which its visit begins."""
        if self.kind == "menu":
            return {}
        chosen = self.begun + 4 * SECOND
        counts = {"line_offered": 1}
        answers = {(self.line, chosen): counts}
        if self.kind == "left_before_queue":
            counts["left_before_queue"] = 1
            return answers
        counts["queue_offered"] = 1
        if self.kind in ("abandoned", "overflowed", "lost"):
            counts["ended_unanswered"] = 1
            counts[self.kind] = 1
            return answers
        counts |= {"answered": 1, "wait_sum": self.wait}
        if self.kind == "transferred":
            moved = chosen + 1 * SECOND + self.wait + self.talk
            answers[DESK, moved] = dict(counts)
        return answers


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    return int.from_bytes(text.encode()[-4:], "big")
