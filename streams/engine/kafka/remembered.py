"""What a group keeps beside its offsets, for whoever joins it next.

With those of the partials go the ids of the inputs, of which another topic of the same name says
nothing (with a topic that is deleted its own offsets go), and the form in which the state and all
that is published were written.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from streams.engine.kafka.topics import INPUTS, PARTIALS

Committed = Mapping[TopicPartition, OffsetAndMetadata]

_FORM: Final = "form"


def metadata(ids: Mapping[str, str], form: int) -> str:
    """What is kept with an offset of the partials."""
    return orjson.dumps({**ids, _FORM: form}).decode()


def known_ids(committed: Committed) -> dict[str, str]:
    """The ids of the topics that were read."""
    for said in _said(committed):
        ids = {topic: each for topic, each in said.items() if topic in INPUTS}
        if ids:
            return ids
    return {}


def newest_form(committed: Committed) -> int:
    """The newest form in which anything was written; 0 where nothing is known of it."""
    forms = [said.get(_FORM) for said in _said(committed)]
    return max((form for form in forms if isinstance(form, int)), default=0)


def _said(committed: Committed) -> Iterator[dict[str, Any]]:
    for tp, offset in committed.items():
        if tp.topic == PARTIALS and offset.metadata:
            try:
                said = orjson.loads(offset.metadata)
            except orjson.JSONDecodeError:
                continue  # somebody else's, who has set the offsets
            if isinstance(said, dict):
                yield said
