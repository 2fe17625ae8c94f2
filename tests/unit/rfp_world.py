"""RFPs over the kernel's real services in memory: a small library, and models whose every reply the test writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import attrs
from attrs import define, field

from adapters.identifiers import UuidSource
from adapters.language_models.scripted import ScriptedModel
from adapters.memory.library import MemoryLibrary
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.rfp_stale import MemoryStaleAnswers
from adapters.memory.rfps import MemoryRfpStore
from adapters.memory.store import MemoryStore
from adapters.questionnaires.files import StandardQuestionnaireFiles
from adapters.rfp_authors.prompt_files import author_prompts
from domain.embedding.adding import Adding
from domain.embedding.library_document import DocumentId, LibraryDocument
from domain.jobs.family import Family
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.service import JobService
from domain.language_models.conversation import Completion, Message
from domain.language_models.model import ModelSpec, Provider
from domain.organizations.audit_log import AuditLog
from domain.rfp_answering.answering import RfpAnswering
from domain.rfp_answering.authorship import Responder, Reviewer
from domain.rfp_answering.deciding import Deciding
from domain.rfp_answering.extractive import ExtractiveResponder
from domain.rfp_answering.findings.inspecting import Inspecting
from domain.rfp_answering.library_answers import Shelving
from domain.rfp_answering.model_authors import AskedModel, ModelResponder, ModelReviewer
from domain.rfp_answering.questionnaire import QuestionNo, WantedColumns
from domain.rfp_answering.report import Reporting
from domain.rfp_answering.responding import Responding
from domain.rfp_answering.reviewing import RepeatingReviewer, Reviewing
from domain.rfp_answering.rfp import Rfp
from domain.rfp_answering.stage import RIVALS, StageSpec
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext
from tests.contract.building import US
from tests.kernel.world import Kernel
from tests.unit.small_library import SmallLibrary

MODEL = ModelSpec(provider=Provider.SCRIPTED, model="author")
OTHER_MODEL = ModelSpec(provider=Provider.SCRIPTED, model="critic")
QUESTIONS = (
    "Is customer data encrypted at rest?",
    "How long are backups kept?",
    "Are you certified to ISO 27001?",
    "What is your cancellation policy for weddings?",
)
Reply = Callable[[str], str | Completion]
"""Makes a model's reply from all that it was told."""


@define
class ScriptedAuthors:
    """`Authors` whose models say what *reply* makes of all that they are told; the calls are counted."""

    reply: Reply
    asked: list[str] = field(factory=list)

    def responder(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Responder:
        """Return who drafts."""
        _ = tenant, job
        if model is None:
            return ExtractiveResponder()
        return ModelResponder(asked=self._asked(model), prompts=author_prompts())

    def reviewer(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Reviewer:
        """Return who reviews."""
        _ = tenant, job
        if model is None:
            return RepeatingReviewer()
        return ModelReviewer(asked=self._asked(model), prompts=author_prompts())

    def _asked(self, model: ModelSpec) -> AskedModel:
        return AskedModel(spec=model, model=ScriptedModel(model, self._said))

    def _said(self, messages: Sequence[Message]) -> str | Completion:
        told = "\n\n".join(message.text for message in messages)
        self.asked.append(told)
        return self.reply(told)


@define(eq=False, slots=False)
class RfpWorld:
    """One installation with RFPs. *reply* is what models say."""

    reply: Reply = field(default=lambda _told: said())
    library: SmallLibrary = field(factory=SmallLibrary)
    kernel: Kernel = field(factory=Kernel)

    @cached_property
    def rfps(self) -> MemoryRfpStore:
        """The store of RFPs beside the kernel's."""
        assert isinstance(self.kernel.store, MemoryStore)
        return MemoryRfpStore(self.kernel.store)

    @cached_property
    def authors(self) -> ScriptedAuthors:
        """Who drafts and reviews."""
        return ScriptedAuthors(lambda told: self.reply(told))

    @property
    def families(self) -> dict[str, Family]:
        """Both stages."""
        ports = {
            "rfps": self.rfps,
            "store": self.kernel.store,
            "passages": self.library,
            "authors": self.authors,
            "clock": self.kernel.clock,
        }
        stages: list[Family] = [Responding(**ports), Reviewing(**ports)]  # type: ignore[arg-type]  # each fits its port
        return {stage.kind: stage for stage in stages}

    @property
    def jobs(self) -> JobService:
        """The kernel's jobs, of both kinds."""
        return attrs.evolve(self.kernel.jobs, kinds=frozenset(self.families), rivals=RIVALS)

    @property
    def answering(self) -> RfpAnswering:
        """The service of those who hand RFPs in."""
        return RfpAnswering(
            rfps=self.rfps,
            files=StandardQuestionnaireFiles(),
            jobs=self.jobs,
            clock=self.kernel.clock,
            ids=UuidSource(),
            audit=self.audit,
        )

    @property
    def deciding(self) -> Deciding:
        """The service of those who answer for the answers."""
        return Deciding(rfps=self.rfps, files=StandardQuestionnaireFiles(), clock=self.kernel.clock, audit=self.audit)

    @cached_property
    def shelves(self) -> MemoryLibrary:
        """The library that answers become documents of; `library` is what is quoted."""
        assert isinstance(self.kernel.store, MemoryStore)
        return MemoryLibrary(self.kernel.store)

    @property
    def inspecting(self) -> Inspecting:
        """What is found out about all answers together."""
        return Inspecting(rfps=self.rfps, stale_answers=MemoryStaleAnswers(self.rfps, self.shelves))

    @property
    def reporting(self) -> Reporting:
        """The service of those who want it on paper."""
        return Reporting(rfps=self.rfps, passages=self.library, inspecting=self.inspecting, clock=self.kernel.clock)

    @property
    def shelving(self) -> Shelving:
        """Makes documents of answers."""
        adding = Adding(
            library=self.shelves,
            clock=self.kernel.clock,
            ids=UuidSource(),
            audit=self.audit,
            doorbell=self.kernel.bell,
        )
        stale = MemoryStaleAnswers(self.rfps, self.shelves)
        return Shelving(rfps=self.rfps, stale_answers=stale, adding=adding, audit=self.audit)

    def shelve_texts(self, **generations: int) -> None:
        """Let the library's rows have the documents that are quoted, each in a generation (the first, if not said)."""
        with self.shelves.begin(US) as work:
            for name in self.library.texts:
                document = LibraryDocument(
                    id=DocumentId(name),
                    organization_id=US.organization_id,
                    location=name,
                    title=name.title(),
                    content_hash="h",
                    visible_hash="h",
                    size_bytes=1,
                    generation=generations.get(name, 1),
                    created_at=self.kernel.clock.now(),
                    updated_at=self.kernel.clock.now(),
                )
                known = work.documents.at(None, name)
                work.documents.put(document) if known else work.documents.add(document)
            work.commit()

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return AuditLog(directory=MemoryDirectory(), clock=self.kernel.clock, ids=UuidSource())

    def imported(self, questions: Sequence[str] = QUESTIONS) -> Rfp:
        """Return an RFP that asks these questions."""
        return self.answering.add(US, questionnaire(questions), name="rfp.json", wanted=WantedColumns())

    def answered(self, rfp: Rfp, model: ModelSpec | None = MODEL, **more: object) -> Job:
        """Have the answers drafted; return the job at its end."""
        return self.run(self.answering.respond(US, spec_of(rfp, model, more), options=JobOptions(max_attempts=1)))

    def reviewed(self, rfp: Rfp, model: ModelSpec | None = OTHER_MODEL) -> Job:
        """Have the drafts reviewed; return the job at its end."""
        return self.run(self.answering.review(US, spec_of(rfp, model, {}), options=JobOptions(max_attempts=1)))

    def run(self, job: Job) -> Job:
        """Bring a job to its end."""
        StagesKernel(store=self.kernel.store, clock=self.kernel.clock, stages=self.families).run()
        return self.kernel.job(job.id)

    def standings(self, rfp: Rfp) -> list[Standing]:
        """Return where the questions stand."""
        return self.answering.standings(US, rfp.id)

    def states(self, rfp: Rfp) -> list[str]:
        """Return the states of the questions."""
        return [one.state.value for one in self.standings(rfp)]

    def verdicts(self, job_id: JobId) -> list[str | None]:
        """Return the verdicts of a job's items, as far as they were done."""
        return [item.outcome.verdict if item.outcome else None for item in self.kernel.items(job_id)]


@define(eq=False, slots=False, kw_only=True)
class StagesKernel(Kernel):
    """The kernel with both stages as its families."""

    stages: dict[str, Family]

    @property
    def families(self) -> dict[str, Family]:
        """Both stages."""
        return self.stages


def spec_of(rfp: Rfp, model: ModelSpec | None, more: Mapping[str, object]) -> StageSpec:
    """Return what a stage's job carries."""
    return attrs.evolve(StageSpec(rfp_id=rfp.id, model=model), **more)  # type: ignore[arg-type]  # by its fields


def questionnaire(questions: Sequence[str]) -> bytes:
    """Return a file that asks these questions."""
    return json.dumps({"questions": [{"text": text} for text in questions]}).encode()


def said(answer: str = "", verdict: str = "no_answer", *quotes: str, passage: int = 1) -> str:
    """Return a responder's reply that quotes the first passage it was shown."""
    quoted = [{"passage": passage, "text": text} for text in quotes]
    return json.dumps({"answer": answer, "verdict": verdict, "quotes": quoted})


def opinion(verdict: str, *comments: str) -> str:
    """Return a reviewer's reply."""
    scores = {"correct": 1, "complete": 0.5, "clear": 1}
    told = [{"sentence": 1, "text": text} for text in comments]
    return json.dumps({"verdict": verdict, "scores": scores, "comments": told})


def numbers(*numbers: int) -> tuple[QuestionNo, ...]:
    """Return numbers of questions."""
    return tuple(map(QuestionNo, numbers))
