"""`antiphon rfp`: buyers' questionnaires, and how they are answered."""

from __future__ import annotations

import click

from entrypoints.cli.lazy_group import LazyGroup

_LAZY = {
    "import": ("entrypoints.cli.rfp_import", "Hand in a questionnaire, or look at what one would be read as."),
    "list": ("entrypoints.cli.rfp_show", "List RFPs, and how far each is."),
    "show": ("entrypoints.cli.rfp_show", "Show an RFP's answers, or all about one question."),
    "answer": ("entrypoints.cli.rfp_answer", "Draft answers from the library."),
    "review": ("entrypoints.cli.rfp_answer", "Have drafts reviewed by somebody who did not write them."),
    "findings": ("entrypoints.cli.rfp_findings", "Show contradictions, questions asked before, and old evidence."),
    "approve": ("entrypoints.cli.rfp_decide", "Stand up for answers: one, or all that nothing stands against."),
    "edit": ("entrypoints.cli.rfp_decide", "Write an answer yourself."),
    "reject": ("entrypoints.cli.rfp_decide", "Ask for another answer."),
    "export": ("entrypoints.cli.rfp_export", "Write the answers into the buyer's own file."),
    "report": ("entrypoints.cli.rfp_export", "Report each answer with its evidence, in Markdown."),
    "gaps": ("entrypoints.cli.rfp_findings", "List what the library could not answer."),
    "stale": ("entrypoints.cli.rfp_findings", "List answers whose documents have changed since."),
    "to-library": ("entrypoints.cli.rfp_export", "Make a library document of approved answers."),
    "summarize": ("entrypoints.cli.rfp_summarize", "Summarize a tender's document, with a compliance matrix."),
    "summaries": ("entrypoints.cli.rfp_summaries", "List the documents that were summarized."),
    "summary": ("entrypoints.cli.rfp_summaries", "Show a summary again."),
    "remove-summary": ("entrypoints.cli.rfp_summaries", "Forget a document and its summary."),
    "check": ("entrypoints.cli.rfp_check", "Say how good drafts are, by what you expect of them."),
    "remove": ("entrypoints.cli.rfp_show", "Forget an RFP."),
}


@click.group(cls=LazyGroup, members=_LAZY)
def rfp() -> None:
    """
    Answer buyers' questionnaires from the library, with what proves each answer.

    A questionnaire goes in (.xlsx, .docx, .pdf, .csv, .md, .json). Answers are drafted from approved documents; code
    checks that every quote, number, date and standard stands there. Then somebody else reviews them, and a person
    decides.
    docs/rfp.md tells it from the beginning.

    \b
    antiphon rfp import tender.xlsx --preview
    antiphon rfp import tender.xlsx
    antiphon rfp answer last
    antiphon rfp review last
    antiphon rfp show last
    antiphon rfp findings last
    antiphon rfp approve last
    antiphon rfp export last -o tender-answered.xlsx
    """
