"""`antiphon library check` and `questions`: how often a search finds what it should."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from entrypoints.api.documents.library_search import (
    CheckDocument,
    CheckQuestionsWords,
    CheckWords,
    RecallDocument,
)
from entrypoints.cli.acting import JSON, at_place, print_document, worded
from entrypoints.cli.console import say, show
from entrypoints.places.place import Place

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--model", "models", metavar="NAME", multiple=True,
              help="Embedding model; repeat it to compare several. Default: the one in use.")  # fmt: skip
@click.option("--misses", is_flag=True, help="Also list the questions whose passage was not the first hit.")
@at_place
@JSON
def check(*, place: Place, file: Path | None, models: tuple[str, ...], misses: bool, as_json: bool) -> None:
    """
    Ask the library questions whose passage is known, and print how often it is among the first 3 and 5 hits.

    FILE is YAML or JSON: `questions:`, each with `question`, `document` (a location, the end of one, or a title) and
    `heading` (may be left out). Without FILE, the questions that the organization keeps are asked
    (`antiphon library questions set`).

    \b
    antiphon library add examples/library/*.md
    antiphon library check examples/library/questions.yaml
    """
    questions = _read(file).questions if file is not None else []
    found = place.library_search.check(worded(CheckWords, questions=questions, models=list(models)))
    if as_json:
        print_document(found)
        return
    show_recalls(found)
    for recall in found.recalls if misses else []:
        _show_misses(recall)


@click.group()
def questions() -> None:
    """Keep the questions that this organization's library is checked by."""


@questions.command("set")
@click.argument("file", type=_FILE)
@at_place
@JSON
def set_questions(*, place: Place, file: Path, as_json: bool) -> None:
    """Keep the questions of FILE, in place of all that were kept."""
    kept = place.library_search.put_questions(_read(file))
    if as_json:
        print_document(kept)
    else:
        say(f"{len(kept.questions)} questions are kept; `antiphon library check` asks them")


@questions.command("list")
@at_place
@JSON
def list_questions(*, place: Place, as_json: bool) -> None:
    """List the questions that are kept, each with its passage."""
    kept = place.library_search.questions()
    if as_json:
        print_document(kept)
    elif not kept.questions:
        say("no questions are kept; `antiphon library questions set FILE` keeps some")
    else:
        for each in kept.questions:
            show(f"{each.question}  ->  {each.document}{f' > {each.heading}' if each.heading else ''}")


def _read(file: Path) -> CheckQuestionsWords:
    from adapters.test_files.check_questions_file import read_check_questions

    questions = [attrs.asdict(question) for question in read_check_questions(file)]
    return worded(CheckQuestionsWords, questions=questions)


def show_recalls(found: CheckDocument) -> None:
    """Print how often each model found what it should."""
    wide = max(len(recall.model) for recall in found.recalls)
    show(f"{'model':<{wide}}  questions  recall at 3  recall at 5")
    for recall in found.recalls:
        kind = "  lexical: letters, no meaning" if recall.is_lexical else ""
        show(
            f"{recall.model:<{wide}}  {recall.questions:>9}  {recall.recall_at_3:>11.2f}  "
            f"{recall.recall_at_5:>11.2f}{kind}"
        )


def _show_misses(recall: RecallDocument) -> None:
    show(f"\n{recall.model}: not the first hit")
    for miss in recall.not_first:
        place = f"{miss.document}{f' > {miss.heading}' if miss.heading else ''}"
        show(f"{f'hit {miss.rank}' if miss.rank else 'not found':<10} {miss.question}  ({place})")
