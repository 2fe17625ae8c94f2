"""Judges, embeddings and simulated users stand behind doors: limits, Retry-After and the breaker hold for them too."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from adapters.language_models.scripted import ScriptedModels
from adapters.memory.limits import MemoryCells, MemoryLimiter
from domain.jobs.errors import Deferred, FailureKind, PermanentFailure, TransientFailure
from domain.jobs.job import JobId
from domain.jobs.usage import Usage
from domain.language_models.codec import model_from_json, model_to_json
from domain.language_models.conversation import Message
from domain.language_models.guarded import GuardedModels, model_key
from domain.language_models.ports import LanguageModel
from domain.limits.doors import Doors, JobDoors
from domain.limits.limit import CallLimits, Limit, LimitKey, Rate
from domain.limits.permits import PermitsInHand
from domain.test_execution.guarded_target import endpoint_key
from domain.test_execution.panel import Panel
from domain.test_execution.target import ModelTarget
from tests.contract.building import a_job
from tests.unit.judged_answers import PASS, Reply, a_judge, rubric, sample, scorers
from tests.unit.reading_test_files import read, refused

HELLO = (Message(role="user", content="Hello"),)
HOUR = Rate(amount=1, window_s=3600)


def doors() -> Doors:
    """Return doors of one process, whose count all its jobs share."""
    return Doors(permits=PermitsInHand(limiter=MemoryLimiter(), lease_s=30), cells=MemoryCells(), process="p")


def guarded(shared: Doors, reply: Reply, *, job: str = "one", limits: CallLimits | None = None) -> LanguageModel:
    """Return the judge as a run of its own sees it."""
    models = GuardedModels(ScriptedModels(reply), JobDoors(doors=shared, job=a_job(JobId(job))))
    return models.open(attrs.evolve(a_judge(), limits=limits or CallLimits()), connections=1)


def test_a_judge_limited_to_two_at_once_never_sees_a_third() -> None:
    """The account of a judge has a limit as well, whoever judges: two runs share it."""
    second, third, lock, inside, most = threading.Event(), threading.Event(), threading.Lock(), 0, 0

    def reply(_: Sequence[Message]) -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == 2:
                second.set()
            if inside > 2:
                third.set()
        second.wait(timeout=60)  # let in at once, however slow its thread comes
        third.wait(timeout=0.2)  # long enough for a third, if it were let in
        with lock:
            inside -= 1
        return PASS

    shared = doors()
    judges = [guarded(shared, reply, job=job, limits=CallLimits(concurrency=2)) for job in ("one", "two")]

    def ask(no: int) -> str:
        while True:
            try:
                return judges[no % 2].complete(HELLO, deadline_s=10).text
            except Deferred:
                continue

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))

    assert (answers, most) == ([PASS] * 6, 2)


def test_a_judges_retry_after_is_honoured_by_all() -> None:
    """Who goes on calling is banned for longer; also another run, and embeddings of the same model."""
    asked: list[object] = []

    def reply(messages: Sequence[Message]) -> str:
        asked.append(messages)
        raise TransientFailure("slow down", kind=FailureKind.RATE_LIMITED, retry_after_s=60)

    shared = doors()
    with pytest.raises(TransientFailure):
        guarded(shared, reply).complete(HELLO, deadline_s=5)

    for job in ("one", "two"):
        with pytest.raises(Deferred) as wish:
            guarded(shared, reply, job=job).complete(HELLO, deadline_s=5)
        assert wish.value.retry_after_s > 50
    with pytest.raises(Deferred, match="a call to scripted:j"):
        guarded(shared, reply, job="three").embed(["Hello"], deadline_s=5)
    assert len(asked) == 1


def test_a_dead_judge_is_not_asked_for_ever() -> None:
    """Nobody there counts four: after five calls in vain each further one fails at once, as not judged."""
    asked: list[object] = []

    def reply(messages: Sequence[Message]) -> str:
        asked.append(messages)
        raise PermanentFailure("wrong key", kind=FailureKind.AUTHENTICATION)

    made = scorers(reply, doors=_guarding(doors())).make(rubric())
    failures = []
    for _ in range(300):
        with pytest.raises(PermanentFailure) as failure:
            made(sample(), deadline_s=5)
        failures.append(failure.value)

    assert {failure.kind for failure in failures} == {FailureKind.EVALUATION_ERROR}
    assert "judge scripted:j: not called at this attempt: scripted:j is down" in str(failures[-1])
    assert len(asked) <= 6
    assert sum((failure.usage for failure in failures), start=Usage()) == Usage(requests=len(asked))


def test_what_a_metric_spent_before_it_had_to_wait_is_counted() -> None:
    """The first judge of a panel was paid; the second may not be asked yet."""
    second = attrs.evolve(a_judge("second"), limits=CallLimits(requests_per_minute=1))
    shared = doors()
    panel = Panel(judges=(a_judge("first"), second))
    made = scorers(lambda _: PASS, panel, doors=_guarding(shared)).make(rubric())
    whole = made(sample(), deadline_s=5)

    with pytest.raises(Deferred) as wish:
        made(sample(), deadline_s=5)

    assert whole.usage is not None
    assert (whole.usage.requests, wish.value.usage.requests) == (2, 1)


def test_an_item_that_was_let_in_to_its_target_may_ask_the_same_model_as_its_judge() -> None:
    """Its answer is kept already: waiting with a permit in hand for the permit in hand would never end."""
    of_job = JobDoors(doors=doors(), job=a_job())
    limit = CallLimits(concurrency=1).under(endpoint_key(ModelTarget(model=a_judge())))
    door = of_job.before(limit)
    spec = attrs.evolve(a_judge(), limits=CallLimits(concurrency=1))
    judge = GuardedModels(ScriptedModels(lambda _: PASS), of_job).open(spec, connections=1)
    (let_in,) = door.admit(1).passes

    with let_in.used():
        assert judge.complete(HELLO, deadline_s=5).text == PASS
        assert judge.complete(HELLO, deadline_s=5).text == PASS  # a second call takes a permit of its own


def test_limits_that_are_written_twice_are_both_kept_to() -> None:
    """One model as target and as judge, each with limits: the tightest count, in whatever order they are met."""
    key = LimitKey("target:t")
    one, other = Limit(key=key, concurrency=5, requests=HOUR), Limit(key=key, concurrency=2, tokens=HOUR)
    of_job = JobDoors(doors=doors(), job=a_job())

    assert of_job.before(one) is of_job.before(other)
    (kept,) = of_job.before(one).limits
    assert (kept.concurrency, kept.requests, kept.tokens) == (2, HOUR, HOUR)


def test_a_model_as_judge_and_as_target_shares_one_limit() -> None:
    """The provider counts calls of an account to a model, and does not ask what they are for."""
    judge = attrs.evolve(a_judge(), api_key="${KEY}", limits=CallLimits(concurrency=2))
    target = ModelTarget(model=attrs.evolve(judge, limits=CallLimits(), parameters={"seed": 1}), system="Hi")

    assert model_key(judge) == endpoint_key(target)


def test_a_file_names_the_limits_of_its_judge(tmp_path: Path) -> None:
    """They go with the judge into the job, and to every worker."""
    words = "{{kind: ollama, model: j, limits: {}}}"
    file = "judge: {}\ntarget: {{kind: http, url: 'http://bot.invalid'}}\ntests: [{{prompt: hello}}]\n"
    (judge,) = read(tmp_path, file.format(words.format("{concurrency: 2, tokens_per_minute: 9}"))).panel.judges

    assert judge.limits == CallLimits(concurrency=2, tokens_per_minute=9)
    assert model_from_json(model_to_json(judge)) == judge
    assert "limits" not in model_to_json(a_judge())
    assert "mean concurrency" in "\n".join(refused(tmp_path, file.format(words.format("{concurency: 2}"))))


def _guarding(shared: Doors) -> JobDoors:
    return JobDoors(doors=shared, job=a_job())
