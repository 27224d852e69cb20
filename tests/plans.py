"""Plans that more than one test asks: the committed example, and a town of two lines."""

from pathlib import Path

from streams.domain.plan import Plan

ANTWERP_FILE = Path(__file__).parents[1] / "deploy" / "plans" / "antwerp.toml"
ANTWERP = Plan.load(ANTWERP_FILE)


def town(zone: str = "UTC", of_each_line: str = "", rest: str = "") -> str:
    """A town of two lines: waste, which a vendor answers, and desk, which it answers itself."""
    return f"""
[city]
name = "Testburg"
time_zone = "{zone}"
languages = ["en", "nl"]

[[vendor]]
id = "scheldelijn"
name = "Scheldelijn Contact"
owner = "the shift lead"
receiver = "scheldelijn-oncall"

[[line]]
id = "waste"
names = {{ en = "Waste", nl = "Afval" }}
option = "3"
vendor = "scheldelijn"
{of_each_line}

[[line]]
id = "desk"
names = {{ en = "Desk", nl = "Loket" }}
{of_each_line}

{rest}
"""
