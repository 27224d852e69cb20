"""A manager's server as it is met: over the wire, in pieces, with dirt, and not always in."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.sources import ami_client
from streams.sources.ami_client import ManagerAwayError, ManagerRefusedError, connect, tls_context
from streams.sources.ami_messages import Message
from tests.ami import SECRET, USER, Manager, joins, wire
from tests.brokers import free_port
from tests.certificates import Authority, an_authority

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


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("ca"))


def over_tls(manager: Manager, ca: Path | None, host: str = "127.0.0.1") -> Iterator[Message]:
    tls = tls_context(None if ca is None else str(ca))
    return connect(host, manager.port, USER, SECRET, lambda: manager.pings > 0, tls)


@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_over_tls_events_come_as_they_do_in_the_open(
    size: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami_client, "_SILENT", 0.2)
    monkeypatch.setattr(ami_client, "_LOOK", 0.05)
    said = wire(TOLD * 50)
    pieces: list[bytes | None] = [said[n : n + size] for n in range(0, len(said), size)]
    manager = Manager([*pieces, None], certificate=authority.issue("pbx", "IP:127.0.0.1"))
    try:
        found = [event for event in over_tls(manager, authority.certificate) if "uniqueid" in event]
    finally:
        manager.close()
    assert len(found) == 100 and manager.pings, "and silence is noticed as there"


def test_a_server_that_is_not_the_one_is_not_told_the_secret(
    authority: Authority, tmp_path: Path
) -> None:
    right = authority.issue("right", "IP:127.0.0.1")
    other = authority.issue("other", "DNS:pbx.example")
    stranger = an_authority(tmp_path).certificate
    for certificate, ca, why in (
        (right, stranger, "its certificate is not trusted: unable to get local issuer"),
        (right, None, "its certificate is not trusted: unable to get local issuer"),
        (other, authority.certificate, "its certificate is not trusted: IP address mismatch"),
    ):
        manager = Manager([None], certificate=certificate)
        try:
            with pytest.raises(ManagerRefusedError, match=why):
                next(over_tls(manager, ca))
        finally:
            manager.close()
        assert manager.logins == 0


def test_tls_to_a_port_in_the_open_and_the_other_way(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami_client, "_CONNECT", 1.0)
    manager = Manager([None])
    try:
        with pytest.raises(ManagerAwayError, match=r"speaks no TLS.*tlsbindaddr"):
            next(over_tls(manager, authority.certificate))
    finally:
        manager.close()
    manager = Manager([None], certificate=authority.issue("closed", "IP:127.0.0.1"))
    try:
        with pytest.raises(ManagerAwayError):
            next(heard(manager.port))
    finally:
        manager.close()
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(ManagerAwayError, match="timed out"):
        next(
            connect(
                *("127.0.0.1", silent.getsockname()[1], USER, SECRET),
                tls=tls_context(str(authority.certificate)),
            )
        )


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
