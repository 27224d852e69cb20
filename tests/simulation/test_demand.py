"""How many agents it takes that callers are answered in time."""

import pytest

from streams.domain.instants import SECOND
from streams.simulation.demand import agents


class TestStaffing:
    def test_erlang_c_as_published(self) -> None:
        # 360 calls/h of 240 s, 28 agents: 76.130 %; 200/h of 180 s, 14 agents: 88.835 %.
        assert agents(360, 240, 20 * SECOND, 0.76130) == pytest.approx(28, abs=0.01)
        assert agents(200, 180, 20 * SECOND, 0.88835) == pytest.approx(14, abs=0.01)

    def test_nobody_calls_nobody_is_needed(self) -> None:
        assert agents(0, 240, 20 * SECOND, 0.8) == 0
