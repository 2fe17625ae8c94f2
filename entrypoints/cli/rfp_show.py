"""`antiphon rfp list`, `show` and `remove`: looking at RFPs, and forgetting them."""

from __future__ import annotations

from itertools import islice

import click

from domain.counting_words import counted
from domain.rfp_answering.standing import AnswerState
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents
from entrypoints.cli.console import print_json, say
from entrypoints.cli.host import Host
from entrypoints.cli.hosts import at_place_and_host
from entrypoints.cli.rfp_choosing import NO_RFPS, RFP_ID, chosen_rfp
from entrypoints.cli.rfp_interrupted import is_interrupted, refuse_interrupted
from entrypoints.places.place import Place


@click.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@at_place
@JSON
def list_(*, place: Place, limit: int, as_json: bool) -> None:
    """List RFPs, the newest first, with how many questions of each are in which state."""
    found = list(islice(place.rfps.all(), limit))
    if as_json:
        print_documents("rfps", found)
    elif not found:
        say(NO_RFPS)
    else:
        from entrypoints.cli.plain_tables import print_rows
        from entrypoints.cli.rfp_tables import RFP_COLUMNS, rfp_row

        print_rows(RFP_COLUMNS, map(rfp_row, found))


@click.command()
@RFP_ID
@click.option("--question", "no", metavar="N", type=click.IntRange(min=1), help="Show all about question N instead.")
@click.option("--state", "states", type=click.Choice([one.value for one in AnswerState]), multiple=True,
              help="Only questions in this state; repeat it for several.")  # fmt: skip
@at_place_and_host
@JSON
def show(*, place: Place, host: Host, rfp_id: str, no: int | None, states: tuple[str, ...], as_json: bool) -> None:
    """
    Show the questions of an RFP and where their answers stand, or all about one question.

    ID is its id, the beginning of it, or `last`. The states:

    \b
    open          nobody has answered it
    no_answer     the library has no answer: write one, or add a document
    needs_review  a person has to look, for the reasons given
    drafted       every check passed
    reviewed      and a reviewer accepts it
    approved      a person stands up for the draft
    edited        a person wrote the answer
    rejected      a person wants another one: it is drafted anew

    --question N shows the whole answer, each quote with the document and heading it stands under, which checks passed
    and what they found, reviews, and what people decided.
    """
    found = place.rfps.get(chosen_rfp(place, rfp_id).id)
    if no is not None:
        answer = place.rfps.answer(found.id, no)
        if as_json:
            print_document(answer)
        else:
            from entrypoints.cli.rfp_question import tell_question

            tell_question(answer)
        return
    answers = [one for one in place.rfps.answers(found.id) if not states or one.state.value in states]
    if as_json:
        print_json({**found.model_dump(mode="json"), "answers": [one.model_dump(mode="json") for one in answers]})
        return
    from entrypoints.cli.rfp_tables import print_answers

    stages = (found.answering, found.review)
    print_answers(found, answers, interrupted=[job.job_id for job in stages if job and is_interrupted(host, job)])
    if states and not answers:
        say(f"no question is {' or '.join(states)}")
    _tell_findings(place, found.id)


def _tell_findings(place: Place, rfp_id: str) -> None:
    found = place.rfp_answers.findings(rfp_id)
    counts = (
        (len(found.contradictions), "contradiction", "contradictions"),
        (
            len({one.no for one in found.stale}),
            "answer whose document has changed",
            "answers whose documents have changed",
        ),
        (len({one.no for one in found.similar}), "question asked twice or before", "questions asked twice or before"),
    )
    if said := ", ".join(counted(count, *words) for count, *words in counts if count):
        say(f"to look at: {said}; `antiphon rfp findings {rfp_id[:8]}` shows what")


@click.command()
@RFP_ID
@at_place_and_host
@JSON
def remove(*, place: Place, host: Host, rfp_id: str, as_json: bool) -> None:
    """
    Forget an RFP: its file, drafts, reviews and decisions.

    Refused while a job is at work on it, and beside one that was interrupted: `antiphon jobs resume JOB` brings that to
    its end, `antiphon jobs cancel JOB` ends it at once.
    """
    found = place.rfps.get(chosen_rfp(place, rfp_id).id)
    for job, doing in ((found.answering, "drafted"), (found.review, "reviewed")):
        refuse_interrupted(host, job, doing=f"answers are {doing}", then="; then the RFP can be removed")
    place.rfps.remove(found.id)
    if as_json:
        print_json({"id": found.id, "removed": True})
    else:
        say(f"removed   {found.name}, with its {counted(found.questions, 'question')} and all that was done about it")
