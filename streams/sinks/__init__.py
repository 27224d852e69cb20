"""Where figures go: Prometheus, Alertmanager, the live page, reports, journeys, dead letters."""
