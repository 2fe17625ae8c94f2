"""`antiphon targets`: endpoints under test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure
from domain.test_execution.target import Answer
from entrypoints.cli.console import as_json_text, only_ours, print_json, printable, say, show
from entrypoints.cli.inputs import open_target, read_tests
from entrypoints.cli.reading_options import reading_options
from entrypoints.cli.target_options import target_options, targets_from_options
from entrypoints.exit_codes import ExitCode
from entrypoints.probing import asked_once, probe_document

if TYPE_CHECKING:
    from adapters.test_files.reading_rules import ReadingRules

SHOWN = 2000
_UNREACHED = (FailureKind.CONNECTION, FailureKind.DNS, FailureKind.TLS, FailureKind.TIMED_OUT)


@click.group()
def targets() -> None:
    """Look at endpoints under test."""


@targets.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@target_options
@reading_options
@click.option("--deadline", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True,
              help="Seconds the request may take.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_target(
    file: Path,
    *,
    target: str | None,
    base_url: str | None,
    body: str | None,
    response_path: str | None,
    deadline: float,
    rules: ReadingRules,
    as_json: bool,
) -> int:
    """
    Send the first test of FILE to its (first) target, once, and show what came back and what was extracted.

    Nothing is stored. Exits with 5 when the target can't be reached in time, with 4 when what came back is no answer.
    """
    from adapters.templates.jinja import JinjaTemplates

    read = read_tests(file, rules)
    chosen = targets_from_options(
        read.targets, target=target, base_url=base_url, body=body, response_path=response_path
    )
    if not chosen:
        raise InvalidInput(f"{file}: no target: name one in the file (`target:`), or with --target")
    endpoint, case = open_target(chosen[0]), read.cases[0]
    with only_ours():
        prompt, found = asked_once(
            endpoint, JinjaTemplates(), prompt=case.prompt, variables=case.variables, deadline_s=deadline
        )
    if isinstance(found, ItemFailure):
        return _show_failure(found, prompt, as_json=as_json)
    return _show(found, prompt, as_json=as_json)


def _show(answer: Answer, prompt: str, *, as_json: bool) -> int:
    if as_json:
        print_json(probe_document(prompt, answer))
    else:
        response = as_json_text(answer.data) if answer.data is not None else answer.text
        status = "" if answer.status is None else f"{answer.status}, "
        show(f"asked     {printable(prompt)}\nstatus    {status}{answer.latency_s:.3f} s")
        show(f"response  {_shown(response)}\nanswer    {_shown(answer.text)}")
    return ExitCode.DONE


def _show_failure(failure: ItemFailure, prompt: str, *, as_json: bool) -> int:
    if as_json:
        print_json(probe_document(prompt, failure))
    else:
        say(f"asked     {printable(prompt)}\nantiphon: {failure.kind}: {printable(str(failure))}")
    return ExitCode.UNAVAILABLE if failure.kind in _UNREACHED else ExitCode.FAILED


def _shown(text: str) -> str:
    rest = len(text) - SHOWN
    return printable(text[:SHOWN]) + (f" ... ({rest} more characters)" if rest > 0 else "")
