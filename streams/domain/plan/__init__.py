"""The plan: lines, vendors, contracts, opening hours, holidays, maintenance, time zone."""

from streams.domain.plan.model import Contract, Exclusion, Measure, Terms, Vendor
from streams.domain.plan.plan import Plan

__all__ = ["Contract", "Exclusion", "Measure", "Plan", "Terms", "Vendor"]
