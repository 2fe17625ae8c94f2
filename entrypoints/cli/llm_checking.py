"""`antiphon llm check` and `antiphon llm history`: which LLM APIs work, and which did."""

from __future__ import annotations

from itertools import islice

import click

from domain.llm_validation.rung import OPTIONAL, Rung
from domain.llm_validation.validation import DEFAULT_TIMEOUT_S
from entrypoints.api.documents.llm_checks import RefreshDocument, StartValidation
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, worded
from entrypoints.cli.console import say
from entrypoints.cli.durations import Duration
from entrypoints.cli.following import terminable
from entrypoints.exit_codes import ExitCode, exit_code_of
from entrypoints.places.place import Place


@click.command()
@click.argument("name", required=False)
@click.option("--timeout", "timeout_s", type=Duration("time"), default=DEFAULT_TIMEOUT_S, show_default="30s",
              help="What each API has for all its rungs; one that hangs delays the report by no more.")  # fmt: skip
@click.option("--probe", "probes", type=click.Choice([one.value for one in OPTIONAL]), multiple=True,
              help="Ask for more, which costs more tokens: JSON by a schema, a call of a tool, an image, an answer in "
              "pieces (and when the first one came). Repeat it for several.")  # fmt: skip
@at_place
@JSON
def check(*, place: Place, name: str | None, timeout_s: float, probes: tuple[str, ...], as_json: bool) -> int:
    """
    Check all active LLM APIs at once, or the one called NAME.

    Each climbs a ladder and stops at the first rung that breaks, with what to do about it:

    \b
    configuration   the address is one, the secret is there
    dns tcp tls     the way there, each timed
    models          its list of models, which refreshes what is known
    chat            one greeting, 16 tokens at the most
    embeddings      two texts: of one length, finite, and not the same

    What can't be tried (a provider without a list, an API without an embedding model) is no failure. Two failed checks
    in a row make an API `down`, one good one `up`.

    Exit codes: 0 all work, 3 some do, 4 none does. With nothing to check it is refused (2).
    """
    from entrypoints.cli.llm_check_tables import RESULT_COLUMNS, explain, live_results, result_row

    words = worded(StartValidation, llm_api=name, timeout_s=timeout_s, probes=[Rung(one) for one in probes])
    job = place.llm_checks.start(words)
    try:
        with terminable(), live_results(quiet=as_json) as show:
            place.llm_checks.bring_to_end(job.id, lambda: show(lambda: place.llm_checks.result(job.id)))
    except KeyboardInterrupt:
        say(f"interrupted; nothing is lost: `antiphon jobs resume {job.id}` goes on with it")
        return ExitCode.INTERRUPTED
    found = place.llm_checks.result(job.id)
    if as_json:
        print_document(found)
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(RESULT_COLUMNS, map(result_row, found.details))
        explain(found)
        say(f"{found.successful} of {found.tested} work; `antiphon llm history NAME` shows earlier checks")
    return exit_code_of(found.status, gates_met=True)


@click.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many at most.")
@at_place
@JSON
def history(*, place: Place, name: str, limit: int, as_json: bool) -> None:
    """List the checks of the LLM API called NAME, the newest first; they are kept for 90 days."""
    found = list(islice(place.llm_checks.history(name), limit))
    if as_json:
        print_documents("checks", found)
    elif found:
        from entrypoints.cli.llm_check_tables import HISTORY_COLUMNS, history_row
        from entrypoints.cli.plain_tables import print_rows

        print_rows(HISTORY_COLUMNS, map(history_row, found))
    else:
        say(f"{name} was never checked; `antiphon llm check {name}` does it")


def say_refreshed(name: str, found: RefreshDocument) -> None:
    """Say what a refresh of the models of NAME came to."""
    from entrypoints.cli.llm_check_tables import refreshed_in_words

    for line in refreshed_in_words(name, found):
        say(line)
