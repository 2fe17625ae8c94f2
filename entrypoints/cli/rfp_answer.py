"""`antiphon rfp answer` and `review`: the two stages, driven to their end."""

from __future__ import annotations

import click

from domain.jobs.errors import AlreadyRunning, Conflict
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from entrypoints.api.documents.jobs import job_document
from entrypoints.api.documents.rfps import StageJobDocument, StartAnswering, StartReview
from entrypoints.cli.acting import JSON, worded
from entrypoints.cli.console import print_json, say
from entrypoints.cli.following import follow
from entrypoints.cli.host import Host
from entrypoints.cli.hosts import at_place_and_host
from entrypoints.cli.job_reports import say_ended
from entrypoints.cli.outputs import Outputs
from entrypoints.cli.rfp_choosing import RFP_ID, chosen_rfp
from entrypoints.cli.rfp_interrupted import refuse_interrupted
from entrypoints.cli.rfp_options import stage_options
from entrypoints.exit_codes import exit_code_of
from entrypoints.places.place import Place


@click.command()
@RFP_ID
@click.option("--model", metavar="MODEL", help="Who drafts: `offline` (quotes the library, asks nobody), "
              "`llm:API/MODEL`, `llm:default`, or any model by name. Default: the organization's default for chats, "
              "else offline.")  # fmt: skip
@stage_options
@at_place_and_host
@JSON
def answer(*, place: Place, host: Host, rfp_id: str, model: str | None, said: dict[str, object], as_json: bool) -> int:
    """
    Draft the answers of an RFP from the library: one item a question.

    Each draft quotes what proves it, and code checks every quote, number, date, standard and name; what is not proved
    is for a person (needs_review). That the library has no answer is an answer, too. What a person has approved or
    written is left alone, and so is a draft whose question, passages, prompts and model are the same.

    On this machine the command works until all is done, at a server it waits. Exit codes: 0 all questions were worked
    on, 3 some failed, 4 none could be, or it was cancelled.

    \b
    antiphon rfp answer last
    antiphon rfp answer 0b9f2c56 --model llm:default --question 7 --max-cost 2
    """
    rfp = place.rfps.get(chosen_rfp(place, rfp_id).id)
    _refuse_while_at_work(host, rfp.answering, rfp.review, what=("drafted", "reviewed"))
    job = place.rfps.start_answering(rfp.id, worded(StartAnswering, model=model, **said))
    return _followed(place, host, rfp.id, JobId(job.id), as_json=as_json)


@click.command()
@RFP_ID
@click.option("--model", "--reviewer", "model", metavar="MODEL", help="Who reviews, named as for `answer`; better not "
              "who drafted. Default: the organization's default for judging, else offline, which says what the checks "
              "find.")  # fmt: skip
@stage_options
@at_place_and_host
@JSON
def review(*, place: Place, host: Host, rfp_id: str, model: str | None, said: dict[str, object], as_json: bool) -> int:
    """
    Have the drafts of an RFP reviewed: accept, revise or reject, with scores and comments at sentences.

    A review edits nothing, and is no decision: that is a person's. Refused while answers are drafted. On this machine
    the command works until all is done, at a server it waits; exit codes as for `answer`.

    \b
    antiphon rfp review last
    antiphon rfp review 0b9f2c56 --model anthropic:claude-sonnet-4-5
    """
    rfp = place.rfps.get(chosen_rfp(place, rfp_id).id)
    _refuse_while_at_work(host, rfp.review, rfp.answering, what=("reviewed", "drafted"))
    job = place.rfps.start_review(rfp.id, worded(StartReview, model=model, **said))
    return _followed(place, host, rfp.id, JobId(job.id), as_json=as_json)


def _refuse_while_at_work(
    host: Host, own: StageJobDocument | None, other: StageJobDocument | None, *, what: tuple[str, str]
) -> None:
    """Say who is at work, and how to look on; of two commands at once the service refuses the later one."""
    for job, kind, doing in ((own, AlreadyRunning, what[0]), (other, Conflict, what[1])):
        if job is None or job.status.is_end:
            continue
        refuse_interrupted(host, job, doing=f"answers are {doing}", refusal=kind)
        raise kind(f"answers are being {doing} by job {job.job_id}; `antiphon jobs watch {job.job_id}` looks on")


def _followed(place: Place, host: Host, rfp_id: str, job_id: JobId, *, as_json: bool) -> int:
    def shown(view: JobView, outputs: Outputs) -> int:
        rfp = place.rfps.get(rfp_id)
        if outputs.as_json:
            print_json({"rfp": rfp.model_dump(mode="json"), "job": job_document(view).model_dump(mode="json")})
        else:
            from entrypoints.cli.rfp_tables import states_in_words

            say_ended(host, view)
            say(f"answers   {states_in_words(rfp.states)}; `antiphon rfp show {rfp.id[:8]}` shows them")
        return exit_code_of(view.job.status, gates_met=True)

    return follow(host, job_id, Outputs(as_json=as_json), show=shown, what="questions")
