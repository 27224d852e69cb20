"""The plan: lines, vendors, contracts, opening hours, holidays, maintenance, time zone."""

from streams.domain.plan.model import Contract, Exclusion, Measure, Terms, Vendor
from streams.domain.plan.plan import Plan
from streams.domain.plan.reader import Mistake, PlanError, check

__all__ = [
    "Contract",
    "Exclusion",
    "Measure",
    "Mistake",
    "Plan",
    "PlanError",
    "Terms",
    "Vendor",
    "check",
]
