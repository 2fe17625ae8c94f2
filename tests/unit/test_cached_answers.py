"""What answers from the response cache do to the numbers of a run."""

from __future__ import annotations

import attrs

from domain.jobs.item import Item, ItemState, Outcome
from domain.test_execution.codec import result_to_json
from domain.test_execution.dialogue import Exchange, whole_answer
from domain.test_execution.summary import RunSummary, summarise
from domain.test_execution.target import Answer, usage_of
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import again, job_of, passed


def judged(no: int, answer: Answer) -> Item:
    """Return the row of a test that passed with this answer."""
    outcome = Outcome(state=ItemState.SUCCEEDED, verdict="pass", result=result_to_json("?", answer, [], None))
    return attrs.evolve(passed(no), outcome=outcome)


def summary_of(*answers: Answer) -> RunSummary:
    """Return the numbers of a run that got these answers."""
    rows = [judged(no, answer) for no, answer in enumerate(answers)]
    return summarise(job_of(len(rows)), items=again(*rows)(), gates=Gates())


def test_a_report_counts_hits_and_leaves_them_out_of_latency_tokens_and_cost() -> None:
    """What was not waited for and not paid is no measurement of the target, and no cost of the run."""
    bought = Answer(text="a", latency_s=2.0, prompt_tokens=9, completion_tokens=1, cost_nanousd=500)
    found = attrs.evolve(bought, latency_s=50.0, cached=True)
    summary = summary_of(bought, found, found)

    assert (summary.cached.answers, summary.cached.saved_nanousd) == (2, 1000)
    assert summary.latency is not None
    assert (summary.latency.n, summary.latency.max) == (1, 2.0)
    assert (summary.tokens.prompt, summary.tokens.answers) == (9, 1)
    assert (summary.cost.target_nanousd, summary.cost.known, summary.cost.unknown) == (500, 1, 0)


def test_a_run_from_the_cache_alone_has_no_latency_and_no_cost() -> None:
    """Unknown is not zero."""
    summary = summary_of(Answer(text="a", latency_s=2.0, cached=True))

    assert (summary.latency, summary.cost.nanousd, summary.cost.unknown) == (None, None, 0)
    assert summary.passed == 1


def test_a_conversation_of_which_a_part_was_cached_counts_as_that() -> None:
    """Its last turn was waited for, the first was not: together they measure nothing."""
    exchanges = tuple(
        Exchange(user="?", answer=Answer(text="a", latency_s=1.0, cached=is_cached)) for is_cached in (True, False)
    )

    assert whole_answer(exchanges).cached
    assert not whole_answer(exchanges[1:]).cached
    assert usage_of(exchanges[1].answer).requests == 1
