"""
What Postgres plans before it has statistics: right after a first sync or import nobody has counted its rows yet.

It then takes every table for tiny, where going through all of it for each row of another looks as good as an index.
What each part of a plan touches is counted here, on a library and an RFP of a few hundred rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, Engine, event, text

from adapters.database.library import SqlLibrary
from adapters.database.library_audit import SqlAuditRows
from adapters.database.overview import SqlOverviews
from adapters.database.rfp_stale import SqlStaleAnswers
from adapters.database.rfps import SqlRfpStore
from adapters.database.store import SqlStore
from adapters.library_search.exact import ExactSearch
from adapters.library_search.lexical import LexicalSearch
from domain.jobs.job import JobId
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.rfp import Rfp
from tests.contract.building import NOW, US, a_job, after, processing
from tests.contract.ingesting_documents import use
from tests.contract.library_shelves import Shelf, a_model, random_vectors
from tests.contract.rfp_building import a_decision, a_draft, a_question, a_review, add_rfp, an_rfp, without_answer

pytestmark = pytest.mark.postgres

DOCUMENTS, CHUNKS_EACH, QUESTIONS, JOBS = 30, 10, 300, 150
MOST = 10 * DOCUMENTS * CHUNKS_EACH
"""Rows that one part of a plan may touch: some for each that is there. To go through all for each would be 45,000."""
_FORGET_STATISTICS = """
DELETE FROM pg_statistic USING pg_class
WHERE pg_class.oid = starelid AND relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
MODEL = a_model()
Read = Callable[[Engine, Rfp], object]


def _library(read: Callable[[Any], object]) -> Read:
    def of(engine: Engine, _rfp: Rfp) -> object:
        with SqlLibrary(engine).view(US) as work:
            return read(work)

    return of


def _rfps(read: Callable[[Any, Rfp], object]) -> Read:
    def of(engine: Engine, rfp: Rfp) -> object:
        with SqlRfpStore(engine).view(US) as work:
            return read(work, rfp)

    return of


def _jobs(read: Callable[[Any], object]) -> Read:
    def of(engine: Engine, _rfp: Rfp) -> object:
        with SqlStore(engine).view(US) as work:
            return read(work)

    return of


def _searched(engine: Engine, _rfp: Rfp) -> object:
    [vector] = random_vectors(1, dimensions=3, seed=2)
    return ExactSearch(engine=engine).search(US, vector, model=MODEL, k=8, only_approved=False)


READS: Mapping[str, Read] = {
    "search by vectors": _searched,
    "search by words": lambda engine, _: LexicalSearch(engine=engine).search(
        US, "1.md", model=MODEL, k=8, only_approved=False
    ),
    "coverage": _library(lambda work: work.vectors.coverage(MODEL.fingerprint)),
    "audit": lambda engine, _: SqlAuditRows(engine).look(US, now=NOW + timedelta(days=365)),
    "list of RFPs": _rfps(lambda work, _: work.rfps.page(limit=10)),
    "standings": _rfps(lambda work, rfp: work.answers.page(rfp.id, limit=QUESTIONS)),
    "gaps": _rfps(lambda work, _: work.answers.gaps(limit=QUESTIONS)),
    "earlier answers": _rfps(lambda work, _: work.answers.decided(besides="another", limit=QUESTIONS)),
    "list of jobs": _jobs(lambda work: work.jobs.page(before=None, limit=JOBS)),
    "newest jobs": _jobs(lambda work: work.jobs.newest(kind="test_execution", subjects=list(map(str, range(JOBS))))),
    "overview": lambda engine, _: SqlOverviews(engine).look(),
    "stale answers": lambda engine, _: SqlStaleAnswers(SqlRfpStore(engine)).find(US, limit=QUESTIONS),
}


def test_no_statement_goes_through_all_rows_for_each_row(
    postgres_engine: Engine, postgres_administrator: Engine
) -> None:
    """The first question after a sync would take minutes for a library that later answers in milliseconds."""
    rfp = _filled(postgres_engine)
    with postgres_administrator.begin() as connection:  # what an autovacuum may have learned from an earlier test
        connection.execute(text(_FORGET_STATISTICS))

    assert {name: found for name, read in READS.items() if (found := _touching_most(postgres_engine, rfp, read))} == {}


def _touching_most(engine: Engine, rfp: Rfp, read: Read) -> dict[str, int]:
    """Return the statements of the read that touch too many rows, and how many."""
    with _touching(engine) as touched:
        assert read(engine, rfp), "a read that finds nothing says nothing about its plan"
    assert touched, "nothing was counted"
    return {statement: rows for statement, rows in touched.items() if rows > MOST}


def _filled(engine: Engine) -> Rfp:
    use(SqlLibrary(engine), MODEL)
    shelf = Shelf(engine=engine, model=MODEL)
    for no in range(DOCUMENTS):
        shelf.put(f"{no}.md", random_vectors(CHUNKS_EACH, dimensions=3, seed=no))
    rfp = an_rfp()
    asked = tuple(a_question(no) for no in range(1, QUESTIONS + 1))
    rfp = attrs.evolve(rfp, questionnaire=attrs.evolve(rfp.questionnaire, questions=asked))
    shelf.put("unread.md", [None])
    for no in range(JOBS):
        processing(SqlStore(engine), a_job(JobId(f"job-{no}"), created_at=after(no), subject=str(no)), planned=2)
    store = SqlRfpStore(engine)
    add_rfp(store, rfp)
    with store.begin(US) as work:
        for no in map(QuestionNo, range(1, QUESTIONS + 1)):
            work.answers.add_draft(without_answer(rfp, no))
            if no % 2:
                work.answers.add_draft(a_draft(rfp, no, version=2, document=f"d-{no}"))
                work.answers.add_review(a_review(rfp, no, of=2))
            if no % 4 == 1:
                work.answers.add_decision(a_decision(rfp, no, of=2))
        work.commit()
    return rfp


@contextmanager
def _touching(engine: Engine) -> Iterator[dict[str, int]]:
    """Yield how many rows the busiest part of each SELECT touches; it is run once more to be counted."""
    touched: dict[str, int] = {}

    def count(connection: Connection, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in statement:
            cursor = connection.connection.cursor()
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values)
            [[[explained]]] = cursor.fetchall()
            touched[statement] = round(_rows(explained["Plan"]))

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield touched
    finally:
        event.remove(engine, "before_cursor_execute", count)


def _rows(plan: Mapping[str, Any]) -> float:
    """Return how many rows the busiest part of a plan gave on or threw away, over all of its turns."""
    own: float = sum(number for key, number in plan.items() if key == "Actual Rows" or key.startswith("Rows Removed"))
    turns: float = plan["Actual Loops"]
    return max([own * turns, *(_rows(part) for part in plan.get("Plans", ()))])
