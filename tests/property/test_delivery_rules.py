"""The rules of trying a delivery again: bounded, growing, a day long, and what an answer can change of that."""

from __future__ import annotations

from datetime import timedelta

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from domain.notifications.announcing import delivery_of
from domain.notifications.delivery import (
    FIRST_DELAY_S,
    GIVE_UP_AFTER,
    LONGEST_DELAY_S,
    LONGEST_ERROR,
    MOST_ATTEMPTS,
    TRIES_KEPT,
    Answer,
    Delivery,
    DeliveryState,
    answered,
    opened_again,
)
from tests.contract.building import NOW
from tests.contract.notifying import a_webhook, an_event

FAILED = Answer(status=500, error="HTTP 500")
jitters = st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=200)


def fresh() -> Delivery:
    """Return a delivery of an event that has just happened."""
    made = delivery_of(an_event(1, a_webhook()), a_webhook())
    return attrs.evolve(made, opened_at=NOW, next_try_at=NOW)


@given(jitters=jitters, delay_s=st.floats(min_value=0, max_value=15))
def test_a_receiver_that_never_answers_is_given_up_within_a_day(jitters: list[float], delay_s: float) -> None:
    """However the dice fall, the day ends, and the attempts are bounded; no wait is longer than two hours."""
    delivery, now, luck = fresh(), NOW, iter(jitters * 100)

    while delivery.state is DeliveryState.PENDING:
        began = attrs.evolve(delivery, attempts=delivery.attempts + 1)
        now += timedelta(seconds=delay_s)
        delivery = answered(began, FAILED, now=now, jitter=lambda: next(luck))
        if delivery.state is DeliveryState.PENDING:
            assert timedelta(0) <= delivery.next_try_at - now <= timedelta(seconds=LONGEST_DELAY_S)
            now = delivery.next_try_at

    assert delivery.state is DeliveryState.FAILED
    assert delivery.attempts <= MOST_ATTEMPTS
    assert now <= NOW + GIVE_UP_AFTER + timedelta(seconds=delay_s)
    assert len(delivery.tries) <= TRIES_KEPT


def test_the_longest_waits_double_up_to_two_hours_for_a_day() -> None:
    """A receiver that restarts is found soon; one that is away over night is not asked every minute."""
    delivery, now, waits = fresh(), NOW, []

    while delivery.state is DeliveryState.PENDING:
        delivery = answered(attrs.evolve(delivery, attempts=delivery.attempts + 1), FAILED, now=now, jitter=lambda: 1.0)
        waits.append((delivery.next_try_at - now).total_seconds())
        now = delivery.next_try_at

    assert waits[:4] == [FIRST_DELAY_S, 20, 40, 80]
    assert set(waits[10:-1]) == {LONGEST_DELAY_S}
    assert timedelta(hours=20) < now - NOW <= GIVE_UP_AFTER


@given(attempts=st.integers(min_value=1, max_value=10), asked_s=st.floats(min_value=0, max_value=1e6))
def test_a_receiver_is_not_asked_before_the_time_it_named(attempts: int, asked_s: float) -> None:
    """Retry-After is kept to, up to the longest wait: nobody gets to stop deliveries for a week."""
    busy = attrs.evolve(FAILED, retry_after_s=asked_s)

    after = answered(attrs.evolve(fresh(), attempts=attempts), busy, now=NOW, jitter=lambda: 0.0)

    assert (after.next_try_at - NOW).total_seconds() >= min(asked_s, LONGEST_DELAY_S) - 1e-3


def test_an_answer_ends_a_delivery_or_not() -> None:
    """Arrived is arrived; who says that no attempt will do is not asked again."""
    begun = attrs.evolve(fresh(), attempts=1)

    def state(answer: Answer) -> DeliveryState:
        return answered(begun, answer, now=NOW, jitter=lambda: 1.0).state

    assert state(Answer(status=204)) is DeliveryState.DELIVERED
    assert state(FAILED) is DeliveryState.PENDING
    assert state(attrs.evolve(FAILED, is_final=True)) is DeliveryState.FAILED
    assert state(Answer(status=410, error="gone", is_gone=True)) is DeliveryState.FAILED


def test_a_delivery_that_is_sent_again_has_a_day_of_its_own() -> None:
    """Its attempts are counted on, and do not count against it."""
    old = attrs.evolve(fresh(), attempts=MOST_ATTEMPTS, state=DeliveryState.FAILED, ended_at=NOW)
    later = NOW + timedelta(days=3)

    again = opened_again(old, now=later)
    after = answered(attrs.evolve(again, attempts=MOST_ATTEMPTS + 1), FAILED, now=later, jitter=lambda: 1.0)

    assert after.state is DeliveryState.PENDING
    assert after.next_try_at == later + timedelta(seconds=FIRST_DELAY_S)


@given(error=st.text(min_size=1, max_size=2000))
@example(error="x" * 2000)
def test_only_the_start_of_what_was_answered_is_kept(error: str) -> None:
    """A log is no copy of somebody's error pages."""
    after = answered(attrs.evolve(fresh(), attempts=1), Answer(error=error), now=NOW, jitter=lambda: 1.0)

    assert [one.error for one in after.tries] == [error[:LONGEST_ERROR]]
