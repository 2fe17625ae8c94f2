"""
PRUNE and the end of a sync: what has vanished is marked as removed when all else is done, and nothing is in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.library_document import ReviewStatus, failed
from domain.embedding.ports import Library
from domain.embedding.source_rows import source_in
from domain.embedding.sync_counts import DELETED, HELD, verdict
from domain.embedding.sync_items import moment_of
from domain.embedding.sync_plan import Delete, Deletions, Finish, most_deletions
from domain.embedding.sync_rows import SyncRows
from domain.jobs.errors import Deferred, FailureKind
from domain.jobs.item import Failure, Item, ItemState, Outcome
from domain.jobs.ports import Clock
from domain.tenancy import TenantContext

WAIT_S = 1.0
"""How long what comes last waits before it looks again whether all documents are done with."""


@frozen(kw_only=True, eq=False)
class Ending:
    """Ends one sync; *rows* are those of its own job."""

    tenant: TenantContext
    source: DocumentationSource
    library: Library
    rows: SyncRows
    clock: Clock

    def delete(self, item: Item, step: Delete) -> Outcome:
        """
        Mark documents as removed, all of one sync with one moment; again changes nothing.

        Raises:
            Deferred: some documents of the sync are not done with.
        """
        self._wait_for_documents()
        doubt = self.rows.doubt()
        if doubt:
            reason = f"{doubt}; what has vanished from the source is deleted by a sync in which nothing goes wrong"
            held = verdict(HELD, count=len(step.documents))
            return Outcome(state=ItemState.SKIPPED, verdict=held, result={"reason": reason})
        moment = moment_of(item.input)
        with self.library.begin(self.tenant) as work:
            source = source_in(work, self.source)
            if source.deletions_at != moment:
                work.sources.put(evolve(source, deletions_at=moment, holds_deletions=False))
            for document_id in sorted(step.documents):  # all who lock documents do it in one order
                document = work.documents.get(document_id, lock=True)
                if document.removed_at is None:
                    work.documents.put(evolve(document, removed_at=moment, updated_at=moment, version=""))
            work.commit()
        return Outcome(state=ItemState.SUCCEEDED, verdict=verdict(DELETED, count=len(step.documents)))

    def finish(self, step: Finish) -> Outcome:
        """
        Say how the sync ended, where its documents can't.

        Raises:
            Deferred: some documents of the sync are not done with.
        """
        self._wait_for_documents()
        self._settle(self.rows.failed())
        if step.deletions is Deletions.EMPTY:
            return _refused(
                f"the source lists nothing, and the library has {step.known} documents of it; nothing was deleted. "
                "Look whether it is there (a folder that is not mounted looks empty); to forget its documents, remove "
                "the source"
            )
        if step.deletions is Deletions.UNCONFIRMED:
            return _refused(self._unconfirmed(step))
        if step.deletions is Deletions.NONE and self.source.holds_deletions:
            self._trust_deletions_again()
        return Outcome(state=ItemState.SUCCEEDED)

    def _unconfirmed(self, step: Finish) -> str:
        is_much = step.vanished > most_deletions(step.known)
        why = f"more than {most_deletions(step.known)}" if is_much else "and deletions were undone here before"
        return (
            f"{step.vanished} of {step.known} documents have vanished from the source, {why}; nothing was deleted. If "
            f"they are to go: `antiphon library sync {self.source.name} --confirm-deletions`"
        )

    def _settle(self, failures: Mapping[str, Failure]) -> None:
        """Say of documents that they failed, where their attempts could not (a worker that was lost, a deadline)."""
        for location, failure in sorted(failures.items()):
            with self.library.begin(self.tenant) as work:
                document = work.documents.at(self.source.id, location, lock=True)
                if document is not None and document.review_status is ReviewStatus.PROCESSING:
                    digest, now = document.content_hash, self.clock.now()
                    work.documents.put(failed(document, content_hash=digest, reason=failure.message, now=now))
                    work.commit()

    def _trust_deletions_again(self) -> None:
        with self.library.begin(self.tenant) as work:
            work.sources.put(evolve(source_in(work, self.source), holds_deletions=False))
            work.commit()

    def _wait_for_documents(self) -> None:
        waiting = self.rows.open_documents()
        if waiting:
            raise Deferred(WAIT_S, f"{waiting} documents of the sync are not done with yet")


def _refused(message: str) -> Outcome:
    return Outcome(
        state=ItemState.FAILED, failure=Failure(kind=FailureKind.REFUSED, message=message), result={"reason": message}
    )
