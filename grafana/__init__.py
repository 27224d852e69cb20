"""Dashboards as code: from a plan to the JSON that Grafana provisions.

``python -m grafana.generate --plan deploy/plans/antwerp.toml`` writes ``dashboards/``, one folder
per language. What is shown is decided in one module per dashboard; the states and their colours in
`palette`; how a figure is asked for so that nothing stale passes for fresh in `promql`.
"""
