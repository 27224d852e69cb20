"""Where an alert leads: its runbook, and the dashboard of what it is about."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "::1", ""))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class Links:
    """Where runbooks and dashboards are found.

    Attributes:
        runbooks: address of the directory that holds ``deploy/runbooks``.
        grafana: Grafana's address.
    """

    runbooks: str = "http://localhost:3000/public/runbooks"
    grafana: str = "http://localhost:3000"

    @property
    def of_this_machine(self) -> list[str]:
        """Which of the two lead to the machine of whoever reads them, where nothing is: settings
        that nobody has made yet."""
        named = {"runbooks": self.runbooks, "grafana": self.grafana}
        return [name for name, address in named.items() if _host(address) in _LOCAL]

    def runbook(self, alert: str) -> str:
        """The page on what to do about an alert of this name."""
        return f"{self.runbooks.rstrip('/')}/{alert}.md"

    def line(self, line: str) -> str:
        """The dashboard of one line."""
        return self.line_of(quote(line, safe=""))

    def line_of(self, variable: str) -> str:
        """The dashboard of the line that a text, quoted for an address already, stands for."""
        return f"{self._dashboard('reachline-line')}?var-line={variable}"

    def vendor_of(self, variable: str) -> str:
        """The dashboard of the vendor that a text, quoted already, stands for."""
        return f"{self._dashboard('reachline-vendor')}?var-vendor={variable}"

    @property
    def wallboard(self) -> str:
        """The dashboard of all lines."""
        return self._dashboard("reachline-wallboard")

    @property
    def pipeline(self) -> str:
        """The dashboard of the stream itself."""
        return self._dashboard("reachline-pipeline")

    def _dashboard(self, uid: str) -> str:
        return f"{self.grafana.rstrip('/')}/d/{uid}"
