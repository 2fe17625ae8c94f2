"""What a sync would do and cost: listed and compared as it would be, read in part, and written nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic

from attrs import define, field, frozen

from domain.embedding.chunk import text_hash
from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.ingesting import NO_MODEL, Ingesting
from domain.embedding.library_document import DocumentId, LibraryDocument, SourceId
from domain.embedding.pacing import HostPace, patient
from domain.embedding.ports import Library
from domain.embedding.source_ports import Fetched, SourceReader, Sources
from domain.embedding.source_rows import counted, known_documents
from domain.embedding.sync_plan import Deletions, Finish, Leave, Skip, Step, Take, steps_of
from domain.embedding.tokens import estimated_tokens
from domain.jobs.errors import Conflict, ItemFailure
from domain.jobs.ports import Clock
from domain.jobs.usage import NANOUSD
from domain.limits.doors import Doors
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext

LOOK_UP = 500
FETCH_S = 30.0


@frozen(kw_only=True)
class DryRun:
    """
    What a sync would come to, in documents; and what embedding would, in texts without a vector and their tokens.

    *examined* documents were read for the latter, *unreadable* of them in vain; where these are not all, numbers are
    scaled up from them, and `is_estimated` says so. *cost_nanousd* is None where no price is known.
    """

    created: int
    updated: int
    skipped: int
    deleted: int
    unconfirmed: int
    total: int
    examined: int
    unreadable: int
    chunks: int
    texts: int
    tokens: int
    cost_nanousd: int | None

    @property
    def is_estimated(self) -> bool:
        """Whether some documents were not read."""
        return self.examined < self.created + self.updated

    def document(self) -> dict[str, object]:
        """Return it as JSON."""
        names = ("created", "updated", "skipped", "deleted", "unconfirmed", "total", "examined", "unreadable", "chunks")
        return {
            **{name: getattr(self, name) for name in names},
            "texts_to_embed": self.texts,
            "tokens_to_embed": self.tokens,
            "cost_usd": None if self.cost_nanousd is None else self.cost_nanousd / NANOUSD,
            "is_estimated": self.is_estimated,
        }


@define
class _Sample:
    """What was read: how many documents, how many chunks, and the tokens of each text that has no vector."""

    examined: int = 0
    unreadable: int = 0
    chunks: int = 0
    missing: dict[str, int] = field(factory=dict)


@frozen(kw_only=True)
class DryRuns:
    """
    Looks ahead. *cost* says what so many tokens cost with a model, where that is known; *sleep* is how a website's
    next request is waited for.
    """

    library: Library
    sources: Sources
    environments: Environments
    ingesting: Ingesting
    doors: Doors
    clock: Clock
    sleep: Callable[[float], object] = field(repr=False)
    cost: Callable[[EmbeddingModel, int], int | None]

    def of(
        self,
        tenant: TenantContext,
        source_id: SourceId,
        *,
        most_examined: int | None = None,
        deadline_s: float | None = None,
    ) -> DryRun:
        """
        Return what a sync of the source would do now, reading at most *most_examined* documents for the estimate.

        After *deadline_s* seconds no further document is read.

        Raises:
            NotFound: there is no such source.
            Conflict: no embedding model is in use.
            TransientFailure, PermanentFailure, InvalidInput: it can't be listed.
        """
        ends = None if deadline_s is None else monotonic() + deadline_s
        with self.library.view(tenant) as work:
            source, model = work.sources.get(source_id), work.models.in_use()
        if model is None:
            raise Conflict(NO_MODEL)
        pace = patient(HostPace.of_organization(self.doors, tenant.organization_id), sleep=self.sleep)
        reader = self.sources.open(source, environment=self.environments.of(tenant), pace=pace)
        try:
            steps = self._steps(tenant, source, reader)
            takes = [step for step in steps if isinstance(step, Take)]
            sample = _Sample()
            for take in takes[:most_examined]:
                if ends is not None and monotonic() > ends:
                    break
                self._examine(tenant, source, reader, take, model, sample)
        finally:
            reader.close()
        return self._found(steps, takes, sample, model)

    def _steps(self, tenant: TenantContext, source: DocumentationSource, reader: SourceReader) -> Sequence[Step]:
        known = known_documents(self.library, tenant, source.id)
        return list(steps_of(known, counted(source, reader.entries()), leave=Leave(is_held=source.holds_deletions)))

    def _examine(
        self,
        tenant: TenantContext,
        source: DocumentationSource,
        reader: SourceReader,
        take: Take,
        model: EmbeddingModel,
        sample: _Sample,
    ) -> None:
        sample.examined += 1
        try:
            found = reader.fetch(take.entry, known=take.version, deadline_s=FETCH_S)
            if isinstance(found, Fetched):
                texts = self.ingesting.texts_of(tenant, self._as_document(source, take, found), found.content)
                sample.chunks += len(texts)
                sample.missing |= self._missing(tenant, texts, model)
        except ItemFailure:
            sample.unreadable += 1

    def _missing(self, tenant: TenantContext, texts: Sequence[str], model: EmbeddingModel) -> dict[str, int]:
        """Return the tokens of each text that has no vector, by its hash."""
        missing: dict[str, int] = {}
        for page in _pages(texts):
            hashes = {text_hash(text): text for text in page}
            with self.library.view(tenant) as work:
                known = work.vectors.known(model.fingerprint, list(hashes))
            new = {digest: estimated_tokens(text) for digest, text in hashes.items() if digest not in known}
            missing |= new
        return missing

    def _as_document(self, source: DocumentationSource, take: Take, found: Fetched) -> LibraryDocument:
        now = self.clock.now()
        return LibraryDocument(
            id=DocumentId(""),
            organization_id=source.organization_id,
            source_id=source.id,
            location=take.entry.location,
            title=found.name,
            media_type=found.media_type,
            content_hash="",
            size_bytes=len(found.content),
            created_at=now,
            updated_at=now,
        )

    def _found(self, steps: Sequence[Step], takes: Sequence[Take], sample: _Sample, model: EmbeddingModel) -> DryRun:
        end = steps[-1]
        assert isinstance(end, Finish), "the end of a plan comes last"
        created = sum(take.is_new for take in takes)
        times = len(takes) / sample.examined if sample.examined else 1.0
        tokens = round(sum(sample.missing.values()) * times)
        return DryRun(
            created=created,
            updated=len(takes) - created,
            skipped=sum(step.count for step in steps if isinstance(step, Skip)),
            deleted=end.vanished if end.deletions is Deletions.DELETE else 0,
            unconfirmed=end.vanished if end.deletions is Deletions.UNCONFIRMED else 0,
            total=end.listed,
            examined=sample.examined,
            unreadable=sample.unreadable,
            chunks=round(sample.chunks * times),
            texts=round(len(sample.missing) * times),
            tokens=tokens,
            cost_nanousd=self.cost(model, tokens),
        )


def _pages(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(texts), LOOK_UP):
        yield texts[first : first + LOOK_UP]
