"""Whose turn it is: a row for each duty, taken by whoever's statement comes first."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, or_
from sqlalchemy.dialects.postgresql import insert

from adapters.database import tables
from adapters.database.types import Name, UtcTime
from domain.jobs.turns import Turn

_duty = tables.duty
_mine = insert(_duty).values(
    name=bindparam("duty", type_=Name),
    holder=bindparam("asking", type_=Name),
    taken_at=bindparam("at", type_=UtcTime),
)
TAKE_TURN = _mine.on_conflict_do_update(
    index_elements=["name"],
    set_={"holder": _mine.excluded.holder, "taken_at": _mine.excluded.taken_at},
    where=or_(
        and_(_duty.c.holder == _mine.excluded.holder, _duty.c.taken_at <= bindparam("own_before", type_=UtcTime)),
        _duty.c.taken_at <= bindparam("others_before", type_=UtcTime),
        _duty.c.taken_at >= bindparam("wrong_from", type_=UtcTime),
    ),
).returning(_duty.c.name)


def turn_values(turn: Turn) -> dict[str, object]:
    """Return what `TAKE_TURN` is executed with; it returns a row when the turn was taken."""
    return {
        "duty": turn.duty,
        "asking": turn.holder,
        "at": turn.now,
        "own_before": turn.own_before,
        "others_before": turn.others_before,
        "wrong_from": turn.wrong_from,
    }
