"""
What a process is put together of, in two layers: the families of jobs, and what stands on the service of jobs.

That service must know every family first; what starts their jobs is built after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from domain.embedding.searching import Searching
from domain.embedding.sync import DocumentationSync
from domain.embedding.sync_spec import KIND as SYNC
from domain.jobs.family import Family
from domain.jobs.service import JobService
from domain.llm_validation.validation import LlmValidation
from domain.rfp_answering.stage import RIVALS
from domain.schedules.schedulable import Check
from entrypoints.foundation import Foundation
from entrypoints.library import LibraryServices, make_library
from entrypoints.library_embedding import Embedding, EmbeddingWork, make_embedding, make_embedding_work
from entrypoints.library_search import make_searching
from entrypoints.library_sources import SourceServices, make_sources, make_sync
from entrypoints.llm_registry import LlmRegistry, make_llm_registry
from entrypoints.llm_validation import LlmChecks, make_llm_checks, make_llm_family
from entrypoints.rfp import RfpServices, make_rfp, make_stages
from entrypoints.rfp_summaries import make_summarizing
from entrypoints.test_runs import RunServices, Testing, make_runs, make_testing
from pipelines.names import FAMILIES


@frozen(kw_only=True)
class Families:
    """The families of jobs, and what they are made of."""

    testing: Testing
    llm: LlmRegistry
    validation: LlmValidation
    library: LibraryServices
    embedding: Embedding
    searching: Searching
    syncing: DocumentationSync
    others: tuple[Family, ...]

    @property
    def by_kind(self) -> dict[str, Family]:
        """All of them."""
        named: tuple[Family, ...] = (self.testing.family, self.validation, self.embedding.family, self.syncing)
        return {each.kind: each for each in (*named, *self.others)}


@frozen(kw_only=True)
class Starters:
    """The service of jobs, and what starts jobs of each family."""

    jobs: JobService
    runs: RunServices
    checks: LlmChecks
    embedding_work: EmbeddingWork
    sources: SourceServices
    rfp: RfpServices

    def of_arguments(self, families: Families) -> Mapping[str, Check]:
        """Return what looks, before a schedule is stored, whether the things exist that its arguments name."""
        return {
            FAMILIES[families.testing.family.kind].start: self.runs.opener.check,
            FAMILIES[SYNC].start: self.sources.syncs.check,
            **self.checks.of_arguments,
            **self.rfp.of_arguments,
        }


def make_families(base: Foundation) -> Families:
    """Plug the families together."""
    llm, library = make_llm_registry(base), make_library(base)
    embedding = make_embedding(base, library=library.store, parsers=library.parsers, resolve=llm.references.resolve)
    searching = make_searching(base, library=library.store, embedders=embedding.embedders)
    return Families(
        testing=make_testing(base),
        llm=llm,
        validation=make_llm_family(base),
        library=library,
        embedding=embedding,
        searching=searching,
        syncing=make_sync(base, library=library.store, ingesting=embedding.ingesting),
        others=(*make_stages(base, library=library.store, searching=searching), make_summarizing(base)),
    )


def make_starters(base: Foundation, families: Families) -> Starters:
    """Plug together what stands on the service of jobs."""
    llm, library, kinds = families.llm, families.library, frozenset(families.by_kind)
    jobs = JobService(store=base.store, clock=base.clock, ids=base.ids, doorbell=base.bell, kinds=kinds, rivals=RIVALS)
    return Starters(
        jobs=jobs,
        runs=make_runs(base, jobs=jobs, test_sets=families.testing.test_sets, references=llm.references),
        checks=make_llm_checks(base, family=families.validation, jobs=jobs),
        embedding_work=make_embedding_work(base, jobs=jobs, library=library.store),
        sources=make_sources(base, family=families.syncing, jobs=jobs),
        rfp=make_rfp(base, jobs=jobs, llm=llm, library=library, searching=families.searching),
    )
