"""Reachline: live reachability, service level and vendor statements for a city's phone lines."""

__version__ = "0.1.1"
