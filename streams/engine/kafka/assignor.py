"""Who gets which partitions.

A call's four events lie in the same partition of four topics, so partition p of all four must be on
one worker: that is what a *group* of topics is here. Each group is spread by itself, evenly, and a
worker keeps what it has: a join or a leave moves only the partitions that must move, because what
moves has to be read back from its changelog.

Faust's own assignor also groups topics, but by their partition counts and only for apps that have
tables or stand-bys (`faust/transport/drivers/aiokafka.py:578-583`), and at every rebalance it
revokes what is above the rounded-down share (`faust/assignor/copartitioned_assignor.py:71`).
This one replaces it. aiokafka knows no incremental rebalance: every worker stops at each one, but
one that keeps its partitions keeps their state too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import orjson
from aiokafka import TopicPartition
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)

from streams.engine.kafka.forms import Written
from streams.engine.kafka.topics import TopicsError

#: Version of the consumer protocol's own framing; what is ours in it is `user_data`.
_VERSION = 0


def spread(partitions: int, claims: Mapping[str, Collection[int]]) -> dict[str, list[int]]:
    """Give every partition to one member, evenly, moving as few as possible.

    `claims` names the members, with what each has now; where two claim one partition, the member
    that comes first has it.

    >>> spread(4, {"a": [0, 1, 2, 3], "b": []})
    {'a': [0, 1], 'b': [2, 3]}
    """
    free = set(range(partitions))
    given: dict[str, list[int]] = {}
    for member, claimed in claims.items():
        given[member] = sorted(free.intersection(claimed))
        free.difference_update(claimed)
    least, larger = divmod(partitions, len(claims))
    # Those that have most keep one more than the others, so that the remainder does not wander.
    by_size = sorted(given, key=lambda member: -len(given[member]))
    quota = {member: least + (rank < larger) for rank, member in enumerate(by_size)}
    for member, mine in given.items():
        free.update(mine[quota[member] :])
        del mine[quota[member] :]
    rest = iter(sorted(free))
    for member, mine in given.items():
        mine.extend(next(rest) for _ in range(quota[member] - len(mine)))
        mine.sort()
    return given


class Assignor(AbstractPartitionAssignor):  # type: ignore[misc]
    """Spreads each group of topics; a topic in no group is one by itself.

    In `user_data` each member publishes which partitions it has, and since which generation of the
    consumer group: a member that slept through a rebalance must not claim what it lost. And the
    newest form of records that it would write: with its partitions each is told the oldest of them.
    """

    name = "reachline"

    def __init__(self, groups: Iterable[Collection[str]], written: Written) -> None:
        self._groups = [frozenset(group) for group in groups]
        self._written = written
        self._assigned: dict[str, list[int]] = {}
        self._generation = -1

    def remember(self, generation: int, partitions: Iterable[TopicPartition]) -> None:
        """What this worker has now, to be claimed again at the next rebalance."""
        self._generation = generation
        self._assigned = {}
        for topic, partition in sorted(partitions):
            self._assigned.setdefault(topic, []).append(partition)

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        claim = {
            "generation": self._generation,
            "held": self._assigned,
            "form": self._written.claimed,
        }
        return ConsumerProtocolMemberMetadata(_VERSION, sorted(topics), orjson.dumps(claim))

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Learns in which form the group writes. Of the partitions the consumer learns from its
        listener, and calls `remember`."""
        self._written.agreed(orjson.loads(assignment.user_data)["form"])

    def assign(
        self, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        claims = {member: orjson.loads(said.user_data) for member, said in members.items()}
        # Newest generation first: a member that missed a rebalance has lost what it still claims.
        newest_first = sorted(members, key=lambda member: (-claims[member]["generation"], member))
        assigned: dict[str, dict[str, list[int]]] = {member: {} for member in members}
        agreed = orjson.dumps({"form": min(claim["form"] for claim in claims.values())})
        for group in self._groups_of(members):
            wanting = [m for m in newest_first if group[0] in members[m].subscription]
            first, *_ = group
            claimed = {member: claims[member]["held"].get(first, ()) for member in wanting}
            for member, mine in spread(_partitions(cluster, group), claimed).items():
                for topic in group:
                    assigned[member][topic] = mine
        return {
            member: ConsumerProtocolMemberAssignment(_VERSION, sorted(topics.items()), agreed)
            for member, topics in assigned.items()
        }

    def _groups_of(
        self, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> list[Sequence[str]]:
        topics = {topic for said in members.values() for topic in said.subscription}
        grouped = [sorted(topics & group) for group in self._groups]
        alone = topics.difference(*self._groups)
        return [group for group in grouped if group] + [[topic] for topic in sorted(alone)]


def _partitions(cluster: ClusterMetadata, group: Sequence[str]) -> int:
    counts = {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in group}
    if 0 in counts.values():
        raise TopicsError(f"the broker does not know the partitions of these topics: {counts}")
    if len(set(counts.values())) > 1:
        raise TopicsError(f"these topics must have the same number of partitions: {counts}")
    return next(iter(counts.values()))
