"""PostgreSQL and MariaDB themselves, for the tests that no stand-in may answer.

Debian's packages `postgresql` and `mariadb-server` have them. Each is started here as a process
without rights, on loopback, in a directory that is gone afterwards. Neither runs as root, so
whoever is root gives it to the user that its package has made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.brokers import free_port
from tests.missing import missing

PASSWORD = "pä:ss/w@rd"
"""With what an address must escape."""

START_LIMIT = 60.0


class DatabaseServer:
    """A server of one kind; `connect()` gives a connection of its administrator."""

    kind = ""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=f"{self.kind}-", dir="/tmp"))
        self.port = free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self._user = self._other_user() if os.geteuid() == 0 else None
        self._own()

    def start(self) -> DatabaseServer:
        with (self.directory / "log").open("ab") as log:
            self._child = subprocess.Popen(
                self._command(),
                user=self._user,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.directory,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self._child.poll() is None:
            with suppress(Exception):
                self.connect().close()
                return self
            time.sleep(0.1)
        raise RuntimeError((self.directory / "log").read_text()[-2000:])

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self._child is not None:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
            self._child = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def connect(self) -> Any:
        raise NotImplementedError

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _other_user(self) -> str:
        raise NotImplementedError

    def _own(self) -> None:
        if self._user is not None:
            shutil.chown(self.directory, self._user)

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run(
            [*map(str, command)], user=self._user, capture_output=True, text=True,
            cwd=self.directory,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


class PostgreSQL(DatabaseServer):
    """Debian's PostgreSQL, with a password."""

    kind = "postgresql"

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        program = str(found[-1]) if found else shutil.which("postgres")
        if program is None:
            missing("needs PostgreSQL: apt-get install postgresql")
        self._bin = Path(program).parent
        super().__init__()
        secret = self.directory / "secret"
        secret.write_text(PASSWORD)
        if self._user is not None:
            shutil.chown(secret, self._user)
        self._run(
            self._bin / "initdb", "-D", self.directory / "data", "-U", "asterisk", "-E", "UTF8",
            "--no-locale", "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync",
        )  # fmt: skip

    def connect(self) -> Any:
        import psycopg

        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="asterisk", password=PASSWORD, dbname="postgres"
        )

    @property
    def address(self) -> str:
        return f"postgresql://asterisk:p%C3%A4%3Ass%2Fw%40rd@127.0.0.1:{self.port}/postgres"

    def _command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.directory,
            "fsync": "off",
            "shared_buffers": "8MB",
        }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self.directory / "data"), *settings]

    def _other_user(self) -> str:
        return _existing("postgres")


class MariaDB(DatabaseServer):
    """Debian's MariaDB, with a password."""

    kind = "mariadb"

    def __init__(self) -> None:
        program = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
        install = shutil.which("mariadb-install-db")
        if program is None or install is None:
            missing("needs MariaDB: apt-get install mariadb-server")
        self._program = program
        super().__init__()
        self._run(
            install, "--no-defaults", f"--datadir={self.directory / 'data'}", "--skip-test-db",
            "--auth-root-authentication-method=normal", f"--tmpdir={self.directory}",
        )  # fmt: skip
        (self.directory / "init.sql").write_text(
            "CREATE DATABASE IF NOT EXISTS asterisk;\n"
            f"CREATE USER IF NOT EXISTS asterisk@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON asterisk.* TO asterisk@'127.0.0.1';\n"
        )

    def connect(self) -> Any:
        import pymysql

        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="asterisk", password=PASSWORD.encode(),
            database="asterisk", connect_timeout=5,
        )  # fmt: skip

    @property
    def address(self) -> str:
        return f"mariadb://asterisk:p%C3%A4%3Ass%2Fw%40rd@127.0.0.1:{self.port}/asterisk"

    def _command(self) -> list[str]:
        return [
            self._program,
            "--no-defaults",
            f"--datadir={self.directory / 'data'}",
            f"--socket={self.directory / 'socket'}",
            f"--pid-file={self.directory / 'pid'}",
            f"--tmpdir={self.directory}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            f"--init-file={self.directory / 'init.sql'}",
            "--innodb-buffer-pool-size=8M",
            "--innodb-flush-log-at-trx-commit=2",
        ]

    def _other_user(self) -> str:
        return _existing("mysql")


def _existing(user: str) -> str:
    try:
        return pwd.getpwnam(user).pw_name
    except KeyError:
        return "nobody"
