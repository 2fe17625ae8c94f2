"""The response cache around a target: what makes a key, and what a hit costs."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from attrs import define, field
from structlog.testing import capture_logs

from adapters.memory.clock import ManualClock
from adapters.memory.limits import MemoryCells, MemoryLimiter
from adapters.memory.response_cache import MemoryResponseCache
from adapters.optional_cache import OptionalCache
from domain.jobs.errors import BrokenSettings, FailureKind, ServiceUnavailable, TransientFailure
from domain.jobs.item import Document
from domain.jobs.usage import NOTHING
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec, Provider
from domain.limits.door import Door, DoorPass
from domain.limits.doors import Doors
from domain.limits.limit import Limit, LimitKey
from domain.limits.permits import PermitsInHand
from domain.tenancy import TenantContext
from domain.test_execution.cached_target import CachedTarget
from domain.test_execution.guarded_target import GuardedTarget, admission_to
from domain.test_execution.response_cache import CacheKey, Caching, ResponseCache, TargetKeys
from domain.test_execution.target import (
    Answer,
    HttpTarget,
    ModelTarget,
    PythonTarget,
    Question,
    TargetSpec,
    usage_of,
)
from entrypoints.cache import make_cache
from entrypoints.settings import Settings
from tests.contract.building import NOW, THEM, US, a_job

QUESTION = Question(prompt="How long?", variables={"order": 7})
BOT = HttpTarget(url="http://bot.invalid/chat", headers={"Authorization": "Bearer ${TOKEN}"})
MODEL = ModelSpec(provider=Provider.OPENAI, model="gpt-5-mini", api_key="${KEY}")


@define(eq=False)
class Bot:
    """A target that says how often it was asked."""

    asked: int = 0
    answers: Callable[[int], Answer] = field(
        default=lambda asked: Answer(text=f"answer {asked}", latency_s=2.0, cost_nanousd=500, prompt_tokens=9)
    )

    def ask(self, question: Question, *, deadline_s: float) -> Answer:  # noqa: ARG002  # the same for all
        """Answer."""
        self.asked += 1
        return self.answers(self.asked)

    def close(self) -> None:
        """Hold nothing."""


class Away(MemoryResponseCache):
    """A cache that can't be reached, and counts who tries."""

    tries = 0

    def get(self, *_: object, **__: object) -> Document | None:
        """Be away."""
        self.tries += 1
        raise ServiceUnavailable("Redis can't be used")

    def put(self, *_: object, **__: object) -> None:
        """Be away."""
        self.tries += 1
        raise ServiceUnavailable("Redis can't be used")


def cached(
    bot: Bot | GuardedTarget,
    *,
    cache: ResponseCache | None = None,
    spec: TargetSpec = BOT,
    clock: ManualClock | None = None,
    tenant: TenantContext = US,
    max_age_s: float = 3600,
    door: Door | None = None,
) -> CachedTarget:
    """Return the bot behind a cache."""
    clock = clock or ManualClock(NOW)
    keys = TargetKeys.of(spec, environment={})
    assert keys is not None
    caching = Caching(cache=cache or MemoryResponseCache(clock), clock=clock)
    return CachedTarget(target=bot, caching=caching, keys=keys, tenant=tenant, max_age_s=max_age_s, door=door)


def key_of(spec: TargetSpec, question: Question = QUESTION, **environment: str) -> CacheKey | None:
    """Return the key of a question to a target."""
    keys = TargetKeys.of(spec, environment=environment)
    return None if keys is None else keys.key(question)


def test_the_same_question_is_asked_once_and_the_second_answer_costs_nothing() -> None:
    """That is what the cache is for; what a metric looks at is as it was."""
    bot = Bot()
    target = cached(bot)
    first, second = (target.ask(QUESTION, deadline_s=5) for _ in range(2))

    assert bot.asked == 1
    assert second == attrs.evolve(first, cached=True)
    assert (usage_of(first).requests, usage_of(second)) == (1, NOTHING)


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(QUESTION, prompt="How much?"),
        attrs.evolve(QUESTION, repeat=2),
        attrs.evolve(QUESTION, variables={"order": 8}),
        attrs.evolve(QUESTION, history=(Message(role="user", content="Hello"),), conversation_id="c"),
        attrs.evolve(QUESTION, conversation_id="c"),
    ],
)
def test_another_question_has_another_key(other: Question) -> None:
    """Repeats must be samples, and the second turn of a conversation is not the first."""
    assert key_of(BOT, other) != key_of(BOT)


def test_another_target_has_another_key() -> None:
    """A changed temperature, body or host is a changed bot."""
    specs: list[TargetSpec] = [
        BOT,
        attrs.evolve(BOT, url="http://bot.invalid/v2"),
        attrs.evolve(BOT, body={"q": "{{ prompt }}"}),
        attrs.evolve(BOT, response_path="answer"),
        ModelTarget(model=MODEL),
        ModelTarget(model=MODEL, system="Be brief."),
        ModelTarget(model=attrs.evolve(MODEL, parameters={"temperature": 0})),
        ModelTarget(model=attrs.evolve(MODEL, model="gpt-5")),
    ]

    assert len({key_of(spec) for spec in specs}) == len(specs)


def test_a_key_says_nothing_about_credentials_and_outlives_them() -> None:
    """A key that is renewed, or a longer timeout, buys no answer anew."""
    renewed = attrs.evolve(MODEL, api_key="sk-live-1234", timeout_s=3)

    assert key_of(ModelTarget(model=renewed)) == key_of(ModelTarget(model=MODEL))
    assert len(key_of(ModelTarget(model=MODEL)) or "") == 64


def test_an_address_from_the_environment_counts_as_it_is() -> None:
    """The same file against staging and production has the answers of neither for the other's."""
    spec = HttpTarget(url="http://${HOST}/chat?key=${SECRET}")

    assert key_of(spec, HOST="a") != key_of(spec, HOST="b")
    assert key_of(spec, HOST="a", SECRET="x") == key_of(spec, HOST="a", SECRET="y")


def test_variables_that_a_model_never_sees_change_nothing() -> None:
    """An expected answer that is mended in the file is no reason to buy the answer again."""
    other = attrs.evolve(QUESTION, variables={"expected": "30 days"})

    assert key_of(ModelTarget(model=MODEL), other) == key_of(ModelTarget(model=MODEL))
    reads = ModelTarget(model=MODEL, system="Order {{ order }}")
    assert key_of(reads, other) != key_of(reads)


def test_what_can_not_be_told_apart_is_not_cached() -> None:
    """Of a function nobody knows what it reads; a bot that remembers would miss the turns that came from the cache."""
    remembers = attrs.evolve(BOT, body={"session": "{{ conversation_id }}", "q": "{{ prompt }}"})

    assert key_of(PythonTarget(module="m", function="f")) is None
    assert key_of(remembers, attrs.evolve(QUESTION, conversation_id="c")) is None
    assert key_of(remembers) is not None


def test_a_turn_of_a_conversation_is_found_again_in_another_run() -> None:
    """The conversation's id is new in each run; what was said is not."""
    turn = attrs.evolve(QUESTION, history=(Message(role="user", content="Hello"),), conversation_id="run-1")

    assert key_of(BOT, turn) == key_of(BOT, attrs.evolve(turn, conversation_id="run-2"))


def test_failures_are_not_kept() -> None:
    """A bot that was away for a minute must not be away for a week."""

    def first_fails(asked: int) -> Answer:
        if asked == 1:
            raise TransientFailure("status 500", kind=FailureKind.SERVER_ERROR)
        return Answer(text="well", latency_s=0.1)

    bot = Bot(answers=first_fails)
    target = cached(bot)
    with pytest.raises(TransientFailure):
        target.ask(QUESTION, deadline_s=5)

    assert [target.ask(QUESTION, deadline_s=5).cached for _ in range(2)] == [False, True]


def test_an_answer_that_is_older_than_this_run_allows_is_bought_anew() -> None:
    """It may have been kept by a run that allowed a week."""
    clock, bot = ManualClock(NOW), Bot()
    cache = MemoryResponseCache(clock)
    cached(bot, cache=cache, clock=clock, max_age_s=7 * 86400).ask(QUESTION, deadline_s=5)
    clock.advance(3601)

    assert not cached(bot, cache=cache, clock=clock, max_age_s=3600).ask(QUESTION, deadline_s=5).cached
    assert cached(bot, cache=cache, clock=clock, max_age_s=3600).ask(QUESTION, deadline_s=5).cached


def test_another_organization_asks_itself() -> None:
    """Their bot at the same address may know them."""
    bot, cache = Bot(), MemoryResponseCache(ManualClock(NOW))
    cached(bot, cache=cache).ask(QUESTION, deadline_s=5)

    assert not cached(bot, cache=cache, tenant=THEM).ask(QUESTION, deadline_s=5).cached


@pytest.mark.parametrize("entry", [{}, {"stored_at": "soon", "answer": {}}, {"stored_at": 9e12, "answer": {"a": 1}}])
def test_an_entry_that_is_none_is_bought_anew(entry: Document) -> None:
    """Whoever else writes into that Redis must not fail a test."""
    bot, cache = Bot(), MemoryResponseCache(ManualClock(NOW))
    key = key_of(BOT)
    assert key is not None
    cache.put(US, key, entry, keep_s=60)

    assert cached(bot, cache=cache).ask(QUESTION, deadline_s=5).text == "answer 1"


def test_a_cache_that_is_away_fails_nothing_and_is_left_alone() -> None:
    """Each look at it could cost the seconds of a timeout, for each test; afterwards it is asked again."""
    ticks = [0.0]
    away, bot = Away(ManualClock(NOW)), Bot()
    target = cached(bot, cache=OptionalCache(away, ticks=lambda: ticks[0]))
    with capture_logs() as logs:
        for _ in range(10):
            target.ask(QUESTION, deadline_s=5)

    assert (bot.asked, away.tries, [line["log_level"] for line in logs]) == (10, 1, ["warning"])
    ticks[0] = 31
    target.ask(QUESTION, deadline_s=5)
    assert away.tries == 2


def test_a_hit_gives_the_pass_back_at_once_and_counts_no_call() -> None:
    """A judge that takes its time must not hold the slot of a target that was not called."""
    limit = Limit(key=LimitKey("target:t"), concurrency=1)
    doors = Doors(permits=PermitsInHand(limiter=MemoryLimiter(), lease_s=30), cells=MemoryCells(), process="p")
    door = doors.before((limit,), job=a_job())
    bot = Bot()
    target = cached(GuardedTarget(target=bot, door=door), door=door)
    assert admission_to([target]) is door
    target.ask(QUESTION, deadline_s=5)
    (mine,) = door.admit(1).passes
    assert not door.admit(1).passes

    with mine.used():
        assert target.ask(QUESTION, deadline_s=5).cached
        (theirs,) = door.admit(1).passes  # while this item still goes on
    assert isinstance(theirs, DoorPass)
    assert theirs.permit is not None
    theirs.give_back()
    assert bot.asked == 1


@pytest.mark.parametrize("url", ["http://h", "memcached://", "memcached://:secret@h", "memcached://h:port", "h:11211"])
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(BrokenSettings, match="ANTIPHON_CACHE_URL") as caught:
        make_cache(Settings(cache_url=url), engine=None, clock=ManualClock(NOW))  # type: ignore[arg-type]  # not used
    assert "secret" not in str(caught.value)
