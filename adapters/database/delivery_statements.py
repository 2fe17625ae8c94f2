"""The statements over deliveries; each names its organization, but for those of the queue, which is everybody's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from adapters.database.notification_tables import PENDING, delivery, webhook
from adapters.database.rows import Values
from adapters.database.types import Name, UtcTime
from domain.notifications.delivery import DeliveryPlace, DeliveryState
from domain.notifications.ports import Wish


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=Name)


def _at(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=UtcTime)


_ours = delivery.c.organization_id == _of("organization")
_the_one = and_(_ours, delivery.c.id == _of("id"))
_of_webhook = and_(_ours, delivery.c.webhook_id == _of("webhook"))
_is_mine = and_(_the_one, PENDING, delivery.c.attempts == bindparam("of_attempt"))
_is_free = or_(delivery.c.held_until.is_(None), delivery.c.held_until <= _at("due_at"))
_is_due = and_(PENDING, delivery.c.next_try_at <= _at("due_at"), _is_free)

ADD = insert(delivery).on_conflict_do_nothing()
GET = select(delivery).where(_the_one)
RECORD = update(delivery).where(_is_mine).values(held_until=None)
HAND_BACK = update(delivery).where(_is_mine).values(held_until=None, attempts=delivery.c.attempts - 1)
HASTEN = update(delivery).where(_of_webhook, PENDING, delivery.c.next_try_at > _at("at")).values(next_try_at=_at("at"))
OPEN_AGAIN = update(delivery).where(_the_one, delivery.c.state != DeliveryState.PENDING.value).values(held_until=None)
COUNT_WAITING = select(func.count()).select_from(delivery).where(_ours, PENDING)
FORGET = delete(delivery).where(delivery.c.ended_at < _at("before"))

_last_good = (
    select(func.max(delivery.c.ended_at)).where(_of_webhook, delivery.c.state == DeliveryState.DELIVERED.value)
).scalar_subquery()
GIVEN_UP_IN_A_ROW = (
    select(func.count())
    .select_from(delivery)
    .where(
        _of_webhook,
        delivery.c.state == DeliveryState.FAILED.value,
        delivery.c.ended_at > _at("since"),
        delivery.c.ended_at > func.coalesce(_last_good, _at("since")),
        delivery.c.event_id.startswith("evt_", autoescape=True),  # a test that fails is not given up, it is a test
    )
)


def is_any_due() -> Select[Any]:
    """Return the question whether there is anything to take."""
    return select(delivery.c.id).where(_is_due).limit(1)


def taking(wish: Wish) -> tuple[ReturningUpdate[Any], Values]:
    """Return the statement that takes what is wished for, and its values."""
    mine = and_(webhook.c.organization_id == delivery.c.organization_id, webhook.c.id == delivery.c.webhook_id)
    health = webhook.c.failing_since.is_not(None) if wish.failing else webhook.c.failing_since.is_(None)
    conditions: list[ColumnElement[bool]] = [_is_due, health]
    if wish.busy:
        conditions.append(delivery.c.webhook_id.not_in(sorted(wish.busy)))
    place = func.row_number().over(
        partition_by=(delivery.c.organization_id, delivery.c.webhook_id),
        order_by=(delivery.c.opened_at, delivery.c.id),
    )
    in_line = (
        select(delivery.c.organization_id, delivery.c.id, place.label("place"))
        .join(webhook, mine)
        .where(*conditions)
        .subquery("in_line")
    )
    due = (
        select(delivery.c.organization_id, delivery.c.id)
        .join(in_line, and_(in_line.c.organization_id == delivery.c.organization_id, in_line.c.id == delivery.c.id))
        .where(in_line.c.place <= bindparam("of_each"), _is_due)
        .order_by(in_line.c.place, delivery.c.next_try_at)
        .limit(bindparam("at_most"))
        .with_for_update(skip_locked=True, of=delivery)
        .cte("due")
    )
    statement = (
        update(delivery)
        .where(delivery.c.organization_id == due.c.organization_id, delivery.c.id == due.c.id)
        .values(held_until=_at("hold_until"), attempts=delivery.c.attempts + 1)
        .returning(
            delivery.c.organization_id,
            delivery.c.id,
            delivery.c.webhook_id,
            delivery.c.attempts,
            delivery.c.opened_at,
        )
    )
    values = {"due_at": wish.now, "hold_until": wish.hold_until, "of_each": wish.of_each, "at_most": wish.limit}
    return statement, values


def page_of(*, before: DeliveryPlace | None, state: DeliveryState | None) -> tuple[Select[Any], Values]:
    """Return the statement of a page of the log, and the values it has beside organization, webhook and limit."""
    statement = (
        select(delivery)
        .where(_of_webhook)
        .order_by(delivery.c.opened_at.desc(), delivery.c.id.desc())
        .limit(bindparam("at_most"))
    )
    values: Values = {}
    if state is not None:
        statement = statement.where(delivery.c.state == _of("state"))
        values["of_state"] = state.value
    if before is not None:
        same_time = and_(delivery.c.opened_at == _at("behind"), delivery.c.id < _of("behind_id"))
        statement = statement.where(or_(delivery.c.opened_at < _at("behind"), same_time))
        values |= {"behind": before.opened_at, "of_behind_id": before.id}
    return statement, values
