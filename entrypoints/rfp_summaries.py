"""Summaries of information documents, put together."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from adapters.database.summaries import SqlSummaryStore
from adapters.rfp_authors.prompt_files import author_prompts
from domain.embedding.parsed import Parsers
from domain.jobs.family import Family
from domain.jobs.opening import Opener
from domain.jobs.service import JobService
from domain.rfp_answering.choosing_models import AuthorModels
from domain.rfp_answering.opened_authors import OpenedAuthors
from domain.rfp_answering.summaries.opened_summarizers import OpenedSummarizers
from domain.rfp_answering.summaries.opening import SummaryOpener
from domain.rfp_answering.summaries.service import Summaries
from domain.rfp_answering.summaries.summarizing import SUMMARIZING, Summarizing
from entrypoints.foundation import Foundation
from pipelines.names import FAMILIES


@frozen(kw_only=True)
class SummaryServices:
    """What a process needs of summaries."""

    summaries: Summaries
    models: AuthorModels

    @property
    def openers(self) -> Mapping[str, Opener]:
        """What opens a job for a task that is called with an information document's id in place of one."""
        opener = SummaryOpener(summaries=self.summaries, models=self.models)
        return {FAMILIES[SUMMARIZING].start: opener.open}


def make_summarizing(base: Foundation) -> Family:
    """Return the family."""
    authors = OpenedAuthors(
        models=base.models, environments=base.environments, doors=base.doors, prompts=author_prompts()
    )
    return Summarizing(
        summaries=SqlSummaryStore(base.engine),
        store=base.store,
        summarizers=OpenedSummarizers(authors=authors),
        clock=base.clock,
    )


def make_summaries(base: Foundation, *, jobs: JobService, parsers: Parsers, models: AuthorModels) -> SummaryServices:
    """Plug together what stands on the service of jobs, which must know the family first."""
    summaries = Summaries(
        summaries=SqlSummaryStore(base.engine),
        parsers=parsers,
        jobs=jobs,
        clock=base.clock,
        ids=base.ids,
        audit=base.audit,
    )
    return SummaryServices(summaries=summaries, models=models)
