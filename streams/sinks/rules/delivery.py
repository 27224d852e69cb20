"""Whether alerts reach anybody: the stream's own, those of Prometheus, and those of next year."""

from streams.sinks.annotations import NONE, PAGE, TICKET
from streams.sinks.links import Links
from streams.sinks.rules.rule import Alert


def alerts(links: Links) -> list[Alert]:
    """The stream can't deliver, and what it could not deliver."""
    # The worker that has the alert is the one whose delivery counts.
    unposted = (
        'max by (line, vendor, kind) (\n  contact_alert_open{severity="page"} == 1\n'
        "  unless on (job, instance) contact_alertmanager_up == 1\n)"
    )
    return [
        Alert(
            "ContactAlertDeliveryFailing",
            "contact_alert_delivery_failing == 1",
            TICKET,
            links.pipeline,
            wait="2m",
        ),
        Alert(
            "ContactAlertUndelivered",
            unposted,
            PAGE,
            links.line_of("{{ $labels.line | urlquery }}"),
            wait="1m",
            keep="5m",  # does not end and begin again with every scrape that fails
        ),
        Alert(
            "ContactAlertmanagerUnreachable",
            "max by (alertmanager) (contact_alertmanager_up) == 0",
            TICKET,
            links.pipeline,
            wait="5m",
        ),
    ]


def watchdog(links: Links) -> Alert:
    """Always fires. Its absence shows a watcher outside that no alert would be delivered."""
    return Alert(
        "ContactWatchdog",
        "vector(1)",
        NONE,
        links.pipeline,
    )


def outdated(links: Links, until: str, notice: str) -> Alert:
    """The years that these rules cover come to an end."""
    return Alert(
        "ContactRulesOutdated",
        f"vector({until}) - time() < {notice}",
        TICKET,
        links.pipeline,
        wait="1h",
    )
