"""`antiphon prices`: what models cost, and where the figures are from."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from domain.language_models.model import CALLABLE, Provider
from domain.language_models.price import Price
from domain.language_models.pricing import PriceTable
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.target import ModelTarget
from entrypoints.cli.console import console, print_json, printing, say
from entrypoints.exit_codes import ExitCode
from entrypoints.settings import read_settings


@click.group()
def prices() -> None:
    """Show what models cost, in US dollars per million tokens."""


def chosen_prices(prices_file: Path | None) -> PriceTable:
    """
    Return the prices of the file, else those of the settings, else the shipped ones.

    Raises:
        InvalidInput: the file can't be read, or holds something else.
    """
    from adapters.language_models.price_file import read_prices, shipped_prices

    if prices_file is None and (named := read_settings().prices):
        prices_file = Path(named).expanduser()
    return shipped_prices() if prices_file is None else read_prices(prices_file)


def priced(
    targets: tuple[NamedTarget, ...], panel: Panel, *, prices_file: Path | None
) -> tuple[tuple[NamedTarget, ...], Panel]:
    """Return both with the file's prices written into them, if one is given: they count wherever the job runs."""
    if prices_file is None:
        return targets, panel
    table = chosen_prices(prices_file)
    judges = tuple(map(table.fixed, panel.judges))
    embedding = panel.embedding and table.fixed(panel.embedding)
    return tuple(_priced(target, table) for target in targets), attrs.evolve(panel, judges=judges, embedding=embedding)


def _priced(target: NamedTarget, table: PriceTable) -> NamedTarget:
    if not isinstance(target.spec, ModelTarget):
        return target
    return attrs.evolve(target, spec=attrs.evolve(target.spec, model=table.fixed(target.spec.model)))


@prices.command("list")
@click.option("--provider", type=click.Choice([provider.value for provider in CALLABLE]), help="Only this provider's.")
@click.option("--prices", "prices_file", type=click.Path(path_type=Path), help="This file instead of the shipped one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; it is in the form of a file of prices.")
def list_prices(*, provider: str | None, prices_file: Path | None, as_json: bool) -> int:
    """
    List the prices that costs are counted with.

    A file of your own (--prices FILE, or ANTIPHON_PRICES) replaces the shipped one; `price:` in a target comes first.
    A model that is in neither has no known cost.
    """
    table = chosen_prices(prices_file)
    rows = [(owner, model, price) for (owner, model), price in table.prices.items() if provider in (None, owner.value)]
    if as_json:
        listed = [_row(owner, model, price) for owner, model, price in rows]
        print_json({"updated": table.updated, "source": table.source, "prices": listed})
    else:
        _show(rows)
        say(f"US dollars per million tokens; {table.source}, updated {table.updated or 'unknown'}")
    return ExitCode.DONE


def _row(owner: Provider, model: str, price: Price) -> dict[str, object]:
    known = {name: value for name, value in attrs.asdict(price).items() if value is not None}
    return {"provider": owner.value, "model": model, **known}


def _show(rows: list[tuple[Provider, str, Price]]) -> None:
    from rich.table import Table

    table = Table("provider", "model", "input", "output", "cached input", "cache write", "up to tokens", box=None)
    for owner, model, price in rows:
        figures = (price.input, price.output, price.cached_input, price.cache_write, price.up_to_prompt_tokens)
        table.add_row(owner.value, model, *("" if figure is None else f"{figure:,}" for figure in figures))
    with printing():
        console().print(table)
