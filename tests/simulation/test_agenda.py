"""Time jumps from event to event; what was planned in an earlier chapter does not happen."""

from collections.abc import Callable
from typing import Any

from streams.domain.instants import MINUTE
from streams.simulation.agenda import Agenda


class Somebody:
    def __init__(self) -> None:
        self.chapter = 0


class Diary(Agenda):
    """Plans by name, and writes down what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[int, str]] = []

    def plan(self, when: int, what: str, who: Any) -> None:
        self._at(when, self._writes(what), who)

    def plan_later(self, at: int, seconds: float, what: str, who: Any) -> None:
        self._after(at, seconds, self._writes(what), who)

    def _writes(self, what: str) -> Callable[[int, Any], None]:
        return lambda at, _: self.written.append((at, what))


def test_the_next_comes_first_and_of_one_instant_what_was_planned_first() -> None:
    diary, ann = Diary(), Somebody()
    diary.plan(MINUTE, "answered", ann)
    diary.plan(0, "rings", ann)
    diary.plan(MINUTE, "a queue ends", ann)
    diary.plan(MINUTE, "a call ends", ann)
    assert [diary.written[-1][1] for _ in diary.run()] == [what for _, what in diary.written]
    assert diary.written == [
        (0, "rings"),
        (MINUTE, "answered"),
        (MINUTE, "a queue ends"),
        (MINUTE, "a call ends"),
    ]


def test_who_was_answered_loses_no_patience_any_more() -> None:
    diary, ann, bob = Diary(), Somebody(), Somebody()
    diary.plan(MINUTE, "ann hangs up", ann)
    diary.plan(MINUTE, "bob hangs up", bob)
    ann.chapter += 1
    diary.plan(2 * MINUTE, "ann says goodbye", ann)
    steps = sum(1 for _ in diary.run())
    assert diary.written == [(MINUTE, "bob hangs up"), (2 * MINUTE, "ann says goodbye")]
    assert steps == 2, "what is skipped is no step"


def test_what_an_action_plans_happens_too() -> None:
    diary, ann = Diary(), Somebody()
    diary.plan(0, "rings", ann)
    for _ in diary.run():
        if len(diary.written) < 3:
            diary.plan_later(diary.written[-1][0], 60, "rings again", ann)
    assert [at for at, _ in diary.written] == [0, MINUTE, 2 * MINUTE]


def test_later_is_a_number_of_full_milliseconds_and_never_at_once() -> None:
    diary, ann = Diary(), Somebody()
    diary.plan_later(5_000, 0, "at once", ann)
    diary.plan_later(5_000, 0.0129, "soon", ann)
    for _ in diary.run():
        pass
    assert diary.written == [(6_000, "at once"), (17_000, "soon")]
