"""An Asterisk's manager interface for tests: its events, written after the format, and its server.

Each scenario is told twice: by the interface, and by the lines that the log has of the same.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress

from streams.sources.ami_messages import Message
from tests.asterisk import BEGIN, log
from tests.certificates import Pair

USER, SECRET = "reachline", "g3heim"


def event(second: float, kind: str, call: str = "", **values: object) -> Message:
    """An event so many seconds after ``BEGIN``, of the channel that was made then."""
    uniqueid = f"{BEGIN}.{call}" if call else ""
    named = {key.lower(): str(value) for key, value in values.items()}
    stamp = f"{BEGIN + int(second)}.{round(second % 1 * 1e6):06}"
    found = {"event": kind, "timestamp": stamp, **named}
    if uniqueid:
        found["uniqueid"] = uniqueid
    return found


def joins(second: float, call: str, queue: str = "waste", number: str = "+3232210000") -> Message:
    return event(
        second, "QueueCallerJoin", call, Queue=queue, Position=1, Count=1, CallerIDNum=number
    )


def leaves(second: float, call: str, queue: str = "waste") -> Message:
    return event(second, "QueueCallerLeave", call, Queue=queue, Position=1, Count=0)


def gives_up(second: float, call: str, hold: int, queue: str = "waste") -> Message:
    return event(
        second, "QueueCallerAbandon", call,
        Queue=queue, Position=1, OriginalPosition=1, HoldTime=hold,
    )  # fmt: skip


def status(second: float, call: str, value: str) -> Message:
    return event(second, "VarSet", call, Variable="QUEUESTATUS", Value=value)


def answered(second: float, call: str, hold: int, queue: str = "waste") -> list[Message]:
    agent = event(
        second, "AgentConnect", call, Queue=queue, MemberName="PJSIP/71", Interface="PJSIP/71",
        HoldTime=hold, RingTime=4, DestUniqueid=f"{BEGIN}.9{call}",
    )  # fmt: skip
    return [leaves(second, call, queue), agent]


def over(second: float, call: str, reason: str, hold: int, talk: int) -> Message:
    return event(
        second, "AgentComplete", call, Queue="waste", MemberName="PJSIP/71",
        HoldTime=hold, TalkTime=talk, Reason=reason,
    )  # fmt: skip


def hangs_up(second: float, call: str) -> Message:
    return event(second, "Hangup", call, Cause=16)


def tries(second: float, call: str, queue: str = "waste") -> Message:
    return event(second, "Newexten", call, Application="Queue", AppData=f"{queue},,,,300")


def says(second: float, call: str, record: str) -> Message:
    return event(second, "UserEvent", call, UserEvent="Reachline", Record=record)


#: By name: what the interface tells, and the lines of the log.
SCENARIOS: dict[str, tuple[list[Message], list[str]]] = {
    "answered": (
        [joins(0, "1"), event(20, "AgentRingNoAnswer", "1", Queue="waste", MemberName="PJSIP/70",
                              RingTime=15000),
         *answered(28, "1", 28), over(88, "1", "caller", 28, 60), hangs_up(88, "1")],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (20, "1", "waste", "PJSIP/70", "RINGNOANSWER", 15000),
            (28, "1", "waste", "PJSIP/71", "CONNECT", 28, f"{BEGIN}.91", 4),
            (88, "1", "waste", "PJSIP/71", "COMPLETECALLER", 28, 60, 1)),
    ),
    "ended by the agent": (
        [joins(0, "1"), *answered(28, "1", 28), over(88, "1", "agent", 28, 60)],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (28, "1", "waste", "PJSIP/71", "CONNECT", 28, f"{BEGIN}.91", 4),
            (88, "1", "waste", "PJSIP/71", "COMPLETEAGENT", 28, 60, 1)),
    ),
    "hung up while waiting": (
        [joins(0, "1"), gives_up(12, "1", 12), leaves(12, "1"), hangs_up(12.2, "1")],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (12, "1", "waste", "NONE", "ABANDON", 1, 1, 12)),
    ),
    "timed out, and taken by another queue": (
        [joins(0, "1"), gives_up(30, "1", 30), leaves(30, "1"), status(30, "1", "TIMEOUT"),
         tries(30.5, "1", "1509"), joins(31, "1", "1509"), *answered(40, "1", 9, "1509")],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (30, "1", "waste", "NONE", "EXITWITHTIMEOUT", 1, 1, 30),
            (31, "1", "1509", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (40, "1", "1509", "PJSIP/71", "CONNECT", 9, f"{BEGIN}.91", 4)),
    ),
    "nobody there": (
        [joins(0, "1"), gives_up(5, "1", 5), leaves(5, "1"), status(5, "1", "LEAVEEMPTY")],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (5, "1", "waste", "NONE", "EXITEMPTY", 1, 1, 5)),
    ),
    "called back": (
        [joins(0, "1"), gives_up(9, "1", 9),
         event(9, "VarSet", "1", Variable="QUEUE_WITHDRAW_INFO", Value="Callback at 5"),
         leaves(9, "1"), status(9, "1", "WITHDRAW")],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (9, "1", "waste", "NONE", "WITHDRAW", 1, 1, 9, "Callback at 5")),
    ),
    "left by a key": (
        [joins(0, "1"), leaves(7, "1"), tries(8, "1", "1509"), joins(8, "1", "1509")],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (7, "1", "waste", "NONE", "EXITWITHKEY", 0, 1, 1, 7),
            (8, "1", "1509", "NONE", "ENTERQUEUE", "", "+3232210000", 1)),
    ),
    "given back by the agent": (
        [joins(0, "1"), event(10, "AgentDump", "1", Queue="waste", MemberName="PJSIP/70"),
         *answered(28, "1", 28)],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (10, "1", "waste", "PJSIP/70", "AGENTDUMP"),
            (28, "1", "waste", "PJSIP/71", "CONNECT", 28, f"{BEGIN}.91", 4)),
    ),
    "passed on": (
        [joins(0, "1"), *answered(28, "1", 28),
         event(60, "BlindTransfer", "", Result="Success", TransfereeUniqueid=f"{BEGIN}.1",
               Extension="1509", Context="internal"),
         over(60, "1", "transfer", 28, 32)],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (28, "1", "waste", "PJSIP/71", "CONNECT", 28, f"{BEGIN}.91", 4),
            (60, "1", "waste", "PJSIP/71", "BLINDTRANSFER", "1509", "internal", 28, 32, 1)),
    ),
    "joined to a colleague": (
        [joins(0, "1"), *answered(28, "1", 28),
         event(60, "AttendedTransfer", "", Result="Success", TransfereeUniqueid=f"{BEGIN}.1",
               DestType="Bridge", DestBridgeUniqueid="7-8"),
         over(60, "1", "transfer", 28, 32)],
        log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (28, "1", "waste", "PJSIP/71", "CONNECT", 28, f"{BEGIN}.91", 4),
            (60, "1", "waste", "PJSIP/71", "ATTENDEDTRANSFER", "BRIDGE", "7-8", 28, 32, 1)),
    ),
    "refused": (
        [says(2, "1", "NONE|NONE|MENUCHOICE|3|waste|2026-11"), tries(3, "1"),
         status(3, "1", "JOINEMPTY"), hangs_up(9, "1")],
        log((2, "1", "NONE", "NONE", "MENUCHOICE", 3, "waste", "2026-11"),
            (3, "1", "waste", "NONE", "BLOCKED", "JOINEMPTY"),
            (9, "1", "NONE", "NONE", "HANGUP")),
    ),
    "no number, and no queue of ours": (
        [joins(0, "1", "garden", "<unknown>"), gives_up(12, "1", 12, "garden"), hangs_up(12, "1")],
        log((0, "1", "garden", "NONE", "ENTERQUEUE", "", "", 1),
            (12, "1", "garden", "NONE", "ABANDON", 1, 1, 12)),
    ),
}  # fmt: skip


def wire(messages: Iterable[Message]) -> bytes:
    """Messages as a server sends them, with what else it says of a channel."""
    return b"".join(
        "".join(
            f"{name.title()}: {value}\r\n"
            for name, value in {**message, "privilege": "agent,all", "channel": "PJSIP/x"}.items()
        ).encode()
        + b"\r\n"
        for message in messages
    )


class Manager:
    """A manager's server: lets one user in, and says what it is told to, to one client at a time.

    Args:
        lives: what it says in each connection: pieces of bytes, after which it closes; None keeps
            the connection open.
        certificate: with which it speaks TLS.
    """

    def __init__(
        self,
        *lives: list[bytes | None],
        secret: str = SECRET,
        banner: bool = True,
        certificate: Pair | None = None,
    ) -> None:
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self._lives = [*lives]
        self._secret = secret
        self._banner = banner
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self.logins = 0
        self.pings = 0
        self.deaf = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            with connection, suppress(OSError):
                if self._tls is None:
                    self._talk(connection)
                    continue
                connection.settimeout(5)
                with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                    self._talk(encrypted)

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(0.05)
        if self._banner:
            for piece in (b"Asterisk Call ", b"Manager/9.0.0\r", b"\n"):
                connection.sendall(piece)
        challenge = "8511"
        for fields in self._actions(connection):
            name = fields.get("action")
            if name == "Challenge":
                # Events may come before the answer.
                connection.sendall(b"Event: Reload\r\nModule: All\r\n\r\nResponse: Success\r\n")
                connection.sendall(f"Challenge: {challenge}\r\n\r\n".encode())
            elif name == "Login":
                key = hashlib.md5((challenge + self._secret).encode()).hexdigest()
                if fields.get("key") != key or fields.get("username") != USER:
                    connection.sendall(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
                    return
                self.logins += 1
                connection.sendall(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")
                for piece in self._lives.pop(0) if self._lives else [None]:
                    if piece is None:
                        break
                    connection.sendall(piece)
                else:
                    return
            elif name == "Ping" and not self.deaf:
                self.pings += 1
                connection.sendall(b"Response: Success\r\nPing: Pong\r\n\r\n")

    def _actions(self, connection: socket.socket) -> Iterator[dict[str, str]]:
        rest = b""
        while not self._over.is_set():
            while b"\r\n\r\n" in rest:
                block, _, rest = rest.partition(b"\r\n\r\n")
                pairs = (line.partition(": ") for line in block.decode().splitlines())
                yield {name.lower(): value for name, _, value in pairs}
            try:
                read = connection.recv(4096)
            except TimeoutError:
                continue
            if not read:
                return
            rest += read
