"""
Git repositories as sources: one in a folder of this machine, or one behind a URL, of which a shallow copy is kept.

The version of a document is the hash of its blob, so that nothing is fetched twice, and a file that was only moved is
known by its content. Nothing is checked out, and no hook or filter of a repository is run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from adapters.sources.git_tree import blob, commit_of, files_of, find
from domain.embedding.selection import Selection
from domain.embedding.source_ports import MOST_BYTES, Entry, Fetched
from domain.embedding.sync_failures import gone, too_large
from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure

if TYPE_CHECKING:
    from dulwich.repo import Repo


class Repository(Protocol):
    """Where the objects of a source are."""

    def refreshed(self) -> Repo:
        """
        Return the repository as it is now; the caller closes it.

        Raises:
            TransientFailure, PermanentFailure: it can't be reached, or is none.
        """

    def at_hand(self) -> Repo:
        """Return the repository as it was seen last, without asking anybody; the caller closes it."""


@frozen(kw_only=True, eq=False)
class GitReader:
    """`SourceReader` of one branch; dulwich's objects are not made for several threads, so they take turns."""

    repository: Repository
    branch: str
    selection: Selection
    _turn: threading.Lock = field(factory=threading.Lock, init=False)

    def entries(self) -> Iterator[Entry]:
        """List the files of the branch's newest commit."""
        with self._turn:
            repo = self.repository.refreshed()
            with repo:
                commit = commit_of(repo, self.branch)
                try:
                    found = list(files_of(repo.object_store, commit, self.selection))
                except KeyError as exc:
                    raise _damaged(exc) from exc
        yield from found

    def fetch(self, entry: Entry, *, known: str, deadline_s: float) -> Fetched:
        """Read a blob; one that is not at hand any more is looked for in the branch's newest commit."""
        _ = known, deadline_s
        with self._turn:
            content, version = self._at_hand(entry) or self._newest(entry)
        if len(content) > MOST_BYTES:
            raise too_large(entry.location, size=len(content))
        return Fetched(content=content, name=entry.location.rpartition("/")[2], version=version)

    def close(self) -> None:
        """Each repository was closed by who opened it."""

    def _at_hand(self, entry: Entry) -> tuple[bytes, str] | None:
        with self.repository.at_hand() as repo:
            try:
                return blob(repo.object_store, entry.version), entry.version
            except KeyError:
                return None

    def _newest(self, entry: Entry) -> tuple[bytes, str]:
        with self.repository.refreshed() as repo:
            try:
                found = find(repo.object_store, commit_of(repo, self.branch), entry.location)
                if found is None:
                    raise gone(entry.location)
                return blob(repo.object_store, found.version), found.version
            except KeyError as exc:
                raise _damaged(exc) from exc


def _damaged(exc: KeyError) -> TransientFailure:
    return TransientFailure(
        f"the repository lacks an object ({exc.args[0]!r}): it is being changed, or is damaged",
        kind=FailureKind.CONNECTION,
    )


def not_a_repository(place: str) -> PermanentFailure:
    """Return the failure of what is no repository."""
    return PermanentFailure(f"{place}: there is no git repository", kind=FailureKind.BAD_INPUT)
