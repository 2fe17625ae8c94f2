"""Requests that many share: who waits, for how long, and what a refusal costs whom."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from adapters.embedders.scripted import ScriptedEmbedder
from domain.embedding.batching import BatchLimits
from domain.embedding.gathering import GatheredEmbedder, TextEmbedding
from domain.embedding.refusals import LONGEST_WAIT_S, PATIENCE_S, Refusals
from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure, TransientFailure

AGES_S = 30.0
"""Longer than any test: who waits so long has not been told."""


def refused(*, retry_after_s: float | None = None) -> TransientFailure:
    """Return a 429."""
    return TransientFailure("too many requests", kind=FailureKind.RATE_LIMITED, retry_after_s=retry_after_s)


def together(gathered: GatheredEmbedder, wishes: Sequence[Sequence[str]]) -> list[list[TextEmbedding]]:
    """Ask from a thread for each wish, at once; return what each got."""
    with ThreadPoolExecutor(len(wishes)) as threads:
        return list(threads.map(lambda wish: gathered.embed(wish, deadline_s=AGES_S), wishes))


def test_small_wishes_of_many_threads_are_one_request() -> None:
    """A request for each tiny document would cost what a batch costs, as many times."""
    embedder = ScriptedEmbedder()
    gathered = GatheredEmbedder(embedder, limits=BatchLimits(most_texts=20), gather_s=AGES_S)

    answers = together(gathered, [[f"text {no}"] for no in range(20)])  # the twentieth fills it

    assert [len(call) for call in embedder.calls] == [20]
    assert all(not isinstance(answer.brought, Exception) for [answer] in answers)


def test_who_is_alone_waits_the_gathering_time_and_no_longer() -> None:
    """Nobody waits for others who may never come."""
    gathered = GatheredEmbedder(ScriptedEmbedder(), gather_s=0.05)
    begun = monotonic()

    gathered.embed(["a"], deadline_s=AGES_S)

    assert 0.05 <= monotonic() - begun < AGES_S / 3


def test_who_brings_a_whole_batch_waits_for_nobody() -> None:
    """The chunks of a long document fill requests by themselves."""
    gathered = GatheredEmbedder(ScriptedEmbedder(), limits=BatchLimits(most_texts=4), gather_s=AGES_S)
    begun = monotonic()

    gathered.embed(["a", "b", "c", "d"], deadline_s=AGES_S)

    assert monotonic() - begun < AGES_S / 3


def test_who_does_not_fit_leads_the_next_request() -> None:
    """Left over is not left behind."""
    embedder = ScriptedEmbedder()
    gathered = GatheredEmbedder(embedder, limits=BatchLimits(most_texts=3), gather_s=0.05)

    answers = together(gathered, [[f"{no} a", f"{no} b"] for no in range(5)])

    assert len(answers) == 5
    assert sorted(len(call) for call in embedder.calls) == [2] * 5


def test_a_text_on_its_way_is_not_asked_for_again() -> None:
    """The same notice stands below two pages that are embedded at the same time."""
    asked, answer = threading.Event(), threading.Event()

    def hold(_texts: Sequence[str]) -> None:
        asked.set()
        assert answer.wait(timeout=AGES_S)

    embedder = ScriptedEmbedder(refuse=hold)
    gathered = GatheredEmbedder(embedder, gather_s=0.0)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(gathered.embed, ["notice"], deadline_s=AGES_S)
        assert asked.wait(timeout=AGES_S)
        second = threads.submit(gathered.embed, ["notice"], deadline_s=AGES_S)
        answer.set()
        [one], [other] = first.result(), second.result()
    [later] = gathered.embed(["notice"], deadline_s=AGES_S)

    assert len(embedder.calls) == 1
    assert one.brought == other.brought == later.brought
    assert [each.usage.requests for each in (one, other, later)] == [1, 0, 0]


def test_a_refusal_keeps_the_batch_together_and_is_waited_for_on_the_spot() -> None:
    """429 is no failure: the very same texts are asked for again when the model said, and no attempt is spent."""
    pauses: list[float] = []
    refusals = iter([refused(retry_after_s=0.7), refused(retry_after_s=0.2)])

    def refuse(_texts: Sequence[str]) -> None:
        for refusal in refusals:
            raise refusal

    embedder = ScriptedEmbedder(refuse=refuse)
    gathered = GatheredEmbedder(embedder, gather_s=0.0, pause=pauses.append)

    answers = gathered.embed(["a", "b", "c"], deadline_s=AGES_S)

    assert embedder.calls == [("a", "b", "c")] * 3
    assert pauses == [0.7, 0.2]
    assert not any(isinstance(answer.brought, Exception) for answer in answers)
    assert sum(answer.usage.requests for answer in answers) == 3


def test_a_long_refusal_sends_all_back_to_their_queue() -> None:
    """A place is not held for a minute of waiting; the job's queue waits for nothing."""

    def refuse(_texts: Sequence[str]) -> None:
        raise refused(retry_after_s=45)

    gathered = GatheredEmbedder(
        ScriptedEmbedder(refuse=refuse), gather_s=0.0, pause=lambda s: pytest.fail(f"waited {s}")
    )

    answers = gathered.embed(["a", "b"], deadline_s=300)

    for answer in answers:
        assert isinstance(answer.brought, Deferred)
        assert answer.brought.retry_after_s == 45


def test_a_model_that_says_no_time_is_asked_at_doubling_intervals() -> None:
    """Asking every moment would keep it refusing."""
    refusals = Refusals()

    waits = [refusals.wait_s([refused()]) for _ in range(12)]

    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == LONGEST_WAIT_S
    refusals.answered()
    assert refusals.wait_s([refused()]) == 0.5


def test_a_model_that_refuses_for_an_hour_has_failed() -> None:
    """A job must end some day, and say what was wrong."""
    now = [0.0]
    refusals = Refusals(clock=lambda: now[0])

    def refuse(_texts: Sequence[str]) -> None:
        raise refused(retry_after_s=60)

    gathered = GatheredEmbedder(ScriptedEmbedder(refuse=refuse), gather_s=0.0, refusals=refusals)
    gathered.embed(["a"], deadline_s=AGES_S)
    now[0] = PATIENCE_S + 1

    [answer] = gathered.embed(["a"], deadline_s=AGES_S)

    assert isinstance(answer.brought, TransientFailure)
    assert answer.brought.kind is FailureKind.RATE_LIMITED


def test_only_the_text_to_blame_fails_and_the_others_of_the_request_do_not() -> None:
    """Documents that share a request share no fate."""

    def refuse(texts: Sequence[str]) -> None:
        if "poison" in texts:
            raise PermanentFailure("filtered", kind=FailureKind.CONTENT_FILTERED)

    gathered = GatheredEmbedder(ScriptedEmbedder(refuse=refuse), limits=BatchLimits(most_texts=3), gather_s=AGES_S)

    answers = together(gathered, [["good"], ["poison"], ["fine"]])

    assert [isinstance(answer.brought, ItemFailure) for [answer] in answers] == [False, True, False]


def test_failures_are_each_threads_own() -> None:
    """What is raised collects what it cost and where it was: two threads must not write into one."""

    def refuse(_texts: Sequence[str]) -> None:
        raise PermanentFailure("no such model", kind=FailureKind.MODEL_NOT_FOUND)

    gathered = GatheredEmbedder(ScriptedEmbedder(refuse=refuse), limits=BatchLimits(most_texts=2), gather_s=AGES_S)

    [[one], [other]] = together(gathered, [["a"], ["b"]])

    assert str(one.brought) == str(other.brought) == "no such model"
    assert one.brought is not other.brought


def test_a_call_that_breaks_leaves_nobody_waiting() -> None:
    """A mistake of ours fails the texts of that request, and the next ones are asked for as ever."""
    mistakes = iter([RuntimeError("ours")])

    def refuse(_texts: Sequence[str]) -> None:
        for mistake in mistakes:
            raise mistake

    gathered = GatheredEmbedder(ScriptedEmbedder(refuse=refuse), limits=BatchLimits(most_texts=2), gather_s=AGES_S)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(gathered.embed, [text], deadline_s=AGES_S) for text in "ab"]
        outcomes = [each.exception() or each.result()[0].brought for each in asked]

    assert {type(outcome) for outcome in outcomes} == {RuntimeError, TransientFailure}
    [answer] = GatheredEmbedder.embed(gathered, ["c", "d"], deadline_s=AGES_S)[:1]
    assert not isinstance(answer.brought, Exception)


def test_who_has_no_time_left_does_not_wait_for_the_others_request() -> None:
    """An attempt whose time is over is given up by the kernel; its thread must come back."""
    asked, answer = threading.Event(), threading.Event()

    def hold(_texts: Sequence[str]) -> None:
        asked.set()
        assert answer.wait(timeout=AGES_S)

    gathered = GatheredEmbedder(ScriptedEmbedder(refuse=hold), gather_s=0.0)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(gathered.embed, ["a"], deadline_s=AGES_S)
        assert asked.wait(timeout=AGES_S)
        [late] = gathered.embed(["a"], deadline_s=0.01)
        answer.set()
        first.result()

    assert isinstance(late.brought, PermanentFailure)
    assert late.brought.kind is FailureKind.TIMED_OUT
