"""What shared limits promise, whoever asks when: the rules alone, on a clock of whole microseconds."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import metering
from domain.limits.limit import MICROSECONDS, Limit, LimitKey, Rate
from domain.limits.metering import Meter, Refused, Wish

KEY = LimitKey("target:t")
WINDOW_US = MICROSECONDS
gaps = st.lists(st.integers(0, WINDOW_US // 4), min_size=1, max_size=200)


def wish(limit: Limit, *permits: str, claimant: str = "a", tokens: int = 0, lease_us: int = 30 * MICROSECONDS) -> Wish:
    """Return a wish under one limit."""
    return Wish(claimant=claimant, limits=(limit,), permits=permits, tokens=tokens, lease_us=lease_us)


def most_in_a_window(moments: list[int], weights: list[int]) -> int:
    """Return the most that any half-open window holds: one that begins at a grant holds as much as any."""
    sums = [0, *accumulate(weights)]
    ends = [bisect_left(moments, moment + WINDOW_US) for moment in moments]
    return max((sums[end] - sums[start] for start, end in enumerate(ends)), default=0)


@given(amount=st.integers(1, 300), waits=gaps, at_most=st.integers(1, 40))
def test_no_window_holds_more_requests_than_the_limit(amount: int, waits: list[int], at_most: int) -> None:
    """A provider counts in windows of its own, and answers 429 to the first request too many."""
    limit = Limit(key=KEY, requests=Rate(amount=amount, window_s=1))
    meters: metering.Meters = {}
    granted: list[int] = []
    for now in accumulate(waits):
        meters, answer = metering.acquire(meters, wish(limit, *map(str, range(at_most))), now=now)
        granted += [now] * (0 if isinstance(answer, Refused) else answer)

    assert most_in_a_window(granted, [1] * len(granted)) <= amount


@given(
    amount=st.integers(1, 100),
    own=st.integers(1, 100),
    waits=gaps,
    who=st.lists(st.integers(0, 2), min_size=200, max_size=200),
)
def test_models_of_one_account_keep_its_limit_together_and_each_its_own(
    amount: int, own: int, waits: list[int], who: list[int]
) -> None:
    """Three models behind one key of a provider: its count is over all of them, whoever asks when."""
    account = Limit(key=LimitKey("llm-api:a"), requests=Rate(amount=amount, window_s=1))
    models = [Limit(key=LimitKey(f"target:{no}"), requests=Rate(amount=own, window_s=1)) for no in range(3)]
    meters: metering.Meters = {}
    granted: list[tuple[int, int]] = []
    for now, no in zip(accumulate(waits), who, strict=False):
        asked = attrs.evolve(wish(models[no], "p", "q", claimant=str(no)), limits=(models[no], account))
        answer: metering.Refused | int
        changed, answer = metering.acquire(meters, asked, now=now)
        meters = {**meters, **changed}
        granted += [(now, no)] * (0 if isinstance(answer, Refused) else answer)

    assert most_in_a_window([now for now, _ in granted], [1] * len(granted)) <= amount
    for no in range(3):
        ours = [now for now, one in granted if one == no]
        assert most_in_a_window(ours, [1] * len(ours)) <= own


@given(amount=st.integers(20, 5_000), costs=st.lists(st.integers(1, 400), min_size=1, max_size=100), waits=gaps)
def test_no_window_holds_more_tokens_than_the_limit_and_one_large_request(
    amount: int, costs: list[int], waits: list[int]
) -> None:
    """Requests within the burst keep to it exactly; one beyond it can't be cut, and costs its full price afterwards."""
    limit = Limit(key=KEY, tokens=Rate(amount=amount, window_s=1))
    meters: metering.Meters = {}
    moments, weights = [], []
    for now, cost in zip(accumulate(waits), costs * 200, strict=False):
        meters, answer = metering.acquire(meters, wish(limit, "p", tokens=cost), now=now)
        if not isinstance(answer, Refused):
            moments.append(now)
            weights.append(cost)

    assert Rate(amount=amount, window_s=1).burst >= 1
    beyond = max(0, max(weights, default=0) - Rate(amount=amount, window_s=1).burst)
    assert most_in_a_window(moments, weights) <= amount + beyond


@given(amount=st.integers(1, 1_000), claimants=st.integers(1, 8), at_most=st.integers(1, 30))
def test_who_comes_back_when_told_uses_the_limit_up_to_five_percent(amount: int, claimants: int, at_most: int) -> None:
    """A limit that is kept by using half of it would double the time of every run."""
    limit = Limit(key=KEY, requests=Rate(amount=amount, window_s=1))
    windows = 10 if amount > 20 else 40
    granted = sum(_simulated(limit, claimants, at_most=at_most, until=windows * WINDOW_US).values())

    assert 0.95 * amount * windows <= granted <= amount * (windows + 1)


@given(amount=st.integers(8, 200), claimants=st.integers(2, 8))
def test_all_who_wait_get_their_share(amount: int, claimants: int) -> None:
    """One worker that asks a little sooner than the others must not leave them nothing."""
    limit = Limit(key=KEY, requests=Rate(amount=amount, window_s=1))
    shares = _simulated(limit, claimants, at_most=1, until=20 * WINDOW_US)

    assert len(shares) == claimants
    assert max(shares.values()) - min(shares.values()) <= 0.2 * max(shares.values()) + Rate(amount=amount).burst


@given(waiting=st.integers(1, 10), room=st.integers(1, 12))
def test_what_comes_free_is_for_those_who_wait(waiting: int, room: int) -> None:
    """Without an order, the worker that frees a slot takes it again at once, and the others never get one."""
    limit = Limit(key=KEY, concurrency=room)
    held = [f"held-{number}" for number in range(room)]
    meters, _ = metering.acquire({}, wish(limit, *held), now=0)
    for number in range(waiting):
        meters, _ = metering.acquire(meters, wish(limit, "p", claimant=f"waits-{number}"), now=1 + number)
    meters = {KEY: metering.release(meters[KEY], limit, held, requests=0, tokens=0, now=50)}

    _, newcomer = metering.acquire(meters, wish(limit, *held), now=50)
    _, first = metering.acquire(meters, wish(limit, *held, claimant="waits-0"), now=50)

    assert newcomer == room - waiting if room > waiting else isinstance(newcomer, Refused)
    assert first == room


@given(claimants=st.integers(2, 20))
def test_no_two_are_told_to_come_back_at_the_same_moment(claimants: int) -> None:
    """All at once, they would find one free place, and all but one would have come in vain."""
    limit = Limit(key=KEY, concurrency=1, requests=Rate(amount=10, window_s=1))
    meters, _ = metering.acquire({}, wish(limit, "held"), now=0)
    waits = set()
    for number in range(claimants):
        meters, answer = metering.acquire(meters, wish(limit, "p", claimant=str(number)), now=5)
        assert isinstance(answer, Refused)
        waits.add(answer.wait_us)

    assert len(waits) == claimants


@given(
    concurrency=st.integers(1, 5),
    moves=st.lists(st.tuples(st.sampled_from(["take", "free", "wait", "extend"]), st.integers(1, 3)), max_size=60),
)
def test_never_more_calls_at_once_than_the_limit_and_leases_bring_slots_back(
    concurrency: int, moves: list[tuple[str, int]]
) -> None:
    """A worker that is killed frees nothing; only time can."""
    limit = Limit(key=KEY, concurrency=concurrency)
    lease, now, serial = 100, 0, 0
    meters: metering.Meters = {}
    held: dict[str, int] = {}  # the model: a dict of who holds a slot until when
    for move, number in moves:
        held = {permit: until for permit, until in held.items() if until > now}
        if move == "take":
            permits = tuple(str(serial + i) for i in range(number))
            serial += number
            meters, answer = metering.acquire(meters, wish(limit, *permits, lease_us=lease), now=now)
            taken = permits[: 0 if isinstance(answer, Refused) else answer]
            assert len(taken) == min(number, concurrency - len(held))
            held |= dict.fromkeys(taken, now + lease)
        elif move == "wait":
            now += number * lease // 2
        elif held:
            permit = next(iter(held))
            meter = meters[KEY]
            if move == "free":
                del held[permit]
                meters = {KEY: metering.release(meter, limit, [permit], requests=0, tokens=0, now=now)}
            else:
                held[permit] = now + lease
                meters = {KEY: metering.extend(meter, [permit], until=now + lease)}


@given(spent=st.integers(0, 1_000), back=st.integers(0, 2_000))
def test_what_is_given_back_never_makes_a_burst(spent: int, back: int) -> None:
    """Correcting an estimate much later must not hand out the time that has passed since."""
    limit = Limit(key=KEY, tokens=Rate(amount=1_000, window_s=1))
    before = Meter(tokens=limit.tokens.charge_us(spent)) if limit.tokens else Meter()
    now = 500_000

    after = metering.release(before, limit, [], requests=0, tokens=-back, now=now)

    assert min(before.tokens, now) <= after.tokens <= before.tokens


def test_a_pause_holds_for_everybody_and_a_shorter_one_does_not_end_it() -> None:
    """The target said when it will listen again; two answers may say it differently."""
    limit = Limit(key=KEY, concurrency=5)
    meter = metering.pause(metering.pause(Meter(), until=3_000), until=1_000)

    meters, answer = metering.acquire({KEY: meter}, wish(limit, "p"), now=2_000)
    assert answer == Refused(wait_us=1_000)
    _, answer = metering.acquire(meters, wish(limit, "p"), now=3_000)
    assert answer == 1


def test_a_wish_under_several_limits_takes_from_all_or_none() -> None:
    """An account's limit stands beside its target's; a call that one refuses must not cost the other."""
    wide, narrow = Limit(key=LimitKey("account:a"), concurrency=9), Limit(key=KEY, concurrency=1)
    both = Wish(claimant="a", limits=(wide, narrow), permits=("p", "q"))

    meters, first = metering.acquire({}, both, now=0)
    meters, second = metering.acquire(meters, both, now=1)

    assert (first, len(meters[wide.key].slots), len(meters[KEY].slots)) == (1, 1, 1)
    assert isinstance(second, Refused)


def _simulated(limit: Limit, claimants: int, *, at_most: int, until: int) -> Counter[str]:
    """Let so many claimants ask for ever, each as soon as it is told, and return what each was granted."""
    meters: metering.Meters = {}
    due = {str(number): number for number in range(claimants)}
    granted: Counter[str] = Counter()
    while min(due.values()) < until:
        name = min(due, key=lambda one: due[one])
        now = due[name]
        meters, answer = metering.acquire(meters, wish(limit, *"p" * at_most, claimant=name), now=now)
        if isinstance(answer, Refused):
            due[name] = now + answer.wait_us
        else:
            granted[name] += answer
            due[name] = now + 1
    return granted
