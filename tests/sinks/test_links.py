"""An alert leads to its runbook and to the dashboard of what it is about."""

import pytest

from streams.sinks.links import Links


@pytest.mark.parametrize("end", ["", "/"])
def test_addresses_may_end_in_a_slash_or_not(end: str) -> None:
    links = Links(f"https://a.example/r{end}", f"https://b.example/g{end}")
    assert links.runbook("ContactCitySilent") == "https://a.example/r/ContactCitySilent.md"
    assert links.wallboard == "https://b.example/g/d/reachline-wallboard"
    assert links.pipeline == "https://b.example/g/d/reachline-pipeline"


def test_links_that_lead_to_the_readers_own_machine_are_known() -> None:
    assert Links().of_this_machine == ["runbooks", "grafana"]
    assert Links("https://a.example/r", "http://127.0.0.1:3000").of_this_machine == ["grafana"]
    assert Links("https://a.example/localhost", "http://[::1]/").of_this_machine == ["grafana"]
    assert Links("https://localhost.example", "http://[oops").of_this_machine == ["grafana"]


def test_no_name_of_a_line_breaks_out_of_the_address() -> None:
    address = Links(grafana="https://b.example").line("a line/of 50 %&var-line=others")
    assert address == (
        "https://b.example/d/reachline-line?var-line=a%20line%2Fof%2050%20%25%26var-line%3Dothers"
    )


def test_what_prometheus_quotes_itself_is_not_quoted_twice() -> None:
    links = Links(grafana="https://b.example")
    name = "{{ $labels.line | urlquery }}"
    assert links.line_of(name).endswith(f"/d/reachline-line?var-line={name}")
    assert links.vendor_of(name).endswith(f"/d/reachline-vendor?var-vendor={name}")
