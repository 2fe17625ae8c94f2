"""Contract of the rows of documentation sources: one organization's, by id and by name."""

from __future__ import annotations

import attrs
import pytest

from domain.embedding.documentation_source import DocumentationSource, SourceKind, SourceSettings
from domain.embedding.ports import Library
from domain.embedding.selection import Selection
from domain.jobs.errors import Conflict, NotFound
from domain.tenancy import TenantContext
from tests.contract.building import THEM, US, after
from tests.contract.documentation_sources import a_source

SETTINGS = SourceSettings(
    kind=SourceKind.S3,
    location="s3://docs/handbook",
    endpoint="https://s3.example.org",
    region="eu-central-1",
    user="${S3_KEY}",
    secret="${S3_SECRET}",
    selection=Selection(include=("*.md", "docs/**/*.pdf"), exclude=("drafts/*",)),
    most_documents=500,
)


def add(library: Library, source: DocumentationSource, *, tenant: TenantContext = US) -> DocumentationSource:
    """Store a source."""
    with library.begin(tenant) as work:
        work.sources.add(source)
        work.commit()
    return source


def test_a_source_is_read_as_it_was_stored(library: Library) -> None:
    """What is lost between row and value is lost for ever, credentials' names and globs among it."""
    full = a_source(2, settings=SETTINGS, is_trusted=True, deletions_at=after(7), holds_deletions=True)
    for source in (add(library, a_source()), add(library, full)):
        with library.begin(US) as work:
            assert work.sources.get(source.id) == source
            assert work.sources.get(source.id, lock=True) == source
            assert work.sources.named(source.name) == source


def test_a_name_is_given_once(library: Library) -> None:
    """Commands name sources by name: two of one name would be a guess."""
    add(library, a_source())

    with library.begin(US) as work, pytest.raises(Conflict, match="source-1"):
        work.sources.add(a_source(2, name="source-1"))


def test_the_name_of_a_removed_source_is_free_again(library: Library) -> None:
    """Whoever removes a source and adds it anew must not have to think of another name."""
    gone = add(library, a_source())
    with library.begin(US) as work:
        work.sources.put(attrs.evolve(gone, removed_at=after(9)))
        work.commit()

    again = add(library, a_source(2, name=gone.name))

    with library.view(US) as work:
        assert work.sources.named(gone.name) == again
        assert work.sources.all() == [again]
        with pytest.raises(NotFound):
            work.sources.get(gone.id)


def test_sources_are_listed_by_name_and_of_one_organization(library: Library) -> None:
    """Names are what people look for; other organizations' sources are not there."""
    second, first = add(library, a_source(1, name="b")), add(library, a_source(2, name="a"))
    add(library, a_source(3, tenant=THEM, name="a"), tenant=THEM)

    with library.view(US) as work:
        assert work.sources.all() == [first, second]


def test_what_is_not_there_is_not_found(library: Library) -> None:
    """Unknown ids are refused by name, and a change of nothing is no success."""
    with library.begin(US) as work:
        assert work.sources.named("nobody") is None
        with pytest.raises(NotFound, match="sources list"):
            work.sources.get(a_source(9).id)
        with pytest.raises(NotFound):
            work.sources.put(a_source(9))


def test_changes_are_kept_and_undone(library: Library) -> None:
    """A unit of work that is left without commit has changed nothing."""
    source = add(library, a_source())

    with library.begin(US) as work:
        work.sources.put(attrs.evolve(source, is_trusted=True))

    with library.view(US) as work:
        assert work.sources.get(source.id) == source
