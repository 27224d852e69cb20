"""Which events of Asterisk's manager interface say something here, and what of them is kept."""

from typing import Final

from streams.sources.ami_messages import Message

MISSED: Final = "gap"
"""The event that is none of Asterisk's: from here on something may have been missed."""

_OLD_NAMES: Final = {"join": "queuecallerjoin", "leave": "queuecallerleave"}
"""Of Asterisk before 12."""

OF_USE: Final = frozenset(
    {
        *("queuecallerjoin", "queuecallerleave", "queuecallerabandon", "agentconnect"),
        *("agentcomplete", "agentdump", "agentringnoanswer", "blindtransfer", "attendedtransfer"),
        *("varset", "newexten", "userevent", "hangup", "fullybooted"),
        *_OLD_NAMES,
    }
)
"""Events that say something here."""

NAMES: Final = frozenset(
    {
        *("event", "timestamp", "uniqueid", "queue", "position", "originalposition", "holdtime"),
        *("talktime", "ringtime", "reason", "membername", "member", "interface", "calleridnum"),
        *("destuniqueid", "bridgedchannel", "variable", "value", "application", "appdata"),
        *("userevent", "record", "extension", "context", "transfereeuniqueid", "desttype"),
        *("destapp", "destbridgeuniqueid", "uptime", "result"),
    }
)
"""What is kept of an event; the rest says nothing here."""


def kind_of(message: Message) -> str:
    """What kind of event it is, by its newest name in small letters; empty if it is none."""
    kind = message.get("event", "").lower()
    return _OLD_NAMES.get(kind, kind)


def is_of_use(message: Message) -> bool:
    """Whether a message says something here: most of what a server tells does not."""
    kind = message.get("event", "").lower()
    if kind == "varset":
        return message.get("variable", "").upper() in ("QUEUESTATUS", "QUEUE_WITHDRAW_INFO")
    if kind == "newexten":
        return message.get("application", "").lower() == "queue"
    if kind == "userevent":
        return message.get("userevent", "").lower() == "reachline"
    return kind in OF_USE
