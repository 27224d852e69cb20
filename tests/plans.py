"""Plans that more than one test asks: the committed example, and a town of two lines."""

from pathlib import Path

from streams.domain.plan import Plan

ANTWERP_FILE = Path(__file__).parents[1] / "deploy" / "plans" / "antwerp.toml"
ANTWERP = Plan.load(ANTWERP_FILE)
