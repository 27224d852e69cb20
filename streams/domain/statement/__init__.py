"""The number that a vendor is paid by: a period's statement, its forecast, its restatement."""

from streams.domain.statement.assignments import Intervals
from streams.domain.statement.judging import Result
from streams.domain.statement.periods import Period, parse, period
from streams.domain.statement.statement import Statement, reach, statement

__all__ = ["Intervals", "Period", "Result", "Statement", "parse", "period", "reach", "statement"]
