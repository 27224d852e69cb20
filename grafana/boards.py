"""What all dashboards but the wallboard have in common: head, source, way back, places."""

from collections.abc import Iterable
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink
from grafana_foundation_sdk.models import dashboard as models

from grafana.panels import at, chosen_source
from grafana.say import Say
from streams.domain.plan import Plan

Placed = tuple[Any, int, int, int, int]
"""A panel, how far from the left and from the top it is, how wide and how high."""


def begun(name: str, plan: Plan, say: Say, *, refresh: str, since: str) -> Dashboard:
    """A dashboard without panels yet, in one language.

    Args:
        name: of its texts and its address.
        plan: whose time zone it has.
        say: the texts.
        refresh: how often it asks again.
        since: the beginning of what it shows, which ends now.
    """
    return (
        Dashboard(say(f"{name}.title"))
        .uid(say.uid(name))
        .description(say(f"{name}.description"))
        .tags(["reachline", say.language])
        .refresh(refresh)
        .time(since, "now")
        .timezone(plan.entries.city.time_zone)
        .readonly()
        .with_variable(chosen_source(say))
        .link(link(say("links.wallboard"), f"/d/{say.uid('wallboard')}"))
    )


def link(title: str, url: str) -> DashboardLink:
    """A link in the head of a dashboard."""
    return DashboardLink(title).type(models.DashboardLinkType.LINK).url(url).icon("dashboard")


def filled(board: Dashboard, panels: Iterable[Placed]) -> Dashboard:
    """The dashboard with its panels, numbered in their order."""
    for index, (panel, *position) in enumerate(panels):
        board.with_panel(at(panel, *position).id(index + 1))
    return board
