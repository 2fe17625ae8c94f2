"""`antiphon configs`: test configurations, saved under a name and run by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.jobs.job import JobOptions
from domain.test_execution.configuration import SavedConfiguration
from domain.test_execution.panel import Panel
from domain.test_execution.test_set import Gates
from entrypoints.cli.cache_options import cache_options, uncached
from entrypoints.cli.console import as_json_text, print_json, say, show
from entrypoints.cli.following import follow
from entrypoints.cli.host import Wanted
from entrypoints.cli.hosts import open_host
from entrypoints.cli.job_options import hinted, job_options
from entrypoints.cli.judge_options import judge_options
from entrypoints.cli.outputs import Outputs, output_options
from entrypoints.cli.reading_options import reading_options
from entrypoints.cli.requests import gate_options, requested, selection_options
from entrypoints.cli.target_options import target_options
from entrypoints.settings import read_settings

if TYPE_CHECKING:
    from adapters.test_files.reading_rules import ReadingRules

_NAME = click.argument("name")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_SHOWN_AS = {"targets": "target", "panel": "judges"}
_VERSION = click.option("--version", type=click.IntRange(1), help="Which version. Default: the newest.")


@click.group()
def configs() -> None:
    """
    Save what is run again and again under a name: tests, targets, judges, gates and options.

    A saved version never changes; saving something else under its name makes the next version.
    """


@configs.command()
@_NAME
@click.argument("file", type=click.Path(path_type=Path))
@target_options
@job_options
@judge_options
@gate_options
@selection_options
@cache_options
@reading_options
@_JSON
def save(
    *,
    name: str,
    file: Path,
    options: JobOptions,
    panel: Panel,
    gates: Gates,
    max_age_s: float | None,
    tags: tuple[str, ...],
    rules: ReadingRules,
    prices_file: Path | None,
    as_json: bool,
    **target_words: str | None,
) -> None:
    """
    Save the tests of FILE, and how they are to be run, as NAME. Nothing is run.

    The file is read now: later changes of it need another save. Secrets are saved by their names only.

    \b
    antiphon configs save nightly tests.yaml --min-pass-rate 0.95
    antiphon configs run nightly
    """
    settings = read_settings()
    request = requested(
        file,
        tags=tags,
        rules=rules,
        panel=panel,
        settings=settings,
        prices_file=prices_file,
        target_words=target_words,
    )
    options = hinted(options, request.file.hints)
    host = open_host(settings)
    for warning in uncached(request.targets, max_age_s=max_age_s):
        say(f"antiphon: {warning}")
    saved = host.save(name, Wanted(request=request, options=options, gates=gates, max_age_s=max_age_s))
    if as_json:
        print_json(_document(saved))
    else:
        say(f"saved     {saved.name} version {saved.version} ({len(request.file.cases)} tests)")


@configs.command("list")
@_JSON
def list_configs(*, as_json: bool) -> None:
    """List the names, each with its newest version."""
    saved = open_host().saved()
    if as_json:
        print_json({"configurations": [_document(found) for found in saved]})
    elif not saved:
        say("no configurations yet; `antiphon configs save NAME FILE` saves one")
    for found in () if as_json else saved:
        show(f"{found.name}  version {found.version}, saved {found.saved_at:%Y-%m-%d %H:%M} UTC")


@configs.command("show")
@_NAME
@_VERSION
@_JSON
def show_config(*, name: str, version: int | None, as_json: bool) -> None:
    """Show what a configuration says, and which versions there are."""
    saved, versions = open_host().configuration(name, version=version)
    if as_json:
        print_json({**saved.model_dump(mode="json"), "versions": [one.model_dump(mode="json") for one in versions]})
        return
    show(f"{saved.name}  version {saved.version} of {versions[0].version}, saved {saved.saved_at:%Y-%m-%d %H:%M} UTC")
    show(f"tests     {saved.tests} of {saved.test_set_name}")
    for what, said in saved.body.items():
        for one in said if isinstance(said, list) else [said]:
            show(f"{_SHOWN_AS.get(what, what):<9} {_in_words(one)}")


@configs.command()
@_NAME
@_VERSION
@output_options
def run(*, name: str, version: int | None, outputs: Outputs) -> int:
    """
    Run a saved configuration, and report; exits as `antiphon run` does.
    """
    outputs.check()
    host = open_host()
    return follow(host, host.start_saved(name, version=version), outputs)


@configs.command()
@_NAME
@_JSON
def delete(*, name: str, as_json: bool) -> None:
    """Forget a name with all its versions; past runs of it stay as they are."""
    gone = open_host().delete_saved(name)
    if as_json:
        print_json({"name": name, "versions": gone})
    else:
        say(f"deleted   {name} ({gone} {'version' if gone == 1 else 'versions'})")


def _in_words(said: object) -> str:
    """Return what was said in one line, without what says nothing; "as by default" where that leaves nothing."""
    if not isinstance(said, dict):
        return as_json_text(said)
    told = {name: value for name, value in said.items() if value is not False and value not in ("", None, [], {})}
    if set(told) == {"target"}:
        return _in_words(told["target"])
    words = (f"{name} {value if isinstance(value, str) else as_json_text(value)}" for name, value in told.items())
    return ", ".join(words) or "as by default"


def _document(saved: SavedConfiguration) -> dict[str, object]:
    return {
        "name": saved.name,
        "version": saved.version,
        "configuration_id": saved.configuration_id,
        "saved_at": saved.saved_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
