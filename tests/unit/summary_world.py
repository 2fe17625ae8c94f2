"""Summaries over the kernel's real services in memory: a tender in sections, and a model whose replies tests write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import attrs
from attrs import define, field

from adapters.identifiers import UuidSource
from adapters.language_models.scripted import ScriptedModel
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.store import MemoryStore
from adapters.memory.summaries import MemorySummaryStore
from adapters.parsing.limits import USUAL
from adapters.parsing.reading import read
from adapters.rfp_authors.prompt_files import author_prompts
from domain.embedding.adding import Upload
from domain.embedding.parsed import ParsedDocument
from domain.jobs.family import Family
from domain.jobs.job import Job, JobOptions
from domain.jobs.service import JobService
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec, Provider
from domain.organizations.audit_log import AuditLog
from domain.rfp_answering.model_authors import AskedModel
from domain.rfp_answering.summaries.authorship import Summarizer
from domain.rfp_answering.summaries.extractive_summary import ExtractiveSummarizer
from domain.rfp_answering.summaries.information_document import InformationDocument
from domain.rfp_answering.summaries.model_summarizer import ModelSummarizer
from domain.rfp_answering.summaries.service import Summaries
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.rfp_answering.summaries.summarizing import SUMMARIZING, Summarizing
from domain.rfp_answering.summaries.summary import Summary
from domain.tenancy import TenantContext
from tests.contract.building import US
from tests.kernel.world import Kernel

MODEL = ModelSpec(provider=Provider.SCRIPTED, model="reader")
FILLING = "It is described in the annexes how trams, depots, staff and passengers work together every day. " * 70
TENDER = f"""# Tickets

## Scope

The city buys a ticket system for 120 trams. {FILLING}

## Dates

Offers must arrive by 14 March 2026. {FILLING}

## Security

All data shall be encrypted with AES-256. {FILLING}
"""
"""Three sections, each a part or more of its own."""
Reply = Callable[[str], str]
"""Makes a model's reply from all that it was told; what it raises, the model's call raises."""


def told_of(*, bullets: Sequence[Mapping[str, object]] = (), rows: Sequence[Mapping[str, object]] = ()) -> str:
    """Return a reply about a part."""
    return json.dumps({"bullets": list(bullets), "rows": list(rows)})


def honest(told: str) -> str:
    """Reply with what the tender says; to an overview's question, with the first bullet."""
    if "You condense" in told:
        return json.dumps({"bullets": [{"from": [1], "text": "The city buys a ticket system for 120 trams."}]})
    for quote in (
        "The city buys a ticket system for 120 trams.",
        "Offers must arrive by 14 March 2026.",
        "All data shall be encrypted with AES-256.",
    ):
        if quote in told:
            return told_of(bullets=[{"chunk": 1, "quote": quote, "text": quote}])
    return told_of()


class ParsersHere:
    """`Parsers` without children."""

    def parse(self, content: bytes, *, name: str, media_type: str = "") -> ParsedDocument:
        """Return what the file says."""
        return read(content, name=name, media_type=media_type, limits=USUAL)


@define
class ScriptedSummarizers:
    """`Summarizers` whose model says what *reply* makes of all that it is told; the calls are counted."""

    reply: Reply
    asked: list[str] = field(factory=list)

    def open(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Summarizer:
        """Return who summarizes."""
        _ = tenant, job
        if model is None:
            return ExtractiveSummarizer()
        asked = AskedModel(spec=model, model=ScriptedModel(model, self._said))
        return ModelSummarizer(asked=asked, prompts=author_prompts())

    def _said(self, messages: Sequence[Message]) -> str:
        told = "\n\n".join(message.text for message in messages)
        self.asked.append(told)
        return self.reply(told)


@define(eq=False, slots=False, kw_only=True)
class SummaryKernel(Kernel):
    """The kernel with summaries as its family."""

    summarizing: Family

    @property
    def families(self) -> dict[str, Family]:
        """The one family."""
        return {SUMMARIZING: self.summarizing}


@define(eq=False, slots=False)
class SummaryWorld:
    """One installation with summaries. *reply* is what the model says."""

    reply: Reply = honest
    kernel: Kernel = field(factory=Kernel)

    @cached_property
    def store(self) -> MemorySummaryStore:
        """The store of summaries beside the kernel's."""
        assert isinstance(self.kernel.store, MemoryStore)
        return MemorySummaryStore(self.kernel.store)

    @cached_property
    def summarizers(self) -> ScriptedSummarizers:
        """Who summarizes."""
        return ScriptedSummarizers(lambda told: self.reply(told))

    @property
    def family(self) -> Summarizing:
        """What runs."""
        return Summarizing(
            summaries=self.store,
            store=self.kernel.store,
            summarizers=self.summarizers,
            clock=self.kernel.clock,
        )

    @property
    def jobs(self) -> JobService:
        """The kernel's jobs."""
        return attrs.evolve(self.kernel.jobs, kinds=frozenset({SUMMARIZING}))

    @property
    def service(self) -> Summaries:
        """The service of those who hand documents in."""
        audit = AuditLog(directory=MemoryDirectory(), clock=self.kernel.clock, ids=UuidSource())
        return Summaries(
            summaries=self.store,
            parsers=ParsersHere(),
            jobs=self.jobs,
            clock=self.kernel.clock,
            ids=UuidSource(),
            audit=audit,
        )

    def handed_in(self, text: str = TENDER, name: str = "tender.md") -> InformationDocument:
        """Return a document that says this."""
        return self.service.add(US, Upload(name=name, content=text.encode()))[0]

    def submitted(self, document: InformationDocument, model: ModelSpec | None = MODEL) -> Job:
        """Return a job that summarizes it, not begun."""
        spec = SummarySpec(document_id=document.id, model=model)
        return self.service.summarize(US, spec, options=JobOptions(max_attempts=1, concurrency=1))

    def summarized(self, document: InformationDocument, model: ModelSpec | None = MODEL) -> Job:
        """Have it summarized; return the job at its end."""
        return self.run(self.submitted(document, model))

    def run(self, job: Job) -> Job:
        """Bring a job to its end."""
        SummaryKernel(store=self.kernel.store, clock=self.kernel.clock, summarizing=self.family).run()
        return self.kernel.job(job.id)

    def summary(self, document: InformationDocument) -> Summary:
        """Return the summary as it is read."""
        return self.service.get(US, document.id)
