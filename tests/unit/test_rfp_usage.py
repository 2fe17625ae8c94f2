"""What drafts and reviews cost is counted once: over deaths of workers, repairs, and calls that had to wait."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count

import attrs
import pytest
from attrs import define, field

from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure
from domain.jobs.item import Document, Item, ItemNo, ItemState, Outcome
from domain.jobs.job import Job
from domain.jobs.usage import NOTHING, Usage
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.stage import RESPONDING, REVIEWING
from tests.contract.building import US
from tests.unit.rfp_replies import HONEST, LIES
from tests.unit.rfp_world import MODEL, OTHER_MODEL, QUESTIONS, RfpWorld, opinion, spec_of

ONE_LIE = LIES["the quote is made up"]


@define
class Ledger:
    """An item's row: what was kept, and what was counted."""

    item: Item
    counted: Usage = NOTHING
    keeps: int = 0
    _outcome: Outcome | None = field(default=None, init=False)

    def keep(self, progress: Document, usage: Usage = NOTHING) -> None:
        """Store it as the kernel does."""
        self.item = attrs.evolve(self.item, progress=progress or None)
        self.counted += usage
        self.keeps += 1

    def attempt(self, world: RfpWorld, job: Job) -> Outcome:
        """Run the item once; what it costs is counted as the kernel does."""
        runner = world.families[job.kind].prepare(US, job)
        try:
            outcome = runner.run(self.item, deadline_s=10.0, keep=self.keep)
        except ItemFailure as failure:
            self.counted += failure.usage
            raise
        self.counted += outcome.usage
        return outcome


def a_question(world: RfpWorld) -> tuple[Job, Ledger]:
    """Return a job that drafts one question, and its row."""
    rfp = world.imported(QUESTIONS[:1])
    job = world.answering.respond(US, spec_of(rfp, MODEL, {}))
    return job, Ledger(Item(no=ItemNo(0), key="1", input={"no": 1}))


def in_turn(*replies: str | Exception) -> Callable[[str], str]:
    """Return what says one after the other, or raises it."""
    turn = count()

    def reply(_told: str) -> str:
        said = replies[next(turn)]
        if isinstance(said, Exception):
            raise said
        return said

    return reply


@pytest.mark.parametrize(("replies", "requests"), [((HONEST,), 1), ((ONE_LIE, HONEST), 2)])
def test_a_draft_whose_worker_died_is_not_made_again_and_its_cost_is_counted(
    replies: tuple[str, ...], requests: int
) -> None:
    """It was stored, and the word of it was lost: the next attempt says what it cost."""
    world = RfpWorld(in_turn(*replies))
    job, row = a_question(world)
    before_death = attrs.evolve(row, item=row.item)
    row.attempt(world, job)
    if row.keeps:
        before_death.keep(row.item.progress or {}, Usage(requests=1))

    outcome = before_death.attempt(world, job)

    assert outcome.state is ItemState.SUCCEEDED
    assert len(world.authors.asked) == requests
    assert before_death.counted.requests == row.counted.requests == requests


def test_a_review_whose_worker_died_is_not_made_again_and_its_cost_is_counted() -> None:
    """As of drafts."""
    world = RfpWorld(in_turn(HONEST, opinion("accept")))
    rfp = world.imported(QUESTIONS[:1])
    world.answered(rfp)
    job = world.answering.review(US, spec_of(rfp, OTHER_MODEL, {}))
    first, second = (Ledger(Item(no=ItemNo(0), key="1", input={"no": 1, "draft": 1})) for _ in range(2))

    first.attempt(world, job)
    outcome = second.attempt(world, job)

    assert (outcome.state, outcome.usage) == (ItemState.SUCCEEDED, first.counted)
    assert first.counted.requests == 1


@pytest.mark.parametrize("kind", [RESPONDING, REVIEWING])
def test_a_reply_that_was_paid_for_before_a_call_had_to_wait_is_counted(kind: str) -> None:
    """A limit may come between a reply that can't be read and the question for a better one."""
    world = RfpWorld(in_turn(HONEST, "gibberish", Deferred(1.0, "not yet")))
    rfp = world.imported(QUESTIONS[:1])
    world.answered(rfp)
    if kind == RESPONDING:
        world.library.texts["encryption"] += " More is said."
        job = world.answering.respond(US, spec_of(rfp, MODEL, {}))
    else:
        job = world.answering.review(US, spec_of(rfp, OTHER_MODEL, {}))
    row = Ledger(Item(no=ItemNo(0), key="1", input={"no": 1}))

    with pytest.raises(Deferred):
        row.attempt(world, job)

    assert (row.keeps, row.counted.requests) == (1, 1)


def test_a_first_draft_outlives_a_repair_that_had_to_wait() -> None:
    """The second call waits for its permit; the first one was paid for, and is not made again."""
    world = RfpWorld(in_turn(ONE_LIE, Deferred(1.0, "not yet"), HONEST))
    job, row = a_question(world)

    with pytest.raises(Deferred):
        row.attempt(world, job)
    row.attempt(world, job)

    assert len(world.authors.asked) == 3
    assert row.counted.requests == 2
    [standing] = world.answering.standings(US, world.answering.page(US, limit=1)[0].id)
    assert standing.question.no == QuestionNo(1)
    assert standing.draft is not None
    assert (standing.draft.repairs, standing.draft.usage.requests) == (1, 2)


@pytest.mark.parametrize(
    ("failure", "requests"),
    [
        (PermanentFailure("refused", kind=FailureKind.REFUSED), 2),
        (PermanentFailure("nobody was called", kind=FailureKind.TARGET_DOWN), 1),
    ],
)
def test_a_call_that_fails_counts_where_it_was_made(failure: ItemFailure, requests: int) -> None:
    """A budget of requests counts what the far side saw; the reply before it counts in any case."""
    world = RfpWorld(in_turn("gibberish", failure))
    job, row = a_question(world)

    with pytest.raises(PermanentFailure):
        row.attempt(world, job)

    assert row.counted.requests == requests


PRICE = Usage(requests=1, prompt_tokens=7, cost_nanousd=70)
"""Of the vector of a question."""


@pytest.mark.parametrize(
    ("reply", "requests"), [(HONEST, 1), (PermanentFailure("refused", kind=FailureKind.REFUSED), 1), ("gibberish", 2)]
)
def test_what_finding_the_passages_cost_is_counted_whatever_comes_of_the_draft(
    reply: str | ItemFailure, requests: int
) -> None:
    """A job's budget is not kept if the embedding model may spend beside it."""
    world = RfpWorld(in_turn(reply, reply))
    world.library.price = PRICE
    job, row = a_question(world)

    with suppress(PermanentFailure):
        row.attempt(world, job)

    assert row.counted.requests == PRICE.requests + requests
    assert row.counted.prompt_tokens >= PRICE.prompt_tokens
    assert row.counted.cost_nanousd >= PRICE.cost_nanousd


def test_a_question_that_is_not_drafted_again_still_pays_for_looking() -> None:
    """Whether its passages have changed is found out by a search."""
    world = RfpWorld(in_turn(HONEST))
    rfp = world.imported(QUESTIONS[:1])
    world.answered(rfp)
    world.library.price = PRICE
    job = world.answering.respond(US, spec_of(rfp, MODEL, {}))
    row = Ledger(Item(no=ItemNo(0), key="1", input={"no": 1}))

    outcome = row.attempt(world, job)

    assert (outcome.state, row.counted) == (ItemState.SKIPPED, PRICE)


def test_a_first_draft_stays_kept_beside_what_a_search_costs() -> None:
    """Both are kept in one place, and the search of the next attempt comes first."""
    world = RfpWorld(in_turn(ONE_LIE, Deferred(1.0, "not yet"), HONEST))
    world.library.price = PRICE
    job, row = a_question(world)

    with pytest.raises(Deferred):
        row.attempt(world, job)
    row.attempt(world, job)

    assert len(world.authors.asked) == 3
    assert row.counted.requests == 2 * PRICE.requests + 2


def test_what_a_reviewer_looks_up_is_counted_with_its_review() -> None:
    """It is shown what else the library says, which is another search."""
    world = RfpWorld(in_turn(HONEST, opinion("accept")))
    rfp = world.imported(QUESTIONS[:1])
    world.answered(rfp)
    world.library.price = PRICE
    job = world.answering.review(US, spec_of(rfp, OTHER_MODEL, {}))
    row = Ledger(Item(no=ItemNo(0), key="1", input={"no": 1, "draft": 1}))

    row.attempt(world, job)

    assert row.counted.requests == PRICE.requests + 1
    assert row.counted.prompt_tokens >= PRICE.prompt_tokens
