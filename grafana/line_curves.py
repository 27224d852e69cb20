"""One line's curves through the day, for its dashboard."""

from typing import Any, Final

from grafana import palette
from grafana.figures import asked
from grafana.panels import DASHED, Query, buckets, curves
from grafana.promql import CHOSEN_LINE
from grafana.say import Say, colour
from streams.sinks.prometheus import STATUS_WINDOW

QUARTER: Final = "15m"
HOUR: Final = "60m"


def _against(figure: str, target: str, say: Say) -> list[Query]:
    current = CHOSEN_LINE.current(figure, window=STATUS_WINDOW)
    before = f"max by (line) ({CHOSEN_LINE.raw(figure, window=STATUS_WINDOW)} offset 1w)"
    return [
        Query(
            before,
            say("line.against.week_before"),
            {"color": colour("#8A94A0"), "custom.fillOpacity": 0, "custom.lineWidth": 1},
        ),
        Query(
            current, say("line.against.today"), {"color": colour("#5BA3D9"), "custom.lineWidth": 3}
        ),
        Query(
            CHOSEN_LINE.target(target),
            say("line.against.target"),
            {"color": colour(palette.AT_RISK), **DASHED},
        ),
    ]


def reachability(say: Say) -> object:
    return curves(
        say("line.reachability.title"),
        say("line.reachability.description"),
        _against("reachability_ratio", "reachability_target_ratio", say),
        unit="percentunit",
        most=1,
    )


def service_level(say: Say) -> object:
    return curves(
        say("line.service_level.title"),
        say("line.service_level.description"),
        _against("contract_service_level_ratio", "service_level_target_ratio", say),
        unit="percentunit",
        most=1,
    )


def waits(say: Say) -> object:
    return buckets(
        say("line.waits.title"),
        say("line.waits.description"),
        CHOSEN_LINE.current("waits", "le", window=QUARTER),
        unit="s",
        interval=QUARTER,
    )


def dispositions(say: Say) -> object:
    return curves(
        say("line.dispositions.title"),
        say("line.dispositions.description"),
        [
            Query(
                CHOSEN_LINE.current("visits", window=QUARTER, disposition=disposition),
                say(f"dispositions.{disposition}"),
                {"color": colour(tint)},
            )
            for disposition, tint in palette.DISPOSITION_COLOURS.items()
        ],
        unit="none",
        bars=True,
        stacked=True,
        interval=QUARTER,
    )


def waiting(say: Say) -> object:
    return curves(
        say("line.waiting.title"),
        say("line.waiting.description"),
        [
            Query(
                CHOSEN_LINE.current("waiting"),
                say("line.waiting.waiting"),
                {"color": colour("#5BA3D9")},
            ),
            Query(
                CHOSEN_LINE.current("oldest_wait_seconds"),
                say("line.waiting.oldest_wait"),
                {
                    "unit": "s",
                    "custom.axisPlacement": "right",
                    "color": colour(palette.AT_RISK),
                    "custom.fillOpacity": 0,
                },
            ),
        ],
        unit="none",
    )


def menu(say: Say) -> object | None:
    """None where nobody measures it."""
    blue = {"color": colour("#5BA3D9")}
    words = say("line.menu.menu_time")
    queries = asked(CHOSEN_LINE, "menu_time", words, blue, window=HOUR)
    if not queries:
        return None
    return curves(
        say("line.menu.title"),
        say("line.menu.description"),
        queries,
        unit="s",
    )


def before_queue(say: Say) -> object:
    return curves(
        say("line.before_queue.title"),
        say("line.before_queue.description"),
        [
            *asked(
                CHOSEN_LINE,
                "abandonment",
                say("line.before_queue.while_waiting"),
                {"color": colour(palette.AT_RISK)},
                window=HOUR,
            ),
            *asked(
                CHOSEN_LINE,
                "menu_abandonment",
                say("line.before_queue.before_the_queue"),
                {"color": colour("#C98A3B")},
                window=HOUR,
            ),
        ],
        unit="percentunit",
    )


def resolution(say: Say) -> object:
    def figure(
        name: str, words: str, tint: str, form: str = "{}", filled: bool = False
    ) -> list[Query]:
        options: dict[str, Any] = {"color": colour(tint)}
        if not filled:
            options["custom.fillOpacity"] = 0
        said = say(f"line.resolution.{words}")
        return asked(CHOSEN_LINE, name, said, options, window=HOUR, form=form)

    return curves(
        say("line.resolution.title"),
        say("line.resolution.description"),
        [
            *figure("first_line_resolution", "resolved", "#5BA3D9", filled=True),
            *figure("first_line_resolution", "transferred", "#B57FC4", "1 - {}"),
            *figure("wrong_choice", "wrong_choice", "#C98A3B"),
            *figure("second_line_availability", "second_line", "#7FC8E8"),
        ],
        unit="percentunit",
        most=1,
    )
