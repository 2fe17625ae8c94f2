"""What a sync needs of the places that documents come from, and of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from domain.embedding.documentation_source import DocumentationSource, SourceSettings
from domain.embedding.library_document import SourceId

MOST_BYTES = 25 * 1024 * 1024
"""What one document may have: as much as may be uploaded."""


@frozen(kw_only=True)
class Entry:
    """
    One document in a listing.

    *version* changes whenever the content does; empty: the listing does not say, and only fetching tells. *size* is in
    bytes, where the listing knows it.
    """

    location: str
    version: str
    size: int | None = None


@frozen(kw_only=True)
class Fetched:
    """
    A document's bytes, what its source calls them (*name*, *media_type*), and the version they are of.

    What is kept of a version may hold more than the listing's, behind a space: see `sync_plan.is_same_version`.
    """

    content: bytes
    name: str
    media_type: str = ""
    version: str


@frozen(kw_only=True)
class Unchanged:
    """The source says that the document is still the one it was asked about; *version* is what to keep from now on."""

    version: str


class SourceReader(Protocol):
    """One source, open. Used by several threads at once."""

    def entries(self) -> Iterator[Entry]:
        """
        List every document, lazily; a listing that ends without an error is complete.

        Raises:
            TransientFailure, PermanentFailure: the source can't be listed (any more); what was listed is not all.
        """

    def fetch(self, entry: Entry, *, known: str, deadline_s: float) -> Fetched | Unchanged:
        """
        Return the document as it is now; *known* is the version that is stored ("" for none).

        Raises:
            TransientFailure: it may come later.
            PermanentFailure: it is gone, is too large (kind too_large), or may not be read.
            Deferred: the source may not be asked yet.
        """

    def close(self) -> None:
        """Let go of files and connections."""


class Pace(Protocol):
    """Keeps requests to one host apart, over all who make them."""

    def __call__(self, host: str, *, interval_s: float) -> None:
        """
        Return when the next request to *host* may be made, *interval_s* after the one before.

        Raises:
            Deferred: that is not soon; whoever can wait comes again.
        """


class Sources(Protocol):
    """Opens sources of every kind."""

    def check(self, settings: SourceSettings) -> None:
        """
        Refuse what could never be opened here; nothing is called.

        Raises:
            InvalidInput: a URL or a path that is none, or that the operator does not allow.
        """

    def open(self, source: DocumentationSource, *, environment: Mapping[str, str], pace: Pace) -> SourceReader:
        """
        Open a source; *environment* is what `${NAME}` stands for in it.

        Raises:
            InvalidInput: as for `check`; or a secret is not set.
            PermanentFailure: there is nothing to open, or nothing that opens this kind is installed.
            TransientFailure: it may be there later.
        """


class SourceRows(Protocol):
    """The documentation sources of one organization."""

    def add(self, source: DocumentationSource) -> None:
        """
        Store a new source.

        Raises:
            Conflict: there is one of this name.
        """

    def put(self, source: DocumentationSource) -> None:
        """
        Store a changed source.

        Raises:
            NotFound: there is none of this id.
        """

    def get(self, source_id: SourceId, *, lock: bool = False) -> DocumentationSource:
        """
        Return the source; with *lock*, nobody else locks it until this unit of work ends.

        Raises:
            NotFound: there is none of this id in this organization, or it was removed.
        """

    def named(self, name: str) -> DocumentationSource | None:
        """Return the source of that name, if there is one."""

    def all(self) -> Sequence[DocumentationSource]:
        """Return the sources that were not removed, by name."""
