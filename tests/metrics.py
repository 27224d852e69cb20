"""What the page of metrics says, as Prometheus reads it."""

import asyncio

from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from streams.sinks.metrics_page import MetricsPage
from streams.sinks.prometheus import ShownScopes, registry


def read(scopes: ShownScopes, *others: Collector) -> list[Metric]:
    """The families on the page of these scopes and whatever else is on it."""
    body, _ = asyncio.run(MetricsPage(scopes, registry(*others)).answer(""))
    return list(text_string_to_metric_families(body.decode()))


def value(families: list[Metric], name: str, **labels: str) -> float | None:
    """The value of one series; None where there is none."""
    for family in families:
        for sample in family.samples:
            if (sample.name, sample.labels) == (name, labels):
                return float(sample.value)
    return None
