"""`antiphon run --dry-run`: what a run would call and about what it would cost, shown without a call."""

from __future__ import annotations

from domain.jobs.usage import dollars
from domain.language_models.pricing import PriceTable
from domain.test_execution.forecast import Expected, Forecast, forecast
from domain.test_execution.judging.needs import check_judges
from domain.test_execution.summary_document import usd
from entrypoints.cli.console import console, print_json, printable, printing, show
from entrypoints.cli.inputs import usability
from entrypoints.cli.requests import Request


def forecast_of(request: Request, *, prices: PriceTable) -> Forecast:
    """
    Return what a run of the request is expected to call.

    Raises:
        InvalidInput: nobody judges, and a metric needs a judge.
    """
    file = request.file
    targets, panel = usability().looked_up(request.targets, request.panel)
    check_judges(file.cases, panel, targets=targets, name=file.name)
    return forecast(file.cases, targets=targets, panel=panel, prices=prices)


def show_forecast(found: Forecast, *, as_json: bool) -> None:
    """Print the forecast."""
    if as_json:
        print_json(forecast_document(found))
    else:
        _print(found)


def forecast_document(found: Forecast) -> dict[str, object]:
    """Return the forecast as a JSON document; tokens and cost are estimates."""
    return {
        "dry_run": True,
        "items": found.items,
        "calls": found.calls,
        "at_most": found.at_most,
        "estimated_cost_usd": usd(found.cost_nanousd),
        "unknown_cost": list(found.unknown),
        "targets": [_row(one) for one in found.targets],
        "models": [_row(one) for one in found.models],
    }


def _row(one: Expected) -> dict[str, object]:
    return {
        "name": one.name,
        "calls": one.calls,
        "estimated_prompt_tokens": one.prompt_tokens,
        "estimated_completion_tokens": one.completion_tokens,
        "estimated_cost_usd": usd(one.cost_nanousd),
    }


def _print(found: Forecast) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("called", "calls", "tokens in", "tokens out", "cost", box=None)
    for one in (*found.targets, *found.models):
        cost = "unknown" if one.cost_nanousd is None else dollars(one.cost_nanousd)
        figures = (one.calls, one.prompt_tokens, one.completion_tokens)
        table.add_row(escape(printable(one.name)), *(f"{figure:,}" for figure in figures), cost)
    with printing():
        console().print(table)
    most = "at most " if found.at_most else ""
    unknown = f", without {', '.join(found.unknown)}: price unknown" if found.unknown else ""
    show(f"dry run: {found.items:,} items, {most}{found.calls:,} calls, about {dollars(found.cost_nanousd)}{unknown}")
    show("tokens and cost are estimates: 4 characters a token, 200 tokens an answer, no retries; nothing was sent")
