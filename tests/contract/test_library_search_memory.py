"""What holds of numpy's search index only: the memory that it keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from adapters.library_search.exact import ExactSearch
from tests.contract.building import THEM, US
from tests.contract.library_shelves import Shelf, a_model, direction, random_vectors

EAST, NORTH = direction(1, 0, 0), direction(0, 1, 0)
MODEL = a_model()


def test_a_library_beyond_the_memory_limit_is_searched_all_the_same(engine: Engine) -> None:
    """A process must not grow with its largest organization; slower is better than killed."""
    shelf = Shelf(engine=engine, model=MODEL)
    for no in range(7):
        shelf.put(f"{no}.md", random_vectors(40, dimensions=3, seed=no))
    small = ExactSearch(engine=engine, most_bytes=100, page=2)

    for question in random_vectors(5, dimensions=3, seed=99):
        found = small.search(US, question, model=MODEL, k=9, only_approved=False)
        assert found == ExactSearch(engine=engine).search(US, question, model=MODEL, k=9, only_approved=False)
    assert small.kept_bytes == 0


def test_libraries_together_stay_below_the_memory_limit(engine: Engine) -> None:
    """Of many organizations, those that were not asked for longest are let go."""
    index = ExactSearch(engine=engine, most_bytes=60 * 3 * 4 + 500)
    for tenant in (US, THEM):
        Shelf(engine=engine, model=MODEL, tenant=tenant).put("a.md", random_vectors(40, dimensions=3, seed=1))

    for tenant in (US, THEM, US, THEM):
        assert len(index.search(tenant, EAST, model=MODEL, k=50, only_approved=False)) == 40
        assert 0 < index.kept_bytes <= 60 * 3 * 4 + 500


def test_an_unchanged_library_is_not_read_again(engine: Engine, statements: list[str]) -> None:
    """100,000 vectors are 150 MB; reading them for each question would be most of a search."""
    Shelf(engine=engine, model=MODEL).put("a.md", [EAST, NORTH])
    Shelf(engine=engine, model=MODEL).put("b.md", [EAST, NORTH])
    index = ExactSearch(engine=engine)
    index.search(US, EAST, model=MODEL, k=2, only_approved=False)
    statements.clear()

    index.search(US, NORTH, model=MODEL, k=2, only_approved=False)
    assert not any("library_vector.vector" in statement for statement in statements)

    Shelf(engine=engine, model=MODEL).put("b.md", [NORTH])
    index.search(US, NORTH, model=MODEL, k=2, only_approved=False)
    assert sum("library_vector.vector" in statement for statement in statements) == 1


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is sent to the database."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
