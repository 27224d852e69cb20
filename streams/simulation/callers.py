"""How callers and agents behave: the numbers of the simulated city.

Shares are probabilities; times are means in seconds. Menus, talks and patience are drawn from the
distributions that call centres show: log-normal for what people do, exponential for patience
(Brown et al., "Statistical Analysis of a Telephone Call Center", 2005).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is typical of the city's callers and agents."""

    menu: float = 13.0
    """Seconds to the choice: Antwerp's menu since it was shortened; 80 before."""
    menu_hangup: float = 0.04
    wrong_choice: float = 0.05
    """Callers who choose another line than the one that can help them."""
    before_queue: float = 0.01
    """Callers who hang up between choice and queue."""
    patience: float = 150.0
    callback: float = 0.04
    """Callers who accept a callback, after one to two minutes."""
    callback_kept: float = 0.85
    voicemail: float = 0.02
    """Callers who leave a message, after three minutes."""
    error: float = 0.001
    """Calls that break in the queue."""
    lap: float = 150.0
    """Seconds in the queue after which a caller overflows, and keeps the position in it."""
    longest_queue: int = 60
    """Callers who can wait at a line; the next one hears that it is full."""
    talks: tuple[float, ...] = (260.0, 190.0, 140.0, 210.0)
    """Mean talk of each first line, in their order; repeated for more lines."""
    talk_spread: float = 0.8
    """Standard deviation of the talk's logarithm."""
    ring: float = 3.0
    wrap_up: float = 20.0
    second_line: float = 0.15
    """Answered calls that only a second line can help."""
    again: float = 0.5
    """Callers in vain who call again, most within half an hour."""
    withheld: float = 0.08
    """Callers without a pseudonym: number withheld."""
    known: float = 0.1
    """Callers who called lately about something else."""
    per_hour: float = 130.0
    """Calls of the city in an hour of an average working day, where the plan does not say:
    294,000 calls a year."""


USUAL: Final = Behaviour()
