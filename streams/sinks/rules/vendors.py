"""The budget of a vendor's period: misses left before the month is lost, as tickets.

Nobody is woken for a percentage of the month; but somebody should know while there is still a month
to be saved. The stream computes what PromQL can't (calendar periods in the city's time zone, each
visit by its own contract) and exports per vendor, contract, measure and line (empty when pooled):

- ``contact_vendor_period_misses_left``: misses until the target is out of reach in this period, by
  the volume that is expected of its rest; 0 or less when it is lost;
- ``contact_vendor_period_forecast_ratio`` (at the bound ``mid``) and
  ``contact_vendor_period_target_ratio``: where the figure will end, and where it should;
- ``contact_vendor_period_lost_timestamp_seconds``: when the forecast says that the last miss will
  be spent; absent when it won't;
- ``contact_vendor_period_end_timestamp_seconds``: when the period ends;
- ``contact_vendor_period_heard_ratio``: the share heard of the hours open so far. Below what a
  statement needs, a forecast of the rest by what was heard is a guess, and nobody is alerted.
"""

from typing import Final

from streams.domain.statement.heard import ENOUGH
from streams.sinks.annotations import TICKET
from streams.sinks.links import Links
from streams.sinks.rules.rule import Alert

_BY: Final = "max by (vendor, contract, measure, line)"
_LEFT: Final = f"{_BY} (contact_vendor_period_misses_left)"
_LOST: Final = f"{_BY} (contact_vendor_period_lost_timestamp_seconds)"
_END: Final = f"{_BY} (contact_vendor_period_end_timestamp_seconds)"
_TOO_FEW: Final = f"{_BY} (contact_vendor_period_heard_ratio) < {float(ENOUGH)}"


def alerts(links: Links) -> list[Alert]:
    """The period will be lost, the period is lost."""
    dashboard = links.vendor_of("{{ $labels.vendor | urlquery }}")
    return [
        Alert(
            "ContactVendorBudgetBurning",
            f"{_LOST}\n< {_END}\nand {_LEFT} > 0\nunless {_TOO_FEW}",
            TICKET,
            dashboard,
            wait="2h",  # a bad hour in the morning is not yet a forecast
            keep="1d",
        ),
        Alert(
            "ContactVendorBudgetSpent",
            f"{_LEFT} <= 0\nunless {_TOO_FEW}",
            TICKET,
            dashboard,
            wait="15m",
        ),
    ]
