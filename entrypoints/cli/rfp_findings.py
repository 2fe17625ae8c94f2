"""`antiphon rfp findings`, `stale` and `gaps`: what to look at, and what the library lacks."""

from __future__ import annotations

from collections.abc import Iterator

import click

from domain.rfp_answering.standing import AnswerState
from entrypoints.api.documents.rfp_decisions import (
    ContradictionDocument,
    FindingsDocument,
    SimilarDocument,
    StaleDocument,
)
from entrypoints.cli.acting import JSON, at_place, print_document
from entrypoints.cli.console import say, show
from entrypoints.cli.rfp_choosing import NO_RFPS, RFP_ID, chosen_rfp
from entrypoints.cli.rfp_tables import cut
from entrypoints.places.place import Place

_LIMIT = click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True, help="How many at most.")


@click.command()
@RFP_ID
@click.option("--own-name", "own_names", metavar="NAME", multiple=True,
              help="A name of yours, which tells no two answers apart; repeat it for several.")  # fmt: skip
@at_place
@JSON
def findings(*, place: Place, rfp_id: str, own_names: tuple[str, ...], as_json: bool) -> None:
    """
    Show what an RFP's answers say together, before anything leaves the house.

    Contradictions: two numbers said of one thing, Yes and No to one question. Questions that seem to ask the same,
    here or in an RFP that was answered before, with the answer that was given; nothing is merged. Answers that rest
    on a document which has changed since.
    """
    found = place.rfp_answers.findings(chosen_rfp(place, rfp_id).id, own_names=own_names)
    if as_json:
        print_document(found)
        return
    for line in _lines(found):
        show(line)
    if not (found.contradictions or found.similar or found.stale):
        say("nothing to look at")


@click.command()
@_LIMIT
@at_place
@JSON
def stale(*, place: Place, limit: int, as_json: bool) -> None:
    """
    List the answers, of all RFPs, that rest on a document which has changed, was rejected or removed since.

    `antiphon rfp answer` drafts anew what nobody has answered for; what was approved or edited is for a person.
    """
    found = place.rfp_answers.stale(limit=limit)
    if as_json:
        print_document(found)
    elif not found.stale:
        say("no answer rests on a document that has changed")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("rfp", "name", "no", "question", "decided", "document", "which"), map(_stale_row, found.stale))


@click.command()
@_LIMIT
@at_place
@JSON
def gaps(*, place: Place, limit: int, as_json: bool) -> None:
    """List the questions, of all RFPs, that the library could not answer: what there is to write down."""
    found = place.rfp_answers.gaps(limit=limit)
    if as_json:
        print_document(found)
    elif not found.gaps:
        say(_no_gaps(place))
    else:
        from entrypoints.cli.plain_tables import print_rows

        rows = ((one.rfp_id[:8], str(one.no), one.section, cut(one.question, most=100)) for one in found.gaps)
        print_rows(("rfp", "no", "section", "question"), rows)


def _no_gaps(place: Place) -> str:
    """Say what it means that there are none: whoever has asked nothing yet must not think that all is answered."""
    said = NO_RFPS
    for rfp in place.rfps.all():
        if set(rfp.states) - {AnswerState.OPEN, AnswerState.EDITED}:
            return "the library could answer every question it was asked"
        said = "nothing was answered from the library yet; `antiphon rfp answer last` drafts answers"
    return said


def _lines(found: FindingsDocument) -> Iterator[str]:
    for contradiction in found.contradictions:
        yield from _contradiction(contradiction)
    for one in found.stale:
        document = one.title or one.document_id
        yield f"stale          {one.no}: {cut(one.question)} rests on {document} ({one.reason.value})"
    for similar in found.similar:
        yield from _similar(similar)


def _contradiction(one: ContradictionDocument) -> Iterator[str]:
    yield f"contradiction  {one.first.no} and {one.second.no}: {one.first.value}, {one.second.value}"
    for said in (one.first, one.second):
        yield f"  {said.no}: {cut(said.sentence, most=160)}"


def _similar(one: SimilarDocument) -> Iterator[str]:
    differing = f" (only one of them says {', '.join(one.differing)})" if one.differing else ""
    yield f"similar        {one.no}: {cut(one.question)}{differing}"
    yield f"  {one.other_rfp_id[:8]}, {one.other_no}: {cut(one.other_question)}"
    if one.other_answer:
        yield f"  answered there: {cut(one.other_answer, most=160)}"


def _stale_row(one: StaleDocument) -> tuple[str, ...]:
    decided = one.decision.value if one.decision else "-"
    document = cut(one.title or one.document_id, most=40)
    return (
        one.rfp_id[:8],
        cut(one.rfp_name, most=30),
        str(one.no),
        cut(one.question),
        decided,
        document,
        one.reason.value,
    )
