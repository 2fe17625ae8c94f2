"""
The kill matrix: whatever breaks in the middle of a run, the run ends, and its end is true.

Each case prints its seed and the time from the fault to the run's end.
"""

from __future__ import annotations

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.scene import Scene

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def test_a_run_ends_truly_whatever_breaks(scene: Scene, fault: str) -> None:
    """Every item is accounted for once, the end is told once, and only calls that were in flight are made again."""
    FAULTS[fault](scene)

    scene.assert_whole()


@pytest.mark.rabbitmq
@pytest.mark.usefixtures("over_rabbitmq")
def test_a_run_over_rabbitmq_ends_truly_whatever_breaks(scene: Scene, fault_over_rabbitmq: str) -> None:
    """The guarantee is the ledger's, not that of a broker."""
    FAULTS[fault_over_rabbitmq](scene)

    scene.assert_whole()
