"""When an entry of the plan is valid, and which one is at an instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Named(Protocol):
    """An entry with an id."""

    @property
    def id(self) -> str:
        """What the plan calls it by."""
        ...


N = TypeVar("N", bound=Named)


@dataclass(frozen=True, slots=True)
class Version(Generic[T_co]):
    """An entry and when it is valid: from ``since`` to before ``until``, None without limit."""

    entry: T_co
    since: int | None = None
    until: int | None = None

    def valid(self, at: int) -> bool:
        """Whether the entry is the one at this instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def overlaps(self, since: int, until: int) -> bool:
        """Whether the entry is the one at any instant from one to another, both included."""
        return (self.since is None or self.since <= until) and (
            self.until is None or since < self.until
        )

    def nearest(self, at: int) -> int:
        """The instant of the entry's validity that is nearest to this one."""
        if self.since is not None and at < self.since:
            return self.since
        return at if self.until is None or at < self.until else self.until - 1


def by_id(versions: Iterable[Version[N]], always: N | None = None) -> dict[str, list[Version[N]]]:
    """Entries by id, each id's in the order of time; ``always`` where none has its id."""
    found: dict[str, list[Version[N]]] = {}
    for version in in_order(versions):
        found.setdefault(version.entry.id, []).append(version)
    if always is not None:
        found.setdefault(always.id, [Version(always)])
    return found


def in_order(versions: Iterable[Version[N]]) -> tuple[Version[N], ...]:
    """Entries in the order of their ids, and of time."""
    return tuple(sorted(versions, key=lambda v: (v.entry.id, v.since is not None, v.since or 0)))


def valid(versions: Iterable[Version[T]], at: int) -> T | None:
    """The entry that is valid at the instant."""
    for version in versions:
        if version.valid(at):
            return version.entry
    return None
