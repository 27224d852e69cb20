"""Partitions are spread evenly, move as little as they can, and a call's topics stay together."""

import pytest
from aiokafka import TopicPartition
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.kafka.assignor import Assignor, spread
from streams.engine.kafka.forms import Written
from streams.engine.kafka.topics import TopicsError

INPUTS = ["call-start", "menu-choice", "queue", "hangup"]


class Cluster:
    """The part of aiokafka's metadata that an assignor asks."""

    def __init__(self, **partitions: int) -> None:
        self._partitions = {topic.replace("_", "-"): n for topic, n in partitions.items()}

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        count = self._partitions.get(topic)
        return None if count is None else set(range(count))


CLUSTER = Cluster(call_start=8, menu_choice=8, queue=8, hangup=8, line_partials=6)


class Group:
    """A consumer group: workers come and go, and each rebalance is worked out by one of them."""

    def __init__(self) -> None:
        self.workers: dict[str, Assignor] = {}
        self.generation = 0

    def join(self, *names: str) -> None:
        for name in names:
            self.workers[name] = Assignor([INPUTS], Written())

    def rebalance(self, *absent: str) -> dict[str, set[tuple[str, int]]]:
        self.generation += 1
        present = {name: worker for name, worker in self.workers.items() if name not in absent}
        members = {n: w.metadata([*INPUTS, "line-partials"]) for n, w in present.items()}
        leader = next(iter(present.values()))
        assigned: dict[str, ConsumerProtocolMemberAssignment] = leader.assign(CLUSTER, members)  # type: ignore[arg-type]
        given = {name: partitions(assigned[name]) for name in present}
        for name, worker in present.items():
            worker.remember(self.generation, [TopicPartition(*tp) for tp in given[name]])
        return given


def partitions(assignment: ConsumerProtocolMemberAssignment) -> set[tuple[str, int]]:
    return {(topic, p) for topic, mine in assignment.assignment for p in mine}


def of(topic: str, given: set[tuple[str, int]]) -> set[int]:
    return {partition for name, partition in given if name == topic}


@given(
    st.integers(1, 40),
    st.lists(st.sets(st.integers(0, 45)), min_size=1, max_size=9),
)
def test_every_partition_is_given_once_and_evenly_and_nothing_moves_that_need_not(
    count: int, claims: list[set[int]]
) -> None:
    held = {f"worker-{n}": claim for n, claim in enumerate(claims)}
    shares = spread(count, held)
    assert sorted(p for share in shares.values() for p in share) == list(range(count))
    sizes = sorted(len(share) for share in shares.values())
    assert sizes[-1] - sizes[0] <= 1
    # What each really had: of two that claim a partition, the first.
    had: dict[str, set[int]] = {}
    for worker, claim in held.items():
        had[worker] = {p for p in claim if p < count}.difference(*had.values())
    least, larger = divmod(count, len(held))
    most_first = sorted(map(len, had.values()), reverse=True)
    keepable = sum(min(n, least + (rank < larger)) for rank, n in enumerate(most_first))
    assert sum(len(had[w].intersection(shares[w])) for w in shares) == keepable


def test_the_four_topics_of_a_call_stay_together_and_the_fifth_goes_its_own_way() -> None:
    group = Group()
    group.join("anna", "bert", "carla")
    for given_ in group.rebalance().values():
        assert len({frozenset(of(topic, given_)) for topic in INPUTS}) == 1
        assert len(of("queue", given_)) in (2, 3)
        assert len(of("line-partials", given_)) == 2


def test_a_worker_that_joins_takes_only_its_share_and_one_that_leaves_gives_only_its_own() -> None:
    group = Group()
    group.join("anna", "bert")
    before = group.rebalance()
    group.join("carla")
    during = group.rebalance()
    assert during["anna"] < before["anna"]
    assert during["bert"] < before["bert"]
    del group.workers["carla"]
    after = group.rebalance()
    assert during["anna"] < after["anna"]
    assert during["bert"] < after["bert"]


def test_nothing_moves_when_nobody_came_or_went() -> None:
    group = Group()
    group.join("anna", "bert", "carla")
    assert group.rebalance() == group.rebalance()


def test_a_worker_that_slept_through_a_rebalance_does_not_take_back_what_it_lost() -> None:
    group = Group()
    group.join("anna", "bert")
    group.rebalance()
    group.join("carla")
    without_anna = group.rebalance("anna")  # bert and carla share everything
    with_anna = group.rebalance()  # anna still claims her half
    assert with_anna["bert"] < without_anna["bert"]
    assert with_anna["carla"] < without_anna["carla"]


def test_topics_of_one_call_with_different_partitions_are_refused_by_name() -> None:
    worker = Assignor([INPUTS], Written())
    with pytest.raises(TopicsError, match="'hangup': 4"):
        worker.assign(
            Cluster(call_start=8, menu_choice=8, queue=8, hangup=4),  # type: ignore[arg-type]
            {"anna": worker.metadata(INPUTS)},
        )


def test_a_topic_that_the_broker_does_not_know_is_not_passed_over() -> None:
    worker = Assignor([INPUTS], Written())
    with pytest.raises(TopicsError, match=r"does not know .* 'hangup': 0"):
        worker.assign(
            Cluster(call_start=8, menu_choice=8, queue=8),  # type: ignore[arg-type]
            {"anna": worker.metadata(INPUTS)},
        )
