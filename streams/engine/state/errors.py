"""When stored records can't be used."""

from typing import Final

REMEDY: Final = "stop the workers and run `reachline rebuild`"
"""What to do about a state that is damaged."""


class StateError(Exception):
    """The stored state can't be used; the message says why and what to do."""
