"""Which compressions can be read."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import codec

from streams.engine.kafka import codecs
from tests.wire import BROKEN, breaks


def test_all_are_there() -> None:
    assert codecs.missing() == []


@pytest.mark.parametrize("answer", BROKEN)
def test_one_that_does_not_give_back_what_it_was_given(
    monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setattr(codec, "lz4_decode", breaks(answer))
    assert codecs.missing() == ["lz4"]
    assert codecs.said(["lz4"]).startswith("compression: lz4 can't be read")
