"""Files that people write: every mistake is found and reported at once, with its position."""

from difflib import get_close_matches
from typing import Any


class Check:
    """Collects mistakes; a check that fails does not stop the next."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def wrong(self, where: str, what: str) -> None:
        """Records a mistake."""
        self.mistakes.append(f"{where}: {what}")

    def table(self, value: Any, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.wrong(where, "must be a table")
            return {}
        for key in value.keys() - set(keys):
            near = get_close_matches(key, keys, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(keys)}"
            self.wrong(f"{where}.{key}", f"unknown; {hint}")
        return value

    def string(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or not value:
            self.wrong(where, "must be a text")
            return ""
        return value

    def strings(self, value: Any, where: str) -> tuple[str, ...]:
        """One text or a list of them, empty texts allowed."""
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(one, str) for one in values):
            self.wrong(where, "must be a text or a list of texts")
            return ()
        return tuple(values)

    def one_of(self, value: Any, where: str, known: tuple[str, ...]) -> str | None:
        if value is not None and value not in known:
            self.wrong(where, f"{value!r} is none of {', '.join(known)}")
        return value  # type: ignore[no-any-return]
