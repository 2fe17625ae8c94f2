"""The boundary around a family's code: nothing gets past it, also not what is meant to end a process."""

from __future__ import annotations

import sys
from asyncio import CancelledError

import pytest

from domain.jobs.item import Item, Outcome
from tests.contract.building import US, numbers
from tests.kernel.family import ScriptedFamily
from tests.kernel.world import Kernel


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), CancelledError("stop")])
def test_what_would_end_a_process_ends_an_item(error: BaseException) -> None:
    """Somebody's target calls sys.exit(): the thread's death must not leave the item to its deadline."""

    def work(_: Item) -> Outcome:
        raise error

    it = Kernel(family=ScriptedFamily(work=work))
    job = it.sent(1)

    assert it.worker().execute(US, job.id, numbers(0)).settled == ((0, "failed"),)
    [item] = it.items(job.id)
    assert item.outcome is not None
    assert item.outcome.failure is not None
    assert item.outcome.failure.message.startswith(type(error).__name__)


def test_a_target_that_exits_is_an_internal_failure() -> None:
    """The message says what the code did, as for any other mistake in it."""

    def work(_: Item) -> Outcome:
        sys.exit("no configuration")

    it = Kernel(family=ScriptedFamily(work=work))
    job = it.sent(1)
    it.run()

    [item] = it.items(job.id)
    assert item.outcome is not None
    assert item.outcome.failure is not None
    assert (item.outcome.failure.kind, item.outcome.failure.message) == ("internal", "SystemExit: no configuration")
