"""Waking the right person: sequential tests with a known price, each on what has no memory.

Whoever waits long makes the next one wait. So a test of who was answered in time, or reached, finds
the queue's own memory and pages for nothing: one at 120 calls an hour up to three times a day. What
has no memory is whether a contact comes into a queue at all (``entry``), whether anybody picks up
while somebody waits (``answers``), and whether anybody calls (``silence``); each has a test whose
limit follows from a budget of false pages (``limits``). One caller who waits very long
(``forgotten``) and a queue that won't be empty at closing (``closing``) are facts, which somebody
is told of; a queue that is too long for a vendor's people (``overload``) is a notice.

``usual`` learns what is usual at an hour of the week, ``queue`` knows who waits and talks,
``detector`` puts a scope's channels together, ``alert`` is what they say. Pure: no clock but that
of the facts and ``tick``, so that a replay of last year opens the same alerts. What it is worth is
measured in ``tests/domain/detector_quality.md``.
"""

from streams.domain.detector.alert import Alert, AlertChange, Kind, Severity, Subject
from streams.domain.detector.detector import Conditions, Detector, Fact
from streams.domain.detector.silence import Hours

__all__ = [
    "Alert",
    "AlertChange",
    "Conditions",
    "Detector",
    "Fact",
    "Hours",
    "Kind",
    "Severity",
    "Subject",
]
