"""Which partition a scope or a caller belongs to."""

from dataclasses import dataclass
from zlib import crc32

from streams.domain.tally import CITY


@dataclass(frozen=True, slots=True)
class Routes:
    """How many partitions there are, and which of them something goes to.

    Attributes:
        sources: partitions of each input topic.
        partials: partitions of the line partials.
        callers: partitions of the callers' calls.
    """

    sources: int
    partials: int
    callers: int

    def of_scope(self, scope: str) -> int:
        """The partition of line partials that a line, a vendor or the city is kept on."""
        return crc32(scope.encode()) % self.partials

    @property
    def of_decisions(self) -> int:
        """The partition of line partials that has all decisions, and whose owner all detectors: the
        city's. What goes wrong at lines of several partitions can be one incident."""
        return self.of_scope(CITY)

    def of_caller(self, caller: str) -> int:
        """The partition on which all calls of a caller come together."""
        return crc32(caller.encode()) % self.callers
