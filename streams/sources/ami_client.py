"""A connection to Asterisk's manager interface: logs in, and hands over what the server tells.

A reader of our own: panoramisk 1.4, the client that is best kept, decodes each packet by itself, so
that a letter that two packets share is lost; it buffers without bound, dispatches to callbacks that
nobody can hold back, and tries again every two seconds for ever without a word about what was
missed. What is needed here is a tenth of it: log in, read events, notice that nobody answers.
"""

import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Final

from streams.sources.ami_messages import Message, Messages, action

_CONNECT: Final = 10.0
"""Seconds for a connection, and for each answer before events come."""

_SILENT: Final = 30.0
"""Seconds of silence after which the server is asked whether it is there; it is not when it says
nothing for as long again."""

_LOOK: Final = 0.5
"""Seconds between two looks whether it is to end, while nothing comes."""

_CHUNK: Final = 1 << 16


class ManagerAwayError(Exception):
    """The server can't be reached, or has gone; the message says why."""


class ManagerRefusedError(Exception):
    """The server does not let this user in, or is not the one that it should be; the message says
    why."""


def tls_context(ca: str | None) -> ssl.SSLContext:
    """What TLS goes by: the server's certificate must be of its host, and signed by this CA, or by
    one that the machine trusts.

    Args:
        ca: a file of certificates in PEM.

    Raises:
        OSError: the file can't be read, or has no certificate.
    """
    context = ssl.create_default_context(cafile=ca)
    # Python 3.13 refuses CAs without an AKI, such as Asterisk's own script makes.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def connect(
    host: str,
    port: int,
    user: str,
    secret: str,
    stopped: Callable[[], bool] = lambda: False,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Message]:
    """Events as they come; the first that is given says that the login is done, and has none.

    Args:
        stopped: asked when nothing has come for a while; True ends it.
        tls: what it goes by, as of ``tls_context``; without it, in the open.

    Raises:
        ManagerAwayError: it can't be reached, or the connection has ended.
        ManagerRefusedError: it does not let this user in, or its certificate is not trusted.
    """
    where = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), _CONNECT)
        if tls is not None:
            connection = _encrypted(connection, tls, host)
    except ssl.SSLCertVerificationError as error:
        raise ManagerRefusedError(
            f"{where}: its certificate is not trusted: {error.verify_message}"
        ) from error
    except ssl.SSLError as error:
        raise ManagerAwayError(
            f"{where}: speaks no TLS, or none that is understood here ({error.reason}): is it the "
            "port of tlsbindaddr?"
        ) from error
    except OSError as error:
        raise ManagerAwayError(f"{where}: {error.strerror or error}") from error
    with connection:
        yield from _Session(connection, where, stopped).events(user, secret)


def _encrypted(connection: socket.socket, tls: ssl.SSLContext, host: str) -> socket.socket:
    try:
        return tls.wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


class _Session:
    def __init__(self, connection: socket.socket, where: str, stopped: Callable[[], bool]) -> None:
        self._connection = connection
        self._where = where
        self._stopped = stopped
        self._messages = Messages()
        self._come: list[Message] = []

    def events(self, user: str, secret: str) -> Iterator[Message]:
        challenge = self._answer(action("Challenge", AuthType="MD5"))
        if challenge.get("response") != "Success":
            raise self._refused(challenge)
        key = hashlib.md5(
            (challenge.get("challenge", "") + secret).encode(), usedforsecurity=False
        ).hexdigest()
        login = action("Login", AuthType="MD5", Username=user, Key=key, Events="on")
        answer = self._answer(login)
        if answer.get("response") != "Success":
            raise self._refused(answer)
        yield {}
        asked = False
        heard = time.monotonic()
        self._connection.settimeout(_LOOK)
        while not self._stopped():
            while self._come:
                yield self._come.pop(0)
            try:
                self._read()
                asked, heard = False, time.monotonic()
            except TimeoutError:
                silent = time.monotonic() - heard
                if silent > 2 * _SILENT:
                    raise ManagerAwayError(f"{self._where}: says nothing any more") from None
                if silent > _SILENT and not asked:
                    self._send(action("Ping"))
                    asked = True

    def _answer(self, question: bytes) -> Message:
        """The answer to an action; events that come before it wait."""
        self._send(question)
        waiting: list[Message] = []
        try:
            while True:
                while self._come:
                    message = self._come.pop(0)
                    if "response" in message:
                        return message
                    waiting.append(message)
                self._read()
        except TimeoutError:
            version = self._messages.version or "no manager of an Asterisk, it seems"
            raise ManagerAwayError(f"{self._where}: does not answer ({version})") from None
        finally:
            self._come = waiting + self._come

    def _read(self) -> None:
        """Reads what has come. Raises TimeoutError where nothing has."""
        try:
            read = self._connection.recv(_CHUNK)
        except TimeoutError:
            raise
        except OSError as error:
            raise ManagerAwayError(f"{self._where}: {error.strerror or error}") from error
        if not read:
            raise ManagerAwayError(f"{self._where}: has closed the connection")
        self._come += self._messages.feed(read)

    def _send(self, question: bytes) -> None:
        try:
            self._connection.sendall(question)
        except OSError as error:
            raise ManagerAwayError(f"{self._where}: {error.strerror or error}") from error

    def _refused(self, answer: Message) -> ManagerRefusedError:
        why = answer.get("message", "no reason given")
        return ManagerRefusedError(f"{self._where}: the login is refused: {why}")
