"""`antiphon cache`: the answers that runs with `--cache` keep."""

from __future__ import annotations

import click

from entrypoints.cache import kept_in
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.opening import open_antiphon

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")


@click.group()
def cache() -> None:
    """
    Look at the answers that runs with --cache keep.

    An answer is found again when target, question and repeat are the same, until it is older than --cache-ttl.
    """


@cache.command("show")
@_JSON
def show_cache(*, as_json: bool) -> None:
    """Say where the cache is, and how many answers of the organization are in it."""
    antiphon = open_antiphon()
    answers, place = antiphon.cache.count(antiphon.tenant), kept_in(antiphon.settings)
    if as_json:
        print_json({"kept_in": place, "answers": answers})
    else:
        show(f"{'an unknown number of' if answers is None else f'{answers:,}'} answers, kept in {place}")


@cache.command()
@_JSON
def clear(*, as_json: bool) -> None:
    """Forget all cached answers of the organization; the results of past runs stay."""
    antiphon = open_antiphon()
    gone, place = antiphon.cache.clear(antiphon.tenant), kept_in(antiphon.settings)
    if as_json:
        print_json({"kept_in": place, "answers": gone})
    else:
        say(f"cleared   {'all' if gone is None else f'{gone:,}'} answers in {place}")
