"""Tables of RFPs: lists, what a file would be imported as, and how answers stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from domain.counting_words import counted
from domain.rfp_answering.standing import AnswerState
from entrypoints.api.documents.rfp_answers import AnswerDocument
from entrypoints.api.documents.rfps import (
    ColumnsDocument,
    PreviewDocument,
    QuestionDocument,
    RfpDetailDocument,
    RfpDocument,
    StageJobDocument,
)
from entrypoints.cli.acting import shown_time
from entrypoints.cli.console import say, show
from entrypoints.cli.plain_tables import print_rows

RFP_COLUMNS = ("id", "name", "questions", "states", "imported (UTC)")
_ANSWER_COLUMNS = ("no", "section", "question", "state", "answer", "checks", "review")
_MAPPING_COLUMNS = ("sheet or table", "from row", "questions in", "answers in", "sections in")
_PREVIEW_COLUMNS = ("no", "section", "question", "answer goes to", "the buyer says", "in the way")
_SHOWN = 20
"""Questions of a preview; `--json` has them all."""
_CUT = 60


def rfp_row(rfp: RfpDocument) -> tuple[str, ...]:
    """Return an RFP as a row of a list."""
    imported = shown_time(rfp.created_at, otherwise="")
    return rfp.id[:8], rfp.name, f"{rfp.questions:,}", states_in_words(rfp.states), imported


def states_in_words(states: Mapping[AnswerState, int]) -> str:
    """Return how many questions are in which state, such as `22 drafted, 8 no_answer`."""
    return ", ".join(f"{count:,} {state.value}" for state, count in states.items() if count)


def tell_imported(rfp: RfpDocument) -> None:
    """Say what was imported."""
    where = "; ".join(f"{one.table}: {one.question} asks, {one.answer} answers" for one in rfp.columns)
    questions = counted(rfp.questions, "question")
    say(f"imported  {rfp.id[:8]}  {rfp.name}, {questions}{f' ({where})' if where else ''}")


def print_preview(found: PreviewDocument) -> None:
    """Print where questions were found, the first of them, and every place that nothing can be written at."""
    show(f"{found.name}: {counted(len(found.questions), 'question')}")
    if found.columns:
        print_rows(
            _MAPPING_COLUMNS,
            map(_mapping_row, found.columns),
        )
    blocked = [one for one in found.questions if one.obstacle]
    shown = list(islice((one for one in found.questions if not one.obstacle), max(_SHOWN - len(blocked), 5)))
    print_rows(_PREVIEW_COLUMNS, map(_preview_row, sorted((*shown, *blocked), key=lambda one: one.no)))
    if left := len(found.questions) - len(shown) - len(blocked):
        say(f"and {left:,} more; --json shows all")
    if blocked:
        say(f"{counted(len(blocked), 'answer')} could not be written into the file, for the reasons given")
    say("nothing was stored; if columns are wrong, name them with --question-column and --answer-column")


def _mapping_row(one: ColumnsDocument) -> tuple[str, ...]:
    return (
        one.table,
        str(one.first_row),
        _column(one.question, one.question_heading),
        _column(one.answer, one.answer_heading),
        _column(one.section, one.section_heading),
    )


def _column(letter: str | None, heading: str) -> str:
    return f"{letter or '-'} ({cut(heading, most=30)})" if heading else letter or "-"


def _preview_row(one: QuestionDocument) -> tuple[str, ...]:
    return str(one.no), one.section, cut(one.question), f"{one.table} {one.answer_place}", _rules(one), one.obstacle


def _rules(one: QuestionDocument) -> str:
    said = [f"one of {', '.join(one.allowed_values)}"] if one.allowed_values else []
    said += [f"at most {counted(one.most_characters, 'character')}"] if one.most_characters is not None else []
    said += [f"answered already: {cut(one.given)}"] if one.given else []
    return "; ".join(said)


def print_answers(rfp: RfpDetailDocument, answers: Sequence[AnswerDocument], *, interrupted: Sequence[str]) -> None:
    """Print an RFP and where its answers stand; of the jobs that are *interrupted*, how to go on."""
    show(f"{rfp.name}  {rfp.id}  {counted(rfp.questions, 'question')}: {states_in_words(rfp.states)}")
    for job, what in ((rfp.answering, "drafted"), (rfp.review, "reviewed")):
        if job is not None and not job.status.is_end:
            show(_left(job, what) if job.job_id in interrupted else _at_work(job, what))
    if answers:
        print_rows(_ANSWER_COLUMNS, map(_answer_row, answers))


def _at_work(job: StageJobDocument, what: str) -> str:
    return f"answers are being {what} by job {job.job_id}: `antiphon jobs watch {job.job_id[:8]}` looks on"


def _left(job: StageJobDocument, what: str) -> str:
    return (
        f"job {job.job_id}, by which answers are {what}, was interrupted: `antiphon jobs resume {job.job_id[:8]}` goes "
        f"on with it, `antiphon jobs cancel {job.job_id[:8]}` ends it"
    )


def _answer_row(one: AnswerDocument) -> tuple[str, ...]:
    answer = one.answer or (f"(in the file: {one.given})" if one.given else "")
    return str(one.no), one.section, cut(one.question), one.state.value, cut(answer), _checks(one), _review(one)


def _checks(one: AnswerDocument) -> str:
    if one.draft is None:
        return ""
    reasons = [finding.reason for finding in one.draft.findings]
    if not reasons:
        return f"{len(one.draft.checks)} passed"
    return reasons[0] + (f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else "")


def _review(one: AnswerDocument) -> str:
    if one.review is None:
        return ""
    comments = len(one.review.comments)
    return one.review.verdict.value + (f", {counted(comments, 'comment')}" if comments else "")


def cut(text: str, *, most: int = _CUT) -> str:
    """Return *text* as one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
