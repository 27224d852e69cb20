"""The forms of the records of ours, and how they live through releases.

Every record on a topic of ours says in a header in which form its value is. The code knows one
form, the newest; a *step* tells, record by record, a value of the form before in the newest, and
back. So nothing but the step knows that there was another form.

A release reads every form from ``OLDEST`` on. The workers of a group write the newest form that all
of them read: each says when it joins which one that is, and whoever shares out the partitions says
what it comes to. So the old and the new release work side by side, and one can go back to the old
one as long as one of it was there, or a worker was held back by the setting ``form``. A worker that
meets a form that it does not know ends with a sentence, before it joins.

A new count needs no new form: counts are stored by their ids, what is missing is 0, and an id that
nobody knows is passed over.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from aiokafka import ConsumerRecord

from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.kafka.record_by_record import readable
from streams.engine.kafka.topics import INPUTS

log = logging.getLogger(__name__)

OLDEST: Final = 4
"""The oldest form that is read: that of release 0.2. Release 0.1 wrote no header."""

FORM_HEADER: Final = "form"
"""The header's name; its value is the number in decimal digits."""

Headers = list[tuple[str, bytes]]

Told = Callable[[str, bytes, bytes], bytes]
"""Tells a value otherwise, given its topic, its key and itself."""


class Step(NamedTuple):
    """From one form to the next.

    Attributes:
        up: tells a value of the form before in this step's form.
        down: the way back.
    """

    up: Told
    down: Told


FORM_STEPS: Final[Sequence[Step]] = ()
"""The steps from ``OLDEST`` on, in their order."""

NEWEST: Final = OLDEST + len(FORM_STEPS)
"""The form that the code reads and makes."""


class FormError(Exception):
    """Something was written in a form that this release does not know; the message says so."""


class Written:
    """The form that is written now.

    Args:
        held: the setting ``form``: a form that must not be exceeded, or 0.

    Attributes:
        claimed: the newest form that this worker would write.
        form: the one that it writes; until a group says another, the one that it would.
    """

    def __init__(self, held: int = 0) -> None:
        self.claimed = min(held or NEWEST, NEWEST)
        self.form = self.claimed

    def agreed(self, form: int) -> None:
        """The group has come to this form."""
        if form != self.form:
            log.info("records are written in another form", extra={"form": form, "was": self.form})
        self.form = form

    def headers(self, topic: str) -> Headers:
        """What records on a topic carry; events of the inputs are not ours."""
        return [] if topic in INPUTS else [(FORM_HEADER, b"%d" % self.form)]

    def told(self, outputs: Outputs) -> Outputs:
        """Outputs in the form that is written, given those in the newest."""
        if self.form == NEWEST:
            return outputs
        return {
            (topic, partition): [self._down(topic, *record) for record in records]
            if topic not in INPUTS
            else records
            for (topic, partition), records in outputs.items()
        }

    def _down(self, topic: str, key: bytes, value: bytes | None) -> Record:
        if value is not None:
            for step in reversed(FORM_STEPS[self.form - OLDEST :]):
                value = step.down(topic, key, value)
        return key, value


def read(
    records: "list[ConsumerRecord[bytes, bytes]]", newer_too: bool = False
) -> "list[ConsumerRecord[bytes, bytes]]":
    """Those of some records of a topic of ours that can be read, in the newest form.

    Args:
        records: as they are in the topic.
        newer_too: gives those of a newer release as they are. A rebuild, by which people go back,
            asks for no more than their keys and what is published for others to read.

    Raises:
        FormError: one is in a newer form than this release knows.
    """
    if all(record.headers == _NEWEST for record in records):
        return records
    return [_up(record, newer_too) for record in readable(records)]


_NEWEST: Final = ((FORM_HEADER, b"%d" % NEWEST),)


def _up(record: "ConsumerRecord[bytes, bytes]", newer_too: bool) -> "ConsumerRecord[bytes, bytes]":
    form = form_of(record.headers)
    if form > NEWEST and not newer_too:
        raise FormError(
            f"{record.topic}: partition {record.partition}, offset {record.offset}: {newer(form)}"
        )
    if form >= NEWEST or record.key is None or record.value is None:
        return record
    value = record.value
    for step in FORM_STEPS[form - OLDEST :]:
        value = step.up(record.topic, record.key, value)
    return replace(record, value=value)


def form_of(headers: Sequence[tuple[str, bytes]]) -> int:
    """The form that a record's headers say.

    What release 0.1 wrote says none, and neither does what somebody else wrote into a topic of
    ours. Either is given as it is: whoever reads it knows what was before ``OLDEST``.
    """
    for name, value in headers:
        if name == FORM_HEADER and value.isdigit():
            return max(int(value), OLDEST)
    return NEWEST


def newer(form: int) -> str:
    """What is said of a form that this release does not know."""
    return (
        f"written in form {form} by a newer release, and this one knows up to {NEWEST}: run the "
        "newer one, or go back as `deploy/upgrade.md` says"
    )
