"""`antiphon rfp check`: how good drafted answers are, by what somebody expects of them."""

from __future__ import annotations

from pathlib import Path

import click

from domain.counting_words import counted
from entrypoints.api.documents.rfp_checks import (
    DisagreementDocument,
    RateDocument,
    RfpCheckDocument,
    expectation_words,
)
from entrypoints.cli.acting import JSON, at_place, print_document
from entrypoints.cli.console import say, show
from entrypoints.cli.rfp_choosing import RFP_ID, chosen_rfp
from entrypoints.places.place import Place

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@RFP_ID
@click.argument("file", type=_FILE)
@click.option("--misses", is_flag=True, help="Also list the questions whose draft is not what was expected.")
@at_place
@JSON
def check(*, place: Place, rfp_id: str, file: Path, misses: bool, as_json: bool) -> None:
    """
    Compare the drafts of an RFP with what FILE expects of them: precision and recall of no_answer and of evidence.

    FILE is YAML or JSON: `questions:`, each with `number`, `question`, `verdict` (answered, partial, no_answer) and
    `evidence:`, a list of `document` (a location, the end of one, a title, or a list of which one is enough) and
    `facts` (what its quotes must hold). No model is asked: what counts is the newest draft of each question, whoever
    made it, and whatever people decided since. So drafts by two models can be compared, one after the other.

    \b
    antiphon rfp import examples/rfp/questionnaire.xlsx
    antiphon rfp answer last
    antiphon rfp check last examples/rfp/expected.yaml --misses
    """
    from adapters.test_files.expectations_file import read_expectations

    words = expectation_words(read_expectations(file))
    found = place.rfp_checks.check(chosen_rfp(place, rfp_id).id, words)
    if as_json:
        print_document(found)
        return
    show_rates(found)
    if misses and found.disagreements:
        _show_disagreements(found.disagreements)
    elif found.disagreements:
        say(f"{counted(len(found.disagreements), 'is', 'are')} not as expected; --misses lists them")


def show_rates(found: RfpCheckDocument) -> None:
    """Print precision and recall."""
    authors = ", ".join(f"{one.name} ({', '.join(one.prompts)})" for one in found.authors)
    needing = counted(found.needs_review, "needs a person", "need a person")
    show(f"{found.drafted} of {counted(found.questions, 'question')} drafted by {authors}; {needing}")
    show(f"{'':<11}{'precision':<18}recall")
    show(f"{'no_answer':<11}{_rate(found.no_answer_precision):<18}{_rate(found.no_answer_recall)}")
    show(f"{'evidence':<11}{_rate(found.evidence_precision):<18}{_rate(found.evidence_recall)}")
    show(f"{'facts':<29}{_rate(found.facts)}")
    show(f"verdicts   {_rate(found.verdicts)} as expected")


def _rate(rate: RateDocument) -> str:
    counts = f"{rate.right} of {rate.of}"
    return f"-     ({counts})" if rate.share is None else f"{rate.share:.2f}  ({counts})"


def _show_disagreements(disagreements: list[DisagreementDocument]) -> None:
    from entrypoints.cli.plain_tables import print_rows
    from entrypoints.cli.rfp_tables import cut

    columns = ("no", "question", "expected", "drafted", "quoted wrongly", "not quoted")
    print_rows(
        columns,
        (
            (
                str(one.number),
                cut(one.question),
                one.expected.value,
                one.verdict.value if one.verdict else "no draft",
                ", ".join(one.wrong),
                "; ".join([*(" or ".join(names) for names in one.missing), *one.missing_facts]),
            )
            for one in disagreements
        ),
    )
