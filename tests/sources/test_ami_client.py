"""A manager's server as it is met: over the wire, in pieces, with dirt, and not always in."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from streams.sources import ami_client
from streams.sources.ami_client import ManagerAwayError, ManagerRefusedError, connect
from streams.sources.ami_messages import Message
from tests.ami import SECRET, USER, Manager, joins, wire
from tests.brokers import free_port

TOLD = [joins(0, "1"), joins(1, "2")]


def heard(port: int, secret: str = SECRET) -> Iterator[Message]:
    return connect("127.0.0.1", port, USER, secret)


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("banner", [True, False])
def test_events_come_in_whatever_pieces(size: int, banner: bool) -> None:
    said = wire(TOLD)
    pieces: list[bytes | None] = [said[n : n + size] for n in range(0, len(said), size)]
    manager = Manager(pieces, banner=banner)
    try:
        events = heard(manager.port)
        assert next(events) == {}, "the login is done"
        found: list[Message] = []
        with pytest.raises(ManagerAwayError, match="has closed the connection"):
            found.extend(events)
    finally:
        manager.close()
    assert found[0] == {"event": "Reload", "module": "All"}, "it came before the answer"
    assert [{k: e[k] for k in t} for e, t in zip(found[1:], TOLD, strict=True)] == TOLD


def test_a_wrong_secret_is_refused_with_the_servers_word_and_not_repeated() -> None:
    manager = Manager()
    try:
        with pytest.raises(ManagerRefusedError) as caught:
            next(heard(manager.port, "wr0ng"))
    finally:
        manager.close()
    assert str(caught.value).endswith("the login is refused: Authentication failed")
    assert "wr0ng" not in str(caught.value) and manager.logins == 0


def test_nobody_there_or_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ManagerAwayError, match="Connection refused"):
        next(heard(free_port()))
    monkeypatch.setattr(ami_client, "_CONNECT", 0.2)
    other = socket.create_server(("127.0.0.1", 0))
    with other, pytest.raises(ManagerAwayError, match="no manager of an Asterisk, it seems"):
        next(heard(other.getsockname()[1]))


def test_a_silent_server_is_asked_and_one_that_says_nothing_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ami_client, "_SILENT", 0.2)
    monkeypatch.setattr(ami_client, "_LOOK", 0.05)
    manager = Manager([None])
    try:
        events = connect("127.0.0.1", manager.port, USER, SECRET, lambda: manager.pings >= 2)
        assert next(events) == {}
        assert [event["event"] for event in events if "event" in event] == ["Reload"]
        assert manager.pings >= 2, "whoever answers is there"
        manager.deaf = True
        with pytest.raises(ManagerAwayError, match="says nothing any more"):
            for _ in heard(manager.port):
                pass
    finally:
        manager.close()
