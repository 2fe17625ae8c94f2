"""
The rules of shared limits, as pure functions on values: who may call now, and how long the others wait.

Stores of limits apply the same rules in their own words (a script inside Redis), and are held to these by tests. Times
are whole microseconds of the store's clock, never of a worker's.

Waiting has an order. Who is refused gets a place in line and the time when its turn should be; who comes back in time
keeps the place, and who asks meanwhile does not get what those ahead are waiting for. That keeps one busy worker from
starving the others, and all of them from coming back at the same moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
from attrs import field, frozen

from domain.limits.limit import Limit, LimitKey, Rate

RECHECK_US = 20_000
"""How long to wait, for each place in line, until a look whether a call has ended: nobody knows when one will."""

GRACE_US = 1_000_000
"""Who comes back so much later than told has lost the place in line."""


@frozen(kw_only=True)
class Place:
    """A place in line: since when, and when its owner was told to come back."""

    joined: int
    due: int


@frozen(kw_only=True)
class Meter:
    """
    Where one key stands.

    *requests* and *tokens* are the moments until which the bucket is spent (GCRA's theoretical arrival time); *slots*
    the calls in flight, each with the end of its lease; *line* who waits.
    """

    requests: int = 0
    tokens: int = 0
    paused_until: int = 0
    slots: Mapping[str, int] = field(factory=dict)
    line: Mapping[str, Place] = field(factory=dict)


@frozen(kw_only=True)
class Wish:
    """
    What *claimant* (a process, for one job) asks: up to one call for each of *permits* (new ids), under all *limits*.

    *tokens*: what one call will probably take. *lease_us*: so long a call's slot is held unless it is extended.
    """

    claimant: str
    limits: tuple[Limit, ...]
    permits: tuple[str, ...]
    tokens: int = 0
    lease_us: int = 30_000_000


@frozen(kw_only=True)
class Refused:
    """Nothing now; come back in *wait_us*."""

    wait_us: int


Meters = Mapping[LimitKey, Meter]


def acquire(meters: Meters, wish: Wish, *, now: int) -> tuple[Meters, int | Refused]:
    """Return how many of the wished calls may be made now, or how long to wait; and the meters afterwards."""
    found = {limit.key: _tidied(meters.get(limit.key, Meter()), now) for limit in wish.limits}
    ahead = {key: _ahead(meter, wish.claimant) for key, meter in found.items()}
    granted = len(wish.permits)
    for limit in wish.limits:
        granted = min(granted, _available(found[limit.key], limit, wish, now) - ahead[limit.key])
    if granted >= 1:
        took = wish.permits[:granted]
        return {limit.key: _taken(found[limit.key], limit, wish, took, now) for limit in wish.limits}, granted
    wait = max(_wait(found[limit.key], limit, wish, ahead[limit.key], now) for limit in wish.limits)
    return {key: _queued(meter, wish.claimant, now, now + wait) for key, meter in found.items()}, Refused(wait_us=wait)


def release(meter: Meter, limit: Limit, permits: Sequence[str], *, requests: int, tokens: int, now: int) -> Meter:
    """
    Return the meter after calls ended: their slots are free.

    *requests* and *tokens* correct what was charged, up or down. What is given back never reaches below now: time that
    has passed unused does not come back as a burst.
    """
    return attrs.evolve(
        meter,
        slots={permit: until for permit, until in meter.slots.items() if permit not in permits},
        requests=_corrected(meter.requests, limit.requests, requests, now),
        tokens=_corrected(meter.tokens, limit.tokens, tokens, now),
    )


def extend(meter: Meter, permits: Sequence[str], *, until: int) -> Meter:
    """Return the meter with the leases of those permits extended that still hold a slot."""
    slots = {permit: until if permit in permits else end for permit, end in meter.slots.items()}
    return attrs.evolve(meter, slots=slots)


def pause(meter: Meter, *, until: int) -> Meter:
    """Return the meter with nothing granted before *until*; a longer pause stays."""
    return attrs.evolve(meter, paused_until=max(meter.paused_until, until))


def _tidied(meter: Meter, now: int) -> Meter:
    slots = {permit: until for permit, until in meter.slots.items() if until > now}
    line = {claimant: place for claimant, place in meter.line.items() if place.due + GRACE_US >= now}
    return attrs.evolve(meter, slots=slots, line=line)


def _ahead(meter: Meter, claimant: str) -> int:
    own = meter.line.get(claimant)
    if own is None:
        return len(meter.line)
    return sum((place.joined, name) < (own.joined, claimant) for name, place in meter.line.items())


def _available(meter: Meter, limit: Limit, wish: Wish, now: int) -> int:
    if meter.paused_until > now:
        return 0
    available = len(wish.permits) + len(meter.line)
    if limit.concurrency is not None:
        available = min(available, limit.concurrency - len(meter.slots))
    if limit.requests is not None:
        available = min(available, _room(meter.requests, limit.requests, 1, now))
    if limit.tokens is not None and wish.tokens:
        available = min(available, _room(meter.tokens, limit.tokens, wish.tokens, now))
    return available


def _room(spent_until: int, rate: Rate, cost: int, now: int) -> int:
    charge, tolerance = rate.charge_us(cost), rate.tolerance_us
    if charge > tolerance:  # larger than the burst: it waits for a full bucket, and is charged in full
        return int(spent_until <= now)
    return (now + tolerance - max(spent_until, now)) // charge


def _taken(meter: Meter, limit: Limit, wish: Wish, took: Sequence[str], now: int) -> Meter:
    slots = dict(meter.slots)
    if limit.concurrency is not None:
        slots |= dict.fromkeys(took, now + wish.lease_us)
    return attrs.evolve(
        meter,
        slots=slots,
        line={claimant: place for claimant, place in meter.line.items() if claimant != wish.claimant},
        requests=_corrected(meter.requests, limit.requests, 1, now, times=len(took)),
        tokens=_corrected(meter.tokens, limit.tokens, wish.tokens, now, times=len(took)),
    )


def _corrected(spent_until: int, rate: Rate | None, cost: int, now: int, *, times: int = 1) -> int:
    if rate is None or not cost:
        return spent_until
    if cost > 0:
        return max(spent_until, now) + times * rate.charge_us(cost)
    return max(spent_until - rate.charge_us(-cost), min(spent_until, now))


def _wait(meter: Meter, limit: Limit, wish: Wish, ahead: int, now: int) -> int:
    waits = [0]
    if meter.paused_until > now:
        waits.append(meter.paused_until - now + ahead * RECHECK_US)
    if limit.concurrency is not None and limit.concurrency - len(meter.slots) <= ahead:
        waits.append((ahead + 1) * RECHECK_US)
    if limit.requests is not None:
        waits.append(_wait_for(meter.requests, limit.requests, 1, ahead, now))
    if limit.tokens is not None and wish.tokens:
        waits.append(_wait_for(meter.tokens, limit.tokens, wish.tokens, ahead, now))
    return max(max(waits), 1)


def _wait_for(spent_until: int, rate: Rate, cost: int, ahead: int, now: int) -> int:
    charge, tolerance = rate.charge_us(cost), rate.tolerance_us
    first = 0 if charge > tolerance else charge - tolerance
    return max(spent_until, now) + first + ahead * charge - now


def _queued(meter: Meter, claimant: str, now: int, due: int) -> Meter:
    own = meter.line.get(claimant)
    place = Place(joined=own.joined if own else now, due=due)
    return attrs.evolve(meter, line={**meter.line, claimant: place})
