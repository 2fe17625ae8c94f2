"""`antiphon rfp export`, `report` and `to-library`: what leaves of an RFP."""

from __future__ import annotations

from pathlib import Path, PurePath

import click

from adapters.reports.files import replacing
from domain.counting_words import counted
from domain.embedding.library_document import ReviewStatus
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.placing import MADE_ANEW
from domain.rfp_answering.questionnaire import Form
from entrypoints.api.documents.library import AddedDocument
from entrypoints.api.documents.rfp_decisions import ShelvedDocument
from entrypoints.api.documents.rfps import RfpDocument
from entrypoints.cli.acting import JSON, at_place, print_document
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.library_add import settled
from entrypoints.cli.rfp_choosing import RFP_ID, chosen_rfp
from entrypoints.cli.rfp_files import FORCE, check_output
from entrypoints.exit_codes import ExitCode
from entrypoints.places.place import Place
from entrypoints.rfp_exports import ranges

_FORMS = tuple(form.value for form in MADE_ANEW)


@click.command()
@RFP_ID
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), required=True,
              help="Where to write it.")  # fmt: skip
@click.option("--with-drafts", is_flag=True,
              help="Also answers that nobody has approved, but that passed every check.")  # fmt: skip
@click.option("--form", type=click.Choice(_FORMS), help="A new file of this form, in place of the buyer's own.")
@click.option("--leave-out-refused", is_flag=True,
              help="Where answers can't be written at their places, write the others, and name those.")  # fmt: skip
@FORCE
@at_place
@JSON
def export(
    *,
    place: Place,
    rfp_id: str,
    output: Path,
    with_drafts: bool,
    form: str | None,
    leave_out_refused: bool,
    force: bool,
    as_json: bool,
) -> None:
    """
    Write the answers into the buyer's own file: what a person approved or wrote, and nothing else.

    Of an .xlsx file every byte but the answered cells stays as it was. Which questions were left open is said. Where
    an answer can't be written at its place (merged cells, a formula) nothing is, and all such answers are named;
    --leave-out-refused writes the others.

    \b
    antiphon rfp export last -o tender-answered.xlsx
    antiphon rfp export last -o draft.docx --form docx --with-drafts
    """
    check_output(output, force=force)
    rfp = chosen_rfp(place, rfp_id)
    _check_ending(output, rfp, form=form)
    wanted = Form(form) if form else None
    file = place.rfp_answers.export(rfp.id, with_drafts=with_drafts, form=wanted, leave_out_refused=leave_out_refused)
    refused = place.rfp_answers.refused(rfp.id, with_drafts=with_drafts, form=wanted).refused if file.left_out else []
    with replacing(output) as written:
        written.write_bytes(file.content)
    if as_json:
        said = {"file": str(output), "written": list(file.written), "left_open": list(file.left_open)}
        print_json({"id": rfp.id, **said, "left_out": [one.model_dump(mode="json") for one in refused]})
        return
    say(f"wrote     {output}: {counted(len(file.written), 'answer')}")
    for one in refused:
        say(f"left out  {one.reason}")
    if file.left_open:
        say(f"left open {counted(len(file.left_open), 'question')} of {rfp.questions:,}: {ranges(file.left_open)}")


@click.command()
@RFP_ID
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path),
              help="Where to write it. Default: standard output.")  # fmt: skip
@FORCE
@at_place
@JSON
def report(*, place: Place, rfp_id: str, output: Path | None, force: bool, as_json: bool) -> None:
    """
    Print or write a report in Markdown: each answer with its evidence, checks, review and decision.

    It begins with what there is to look at: contradictions, evidence that has changed, questions asked before.
    """
    check_output(output, force=force)
    rfp = chosen_rfp(place, rfp_id)
    text = place.rfp_answers.report(rfp.id)
    if output is not None:
        with replacing(output) as written:
            written.write(text)
    if as_json:
        print_json({"id": rfp.id, "file": str(output)} if output else {"id": rfp.id, "markdown": text})
    elif output is None:
        show(text)
    else:
        say(f"wrote     {output}")


@click.command()
@RFP_ID
@at_place
@JSON
def to_library(*, place: Place, rfp_id: str, as_json: bool) -> int:
    """
    Make a document of the library of the answers that a person approved or wrote.

    It waits for somebody to approve it (`antiphon library documents approve`) before other RFPs are answered from it;
    this one never is. Answers that rest on a document which has changed since are left out. After other decisions the
    command makes its next version. As `antiphon library add` it waits until the document is read and embedded, at work
    itself on this machine; where that fails the exit code is 3.
    """
    done = place.rfp_answers.to_library(chosen_rfp(place, rfp_id).id)
    [document] = settled(place, [done.document], quiet=True)
    if as_json:
        print_document(done.model_copy(update={"document": document}))
    else:
        _tell_shelved(document, done)
    return ExitCode.PARTIAL if document.review_status is ReviewStatus.FAILED else ExitCode.DONE


def _tell_shelved(document: AddedDocument, done: ShelvedDocument) -> None:
    say(f"{document.change.value:<9} {document.id[:8]}  {document.location}, {counted(len(done.answered), 'answer')}")
    if done.left_out:
        say(f"left out  {ranges(done.left_out)}: what they rest on has changed (`antiphon rfp stale`)")
    if document.failure:
        say(f"antiphon: {document.location}: {document.failure}")
    elif not document.is_approved:
        say(f"`antiphon library documents approve {document.id[:8]}` makes it evidence")


def _check_ending(output: Path, rfp: RfpDocument, *, form: str | None) -> None:
    """Refuse to call a file what it is not: Word and Excel open none that has the other's ending."""
    own = PurePath(rfp.name).suffix if rfp.form.takes_answers else f".{MADE_ANEW[0]}"
    ending = own if form in (None, rfp.form) else f".{form}"
    if output.suffix and output.suffix.lower() != ending.lower():
        raise InvalidInput(
            f"{output}: answers to {rfp.name} leave as a {ending} file; end its name so, or choose another --form "
            f"({', '.join(_FORMS)})"
        )
