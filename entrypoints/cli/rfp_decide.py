"""`antiphon rfp approve`, `edit` and `reject`: what a person decides on answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from domain.counting_words import counted
from domain.jobs.errors import AntiphonError, InvalidInput
from domain.rfp_answering.records import DecisionKind
from entrypoints.api.documents.rfp_answers import AnswerDocument
from entrypoints.api.documents.rfp_decisions import ApprovalsDocument, DecisionWords
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, worded
from entrypoints.cli.console import say
from entrypoints.cli.rfp_choosing import RFP_ID, chosen_rfp
from entrypoints.places.place import Place

_ONE = click.option("--question", "no", metavar="N", type=click.IntRange(min=1), required=True, help="Which question.")
_DRAFT = click.option(
    "--draft",
    metavar="V",
    type=click.IntRange(min=1),
    help="The version of the draft that you looked at; refused when another one is there by now.",
)


@click.command()
@RFP_ID
@click.option("--question", "numbers", metavar="N", type=click.IntRange(min=1), multiple=True,
              help="Approve the answer to question N, whatever the checks say; repeat it for several. Default: all "
              "that passed every check and no reviewer objected to.")  # fmt: skip
@_DRAFT
@at_place
@JSON
def approve(*, place: Place, rfp_id: str, numbers: tuple[int, ...], draft: int | None, as_json: bool) -> None:
    """
    Stand up for answers: only what is approved or edited leaves in the buyer's file.

    Without --question all sound answers are approved, and what is left is said with its reason. An approved answer is
    never drafted anew.

    \b
    antiphon rfp approve last
    antiphon rfp approve last --question 7 --draft 2
    """
    if draft is not None and len(numbers) != 1:
        raise click.BadParameter("it says which draft of one question was looked at; name that --question",
                                 param_hint="--draft")  # fmt: skip
    rfp = chosen_rfp(place, rfp_id)
    if not numbers:
        done = place.rfp_answers.approve_all(rfp.id)
        print_document(done) if as_json else _tell(done)
        return
    words = worded(DecisionWords, kind=DecisionKind.APPROVED, draft=draft)
    decided: list[AnswerDocument] = []
    try:
        for no in numbers:
            decided.append(place.rfp_answers.decide(rfp.id, no, words))  # noqa: PERF401  # what was decided before a refusal counts
    except AntiphonError:
        if decided:
            say(_approved(decided))
        raise
    if as_json:
        print_documents("answers", decided)
    else:
        say(_approved(decided))


def _approved(decided: Sequence[AnswerDocument]) -> str:
    return f"approved  {', '.join(str(one.no) for one in decided)}"


@click.command()
@RFP_ID
@_ONE
@click.option("--text", metavar="TEXT", help="The answer; `-` reads it from standard input.")
@click.option("--file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A UTF-8 file with the answer, in place of --text.")  # fmt: skip
@_DRAFT
@at_place
@JSON
def edit(
    *, place: Place, rfp_id: str, no: int, text: str | None, file: Path | None, draft: int | None, as_json: bool
) -> None:
    """
    Write the answer to a question yourself: it is what leaves, and no job ever writes over it.

    What the buyer allows holds for it too: values of a dropdown list, a length.

    \b
    antiphon rfp edit last --question 7 --text "Yes, since 2021."
    antiphon rfp edit last --question 8 --file answer.txt
    """
    words = worded(DecisionWords, kind=DecisionKind.EDITED, text=_text(text, file), draft=draft)
    _tell_one(place.rfp_answers.decide(chosen_rfp(place, rfp_id).id, no, words), as_json=as_json)


@click.command()
@RFP_ID
@_ONE
@_DRAFT
@at_place
@JSON
def reject(*, place: Place, rfp_id: str, no: int, draft: int | None, as_json: bool) -> None:
    """
    Ask for another answer: `antiphon rfp answer` drafts the question anew, even from the same passages.

    An answer that was approved or edited is taken back by this.
    """
    words = worded(DecisionWords, kind=DecisionKind.REJECTED, draft=draft)
    _tell_one(place.rfp_answers.decide(chosen_rfp(place, rfp_id).id, no, words), as_json=as_json)


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise click.UsageError("say the answer with --text TEXT, --text - (standard input) or --file FILE")
    if text is not None and text != "-":
        return text
    try:
        content = sys.stdin.buffer.read() if file is None else file.read_bytes()
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        where = "standard input" if file is None else str(file)
        raise InvalidInput(f"{where}: it can't be read as UTF-8 text ({error}); expected the answer's words") from error


def _tell(done: ApprovalsDocument) -> None:
    from entrypoints.cli.plain_tables import print_rows

    say(f"approved  {counted(len(done.approved), 'answer')}")
    if done.left:
        print_rows(("no", "state", "why it is left"), (
            (str(one.no), one.state.value, "; ".join(one.reasons)) for one in done.left
        ))  # fmt: skip


def _tell_one(answer: AnswerDocument, *, as_json: bool) -> None:
    if as_json:
        print_document(answer)
    else:
        say(f"{answer.state.value}  question {answer.no}: {' '.join(answer.question.split())[:80]}")
