"""/v1/test-runs: test runs started, looked at, judged anew."""

from __future__ import annotations

from fastapi import APIRouter, Response

from adapters.test_files.request_words import RequestWords
from domain.jobs.errors import InvalidInput
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.request_key import IdempotencyKey
from domain.test_execution.test_set import RunHints
from entrypoints.api.callers import Reader, Services
from entrypoints.api.checking import at, usability
from entrypoints.api.conditional import TAGGED, Tagging
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.api.documents.runs import RejudgeWords, RescoreWords, RunDocument, StartRun
from entrypoints.api.problems import documented
from entrypoints.api.routes.jobs import TheJob
from entrypoints.api.run_requests import RunRequests
from entrypoints.api.starting import STARTS, Starting
from entrypoints.api.summaries import TheSummaries, run_of
from entrypoints.judges import usual_panel

router = APIRouter(prefix="/v1/test-runs", tags=["test runs"])


@router.post("", operation_id="start_run", status_code=202, responses=STARTS)
def start_run(start: Starting, words: StartRun) -> JobDocument:
    """Run the tests of a stored test set, or those that come along."""

    def submit(key: IdempotencyKey | None) -> Job:
        configuration = RunRequests(antiphon=start.antiphon, caller=start.caller).configuration(words)
        return start.antiphon.runs.submit(start.caller, configuration, subject=words.subject, idempotency_key=key)

    return start.of(submit)


@router.get("/{job_id}", operation_id="get_run", response_model=RunDocument, responses={**TAGGED, **documented(404)})
def get_run(caller: Reader, antiphon: Services, summaries: TheSummaries, job_id: TheJob, tagging: Tagging) -> Response:
    """Look at a run: its job, and, once it has ended, what it came to."""
    view = run_of(antiphon, caller, job_id)
    summary = summaries.document(antiphon, caller, view.job) if view.job.status.is_end else None
    found = RunDocument(job=job_document(view), summary=summary)  # type: ignore[arg-type]  # JSON, checked by the model
    return tagging.answer(found)


@router.post("/{job_id}/rejudge", operation_id="rejudge_run", status_code=202, responses=STARTS)
def rejudge_run(start: Starting, job_id: TheJob, words: RejudgeWords) -> JobDocument:
    """Judge a run's stored answers again, by other judges if some are named; a new run that asks no target."""
    asked = RunRequests(antiphon=start.antiphon, caller=start.caller)
    return start.of(lambda key: _judge_anew(start, job_id, asked.words(words), words.options.chosen(RunHints()), key))


@router.post("/{job_id}/rescore", operation_id="rescore_run", status_code=202, responses=STARTS)
def rescore_run(start: Starting, job_id: TheJob, words: RescoreWords) -> JobDocument:
    """Score the stored answers of a run by other metrics; a new run that asks no target."""
    asked = RunRequests(antiphon=start.antiphon, caller=start.caller)
    return start.of(
        lambda key: _judge_anew(
            start, job_id, asked.words(words, metrics=words.metrics), words.options.chosen(RunHints()), key
        )
    )


def _judge_anew(
    start: Starting, job_id: JobId, said: RequestWords, options: JobOptions, key: IdempotencyKey | None
) -> Job:
    antiphon, caller = start.antiphon, start.caller
    RunRequests(antiphon=antiphon, caller=caller).check_options(options)
    with at("/body/judge"):
        usual = usual_panel(antiphon.settings)
        plan = antiphon.rejudging.plan(caller, job_id, panel=said.panel, usual=usual, metrics=said.metrics)
        if not said.metrics and not antiphon.rejudging.asks_judges(caller, plan):
            raise InvalidInput(f"run {job_id} has no metric that a model judges; rescore takes new metrics")
        usability(antiphon, caller).check_models(plan.needs.models)
    return antiphon.rejudging.start(caller, plan, options=options, idempotency_key=key)
