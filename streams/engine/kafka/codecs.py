"""Whether values can be read that producers compress, in whatever way Kafka has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from aiokafka import codec

CODECS: Final = ("gzip", "snappy", "lz4", "zstd")
"""The codecs of Kafka's producers."""

_SAMPLE: Final = b'{"event":"queue","phase":"entered"}' * 32


def missing() -> list[str]:
    """The codecs that this installation can't read."""
    return [name for name in CODECS if not _works(name)]


def said(names: Collection[str]) -> str:
    """That these are missing, and what to do."""
    return (
        f"compression: {', '.join(names)} can't be read, and a worker would end at the first "
        "value that is compressed so; `pip install -r requirements.lock`, or "
        "`pip install 'aiokafka[snappy,lz4,zstd]'`"
    )


def _works(name: str) -> bool:
    """Whether a value survives compression and back, with the functions of aiokafka."""
    encode = getattr(codec, f"{name}_encode")
    decode = getattr(codec, f"{name}_decode")
    try:
        return bool(decode(encode(_SAMPLE)) == _SAMPLE)
    except Exception:  # each library has errors of its own; any of them means no
        return False
