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
  statement needs, a forecast of the rest by what was heard is a guess, and nobody is told of it.
"""

from typing import Final

from streams.domain.statement.hearing import ENOUGH
from streams.sinks.rules.schedule import OFFSET
from streams.sinks.rules.text import Alert
from streams.sinks.rules.wording import OWNER
from streams.sinks.words import TICKET, Links, Text

_BY: Final = "max by (vendor, contract, measure, line)"
_LEFT: Final = f"{_BY} (contact_vendor_period_misses_left)"
_LOST: Final = f"{_BY} (contact_vendor_period_lost_timestamp_seconds)"
_END: Final = f"{_BY} (contact_vendor_period_end_timestamp_seconds)"
_TOO_FEW: Final = f"{_BY} (contact_vendor_period_heard_ratio) < {float(ENOUGH)}"

_WHICH: Final = {
    "en": f"{OWNER['name']}, {{{{ $labels.measure }}}}"
    "{{ if $labels.line }} on {{ $labels.line }}{{ end }}",
    "nl": f"{OWNER['name']}, {{{{ $labels.measure }}}}"
    "{{ if $labels.line }} op {{ $labels.line }}{{ end }}",
}


def _figure(part: str, layout: str, which: str = "") -> str:
    query = (
        f'printf "contact_vendor_period_{part}{{vendor=%q,contract=%q,measure=%q,line=%q{which}}}" '
        "$labels.vendor $labels.contract $labels.measure $labels.line"
    )
    return f"{{{{ with {query} | query }}}}{{{{ (first .).Value | {layout} }}}}{{{{ end }}}}"


_FORECAST: Final = _figure("forecast_ratio", "humanizePercentage", ",bound='mid'")
_TARGET: Final = _figure("target_ratio", "humanizePercentage")
_LEFT_NOW: Final = _figure("misses_left", 'printf "%.0f"')
_DAY: Final = (
    f'{{{{ with printf "vector(%f) + {OFFSET}" $value | query }}}}'
    '{{ ((first .).Value | toTime).Format "2006-01-02" }}{{ end }}'
)


def alerts(links: Links) -> list[Alert]:
    """The period will be lost, the period is lost."""
    dashboard = links.vendor_of("{{ $labels.vendor | urlquery }}")
    return [
        Alert(
            "ContactVendorBudgetBurning",
            f"{_LOST}\n< {_END}\nand {_LEFT} > 0\nunless {_TOO_FEW}",
            TICKET,
            {
                "en": Text(
                    f"{_WHICH['en']}: the period's target will be lost on {_DAY}",
                    f"{_LEFT_NOW} misses are left before the target of {_TARGET} is out of reach; "
                    f"as things go the period ends at {_FORECAST}.",
                    f"Tell {OWNER['owner']} now, while there is something to be saved.",
                ),
                "nl": Text(
                    f"{_WHICH['nl']}: het doel van de periode gaat verloren op {_DAY}",
                    f"Nog {_LEFT_NOW} missers en het doel van {_TARGET} is buiten bereik; zoals "
                    f"het nu gaat eindigt de periode op {_FORECAST}.",
                    f"Meld het nu aan {OWNER['owner']}, zolang er nog iets te redden valt.",
                ),
            },
            dashboard,
            wait="2h",  # a bad hour in the morning is not yet a forecast
            keep="1d",
        ),
        Alert(
            "ContactVendorBudgetSpent",
            f"{_LEFT} <= 0\nunless {_TOO_FEW}",
            TICKET,
            {
                "en": Text(
                    f"{_WHICH['en']}: the period's target is lost",
                    f"Too many calls were missed for the target of {_TARGET}: as things go the "
                    f"period ends at {_FORECAST}. The statement will say what follows from it.",
                    f"Agree with {OWNER['owner']} on the rest of the period.",
                ),
                "nl": Text(
                    f"{_WHICH['nl']}: het doel van de periode is verloren",
                    f"Er zijn te veel oproepen gemist voor het doel van {_TARGET}: zoals het nu "
                    f"gaat eindigt de periode op {_FORECAST}. De afrekening zegt wat "
                    "daaruit volgt.",
                    f"Spreek met {OWNER['owner']} af wat met de rest van de periode gebeurt.",
                ),
            },
            dashboard,
            wait="15m",
        ),
    ]
