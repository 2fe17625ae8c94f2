"""Contract of the questions a library is checked by, and of its version: memory, SQLite, Postgres."""

from __future__ import annotations

from sqlalchemy import Engine

from adapters.database.library import SqlLibrary
from adapters.database.library_version import VERSION
from adapters.database.scope import scoped
from domain.embedding.check_question import CheckQuestion
from domain.embedding.ports import Library
from domain.tenancy import TenantContext
from tests.contract.building import THEM, US

FIRST = CheckQuestion(question="How long?", document="terms.md", heading="Refunds")
SECOND = CheckQuestion(question="Who says so?", document="terms.md")


def test_questions_come_back_in_their_order(library: Library) -> None:
    """A report lists them as their author did."""
    with library.begin(US) as work:
        work.questions.put([SECOND, FIRST])
        work.commit()

    with library.view(US) as work:
        assert work.questions.all() == [SECOND, FIRST]
    with library.view(THEM) as work:
        assert work.questions.all() == []


def test_new_questions_take_the_place_of_all_before(library: Library) -> None:
    """What a file no longer asks must not be asked any more."""
    with library.begin(US) as work:
        work.questions.put([FIRST, SECOND])
        work.commit()

    with library.begin(US) as work:
        work.questions.put([SECOND])
        work.commit()

    with library.view(US) as work:
        assert work.questions.all() == [SECOND]


def test_questions_that_were_not_committed_are_not_there(library: Library) -> None:
    """A file that is refused half-way leaves the old questions."""
    with library.begin(US) as work:
        work.questions.put([FIRST])
        work.commit()

    with library.begin(US) as work:
        work.questions.put([SECOND, SECOND])

    with library.view(US) as work:
        assert work.questions.all() == [FIRST]


def test_every_commit_makes_the_library_another_version(engine: Engine) -> None:
    """What a process has read of a library stays in its memory until then."""
    library = SqlLibrary(engine)
    before = version(engine, US)

    with library.begin(US) as work:
        work.commit()
    with library.begin(US):
        pass

    assert (before, version(engine, US), version(engine, THEM)) == (0, 1, 0)


def version(engine: Engine, tenant: TenantContext) -> int:
    """Return the version of the tenant's library."""
    with scoped(engine, organization_id=tenant.organization_id, is_view=True) as scope:
        return int(scope.execute(VERSION).scalar() or 0)
