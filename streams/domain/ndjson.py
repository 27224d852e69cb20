"""Events as lines of JSON, as files and topics hold them."""

from typing import Final

import msgspec

from streams.domain.events import TYPES, Event, kind


def ndjson(event: Event) -> bytes:
    """The event as a line of JSON, without the fields that say nothing."""
    said = {"event": kind(event)}
    for field, default in _DEFAULTS[type(event)]:
        value = getattr(event, field)
        if value != default:
            said[field] = value
    return msgspec.json.encode(said) + b"\n"


_DEFAULTS: Final = {
    type_: [(field.name, field.default) for field in msgspec.structs.fields(type_)]
    for type_ in TYPES.values()
}
