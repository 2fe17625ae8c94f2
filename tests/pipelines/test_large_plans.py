"""A job of 100,000 items: what it may take of the process' memory, and of the broker's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from domain.jobs.job import JobStatus
from tests.pipelines.large_run import INPUT_SIZE, Ran

ITEMS = 100_000
ENOUGH = 10_000
ROOT = Path(__file__).parents[2]
PATIENCE_S = 850
"""Half a minute of processor time is many minutes where others use it, too."""

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A job of 100,000 items on SQLite, planned whole, and cancelled when a tenth of it has run."""
    folder = tmp_path_factory.mktemp("large")
    command = [
        sys.executable,
        "-m",
        "tests.pipelines.large_run",
        str(ITEMS),
        str(ENOUGH),
        f"sqlite:///{folder / 'antiphon.db'}",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    return Ran(**json.loads(done.stdout))


def test_a_plan_of_100_000_items_is_accepted_cut_and_accounted_for(ran: Ran) -> None:
    """Every piece is accounted for exactly once, however many there are."""
    assert (ran.planned, ran.succeeded + ran.cancelled) == (ITEMS, ITEMS)
    assert ran.succeeded >= ENOUGH
    assert ran.status == JobStatus.CANCELLED
    assert ran.shards > 100


def test_a_large_plan_is_never_in_memory_as_a_whole(ran: Ran) -> None:
    """The inputs alone are 100 MB; as Python objects they would be several times that."""
    inputs_kb = ITEMS * INPUT_SIZE // 1024

    assert ran.growth_kb < inputs_kb / 2


def test_the_broker_never_holds_more_of_a_job_than_its_window(ran: Ran) -> None:
    """The broker's memory is shared by all jobs; 100,000 messages of one would push the others out."""
    assert ran.most_messages <= ran.window * ran.messages_a_shard
