"""RFP answering, put together: both stages, and what people do with RFPs and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from attrs import frozen

from adapters.database.rfp_stale import SqlStaleAnswers
from adapters.database.rfps import SqlRfpStore
from adapters.questionnaires.child_files import ChildQuestionnaireFiles
from adapters.rfp_authors.prompt_files import author_prompts
from domain.embedding.ports import Library
from domain.embedding.searching import Searching
from domain.jobs.family import Family
from domain.jobs.opening import Opener
from domain.jobs.service import JobService
from domain.rfp_answering.answering import RfpAnswering
from domain.rfp_answering.choosing_models import AuthorModels
from domain.rfp_answering.deciding import Deciding
from domain.rfp_answering.findings.inspecting import Inspecting
from domain.rfp_answering.library_answers import Shelving
from domain.rfp_answering.library_passages import LibraryPassages
from domain.rfp_answering.library_readiness import LibraryReadiness
from domain.rfp_answering.looking import Looking
from domain.rfp_answering.measuring.measuring import Measuring
from domain.rfp_answering.opened_authors import OpenedAuthors
from domain.rfp_answering.opening import StageOpener
from domain.rfp_answering.report import Reporting
from domain.rfp_answering.responding import Responding
from domain.rfp_answering.reviewing import Reviewing
from domain.rfp_answering.stage import RESPONDING, REVIEWING
from domain.schedules.schedulable import Check
from entrypoints.foundation import Foundation
from entrypoints.library import LibraryServices
from entrypoints.limits import check_limits
from entrypoints.llm_registry import LlmRegistry
from pipelines.names import FAMILIES


@frozen(kw_only=True)
class RfpServices:
    """What a process needs of RFPs."""

    answering: RfpAnswering
    looking: Looking
    deciding: Deciding
    inspecting: Inspecting
    reporting: Reporting
    shelving: Shelving
    measuring: Measuring
    models: AuthorModels
    readiness: LibraryReadiness

    @property
    def _opener(self) -> StageOpener:
        return StageOpener(answering=self.answering, models=self.models)

    @property
    def openers(self) -> Mapping[str, Opener]:
        """What opens a job for a task that is called with an RFP's id in place of one."""
        opener = self._opener
        return {
            FAMILIES[RESPONDING].start: opener.open_responding,
            FAMILIES[REVIEWING].start: opener.open_reviewing,
        }

    @property
    def of_arguments(self) -> Mapping[str, Check]:
        """What looks, before a schedule is stored, whether the RFP exists that its arguments name."""
        return dict.fromkeys((FAMILIES[RESPONDING].start, FAMILIES[REVIEWING].start), self._opener.check)


def make_stages(base: Foundation, *, library: Library, searching: Searching) -> tuple[Family, Family]:
    """Return the families of both stages."""
    rfps, passages = SqlRfpStore(base.engine), LibraryPassages(library=library, searching=searching)
    authors = OpenedAuthors(
        models=base.models, environments=base.environments, doors=base.doors, prompts=author_prompts()
    )
    return (
        Responding(rfps=rfps, store=base.store, passages=passages, authors=authors, clock=base.clock),
        Reviewing(rfps=rfps, store=base.store, passages=passages, authors=authors, clock=base.clock),
    )


def make_rfp(
    base: Foundation, *, jobs: JobService, llm: LlmRegistry, library: LibraryServices, searching: Searching
) -> RfpServices:
    """Plug together what stands on the service of jobs, which must know the families first."""
    rfps, files = SqlRfpStore(base.engine), ChildQuestionnaireFiles()
    passages, stale = LibraryPassages(library=library.store, searching=searching), SqlStaleAnswers(rfps)
    inspecting = Inspecting(rfps=rfps, stale_answers=stale)
    return RfpServices(
        answering=RfpAnswering(rfps=rfps, files=files, jobs=jobs, clock=base.clock, ids=base.ids, audit=base.audit),
        looking=Looking(rfps=rfps, store=base.store, passages=passages),
        deciding=Deciding(rfps=rfps, files=files, clock=base.clock, audit=base.audit),
        inspecting=inspecting,
        reporting=Reporting(rfps=rfps, passages=passages, inspecting=inspecting, clock=base.clock),
        shelving=Shelving(rfps=rfps, stale_answers=stale, adding=library.adding, audit=base.audit),
        measuring=Measuring(rfps=rfps, library=library.store),
        models=AuthorModels(
            references=llm.references,
            defaults=llm.defaults,
            models=base.models,
            environments=base.environments,
            check_limits=partial(check_limits, base.settings),
        ),
        readiness=LibraryReadiness(searching=searching),
    )
