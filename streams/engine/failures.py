"""What a failure of Kafka, or of the network before it, means for the person who runs a command.

Libraries name the class of an error and quote their own insides. A person wants to know what is
wrong, where, and what to look at. So the errors that people meet have words here, by the names of
their classes: of most commands aiokafka is no part, and need not be loaded to say a word.
"""

import errno
import re
from collections.abc import Mapping
from typing import Final

_LATE: Final = "the broker did not answer in time: is it overloaded, or the network slow?"
_LEFT: Final = "the group has gone on without this worker; start it again"
_FENCED: Final = "another worker has taken over, and writes now"
_LARGE: Final = "a record is larger than its topic accepts (max.message.bytes)"
_DOWN: Final = "is a broker of the cluster down?"
_MAY_NOT: Final = "the broker does not allow this user"
_OLD: Final = "the broker can't do what is asked of it: Apache Kafka 4 can"

_MEANING: Final[Mapping[str, str]] = {
    "TimeoutError": _LATE,
    "KafkaTimeoutError": _LATE,
    "RequestTimedOutError": _LATE,
    "NodeNotReadyError": _LATE,
    "UnknownTopicOrPartitionError": "a topic is missing: `reachline topics create` creates it",
    "UnknownError": "the broker failed and does not say why; its own log does",
    "TopicAuthorizationFailedError": f"{_MAY_NOT} to use a topic",
    "GroupAuthorizationFailedError": f"{_MAY_NOT} to use the consumer group (REACHLINE_APP)",
    "ClusterAuthorizationFailedError": f"{_MAY_NOT} to do this on the cluster",
    "TransactionalIdAuthorizationFailed": f"{_MAY_NOT} to write in transactions (REACHLINE_APP)",
    "AuthenticationFailedError": "the broker refuses the user's name or password",
    "SaslAuthenticationFailed": "the broker refuses the user's name or password",
    "UnsupportedSaslMechanismError": "the broker accepts no log-in of this kind",
    "InvalidReplicationFactorError": "the cluster has fewer brokers than copies are asked for",
    "PolicyViolationError": "the cluster has a rule against it",
    "InvalidSessionTimeoutError": "the broker does not allow REACHLINE_SESSION_SECONDS as it is "
    "(group.min.session.timeout.ms, group.max.session.timeout.ms)",
    "NotEnoughReplicasError": f"too few copies of a topic are up to date; {_DOWN}",
    "NotEnoughReplicasAfterAppendError": f"too few copies of a topic are up to date; {_DOWN}",
    "LeaderNotAvailableError": f"a partition has no leader; {_DOWN}",
    "NotLeaderForPartitionError": f"a partition has moved to another broker; {_DOWN}",
    "CoordinatorNotAvailableError": f"nobody coordinates the consumer group; {_DOWN}",
    "GroupCoordinatorNotAvailableError": f"nobody coordinates the consumer group; {_DOWN}",
    "KafkaStorageError": "a broker can't use its disk",
    "CommitFailedError": _LEFT,
    "IllegalGenerationError": _LEFT,
    "UnknownMemberIdError": _LEFT,
    "RebalanceInProgressError": _LEFT,
    "ProducerFenced": _FENCED,
    "InvalidProducerEpoch": _FENCED,
    "MessageSizeTooLargeError": _LARGE,
    "RecordListTooLargeError": _LARGE,
    "RecordTooLargeError": _LARGE,
    "UnsupportedVersionError": _OLD,
    "IncompatibleBrokerVersion": _OLD,
    "UnrecognizedBrokerVersion": _OLD,
}

_OF_SOMETHING: Final = frozenset(
    {
        "UnknownTopicOrPartitionError",
        "TopicAuthorizationFailedError",
        "GroupAuthorizationFailedError",
        "TransactionalIdAuthorizationFailed",
    }
)
"""What else these say is the name of a topic, a group or an id."""

_NAMED: Final = r"(\[Error -?\d+\] )?\b({}|[A-Z]\w*(Error|Exception))\b(: ?|$)"
"""The class of an error as libraries put it before, or instead of, what they say."""

_ADDRESS: Final = re.compile(r"\('([^']+)', (\d+)")
"""An address as Python prints it."""


def in_words(error: BaseException) -> str:
    """What an error means, in one line: what is wrong, where, and what to look at.

    >>> in_words(TimeoutError())
    'the broker did not answer in time: is it overloaded, or the network slow?'
    >>> in_words(OSError(98, "while binding ('127.0.0.1', 6066): address already in use"))
    'port 6066 of 127.0.0.1 is in use by another program'
    """
    said = " ".join(str(error).split())
    if type(error).__module__.startswith("streams."):
        return said  # written for people already
    said = re.sub(_NAMED.format(type(error).__name__), "", said).strip()
    names = [each.__name__ for each in type(error).__mro__]
    meaning = next((_MEANING[name] for name in names if name in _MEANING), None)
    if meaning is not None:
        return f"{meaning} ({said})" if said and names[0] in _OF_SOMETHING else meaning
    addresses = " or ".join(f"{host}:{port}" for host, port in _ADDRESS.findall(said))
    if "bootstrap" in said and addresses:
        return f"no Kafka broker answers any longer at {addresses}"
    if isinstance(error, OSError):
        return _of_the_machine(error, said)
    if names[0] == "KafkaConnectionError":
        return f"the connection to Kafka broke: {said}" if said else "the connection to Kafka broke"
    if "KafkaError" in names:
        kind = re.sub(
            r"(?<=[a-z])(?=[A-Z])", " ", re.sub("(Error|Exception)$", "", names[0])
        ).lower()
        return f"Kafka: {kind}: {said}" if said else f"Kafka: {kind}"
    # What it says is for programmers, and may quote what came from the outside.
    return "an unforeseen failure; REACHLINE_TRACEBACK=1 shows where it comes from"


def _of_the_machine(error: OSError, said: str) -> str:
    address = _ADDRESS.search(said)
    if error.errno == errno.EADDRINUSE and address is not None:
        host, port = address.groups()
        return f"port {port} of {host} is in use by another program"
    if error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return said or "the machine refuses it without a word"
