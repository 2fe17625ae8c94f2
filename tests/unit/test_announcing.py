"""From the facts in the outbox to what they start: at least once, and one fact's trouble is not another's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.jobs.announcing import Announcer
from domain.jobs.events import Envelope, JobAccepted
from tests.contract.building import US
from tests.kernel.world import Kernel


def test_a_fact_is_told_once_and_kept_in_the_history() -> None:
    """Told again and again it would notify people again and again."""
    kernel, told = Kernel(), list[Envelope]()
    job = kernel.submit(1)
    announcer = _announcer(kernel, told.append)

    assert announcer.run_once() == 1
    kernel.clock.advance(10 * announcer.hold_s)
    assert announcer.run_once() == 0

    assert [envelope.message for envelope in told] == [JobAccepted(job_id=job.id)]
    assert JobAccepted(job_id=job.id) in kernel.history(job.id)


def test_a_fact_that_starts_nothing_is_done_with() -> None:
    """It must not be taken again every second, for ever."""
    kernel = Kernel()
    kernel.submit(1)

    announcer = Announcer(installation=kernel.store, clock=kernel.clock, reactions={})

    assert [announcer.run_once(), announcer.run_once()] == [1, 0]


def test_a_fact_whose_announcer_dies_is_told_by_the_next_one() -> None:
    """The crash is between telling and marking: the fact comes again, with the id by which it is known."""
    kernel, told = Kernel(), list[Envelope]()
    kernel.submit(1)

    def killed(_envelope: Envelope) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _announcer(kernel, told.append, killed).run_once()
    kernel.clock.advance(30)
    _announcer(kernel, told.append).run_once()

    assert [envelope.id for envelope in told] == [told[0].id] * 2


def test_a_fact_that_can_not_be_told_holds_up_no_other() -> None:
    """One organization's trouble must not keep another's news; it is tried again, after growing pauses."""
    kernel, told = Kernel(), list[Envelope]()
    first, second = kernel.submit(1), kernel.submit(1)

    def refuse_first(envelope: Envelope) -> None:
        if envelope.message.job_id == first.id:
            raise ValueError("no")
        told.append(envelope)

    announcer = _announcer(kernel, refuse_first)
    with pytest.raises(ValueError, match="no"):
        announcer.run_once()
    assert [envelope.message.job_id for envelope in told] == [second.id]
    assert announcer.run_once() == 0, "not before the pause is over"
    kernel.clock.advance(1)
    with pytest.raises(ValueError, match="no"):
        announcer.run_once()
    assert len(told) == 1


def test_the_relay_leaves_facts_alone() -> None:
    """It would take them off the list, and nobody would be told."""
    kernel, told = Kernel(), list[Envelope]()
    kernel.submit(1)

    kernel.relay.run_once()
    _announcer(kernel, told.append).run_once()

    assert [envelope.organization_id for envelope in told] == [US.organization_id]


def _announcer(kernel: Kernel, *reactions: Callable[[Envelope], None]) -> Announcer:
    return Announcer(installation=kernel.store, clock=kernel.clock, reactions={JobAccepted.kind: reactions})
