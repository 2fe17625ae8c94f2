"""`antiphon tests`: files of tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.jobs.errors import InvalidInput
from domain.test_execution.contest import planned_items
from domain.test_execution.test_set import TestFile, tag_counts
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.inputs import read_tests, write_tests
from entrypoints.cli.reading_options import reading_options
from entrypoints.exit_codes import ExitCode

if TYPE_CHECKING:
    from adapters.test_files.reading_rules import ReadingRules


@click.group()
def tests() -> None:
    """Look at files of tests."""


@tests.command()
@click.argument("file", type=click.Path(path_type=Path))
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def validate(file: Path, *, rules: ReadingRules, as_json: bool) -> int:
    """
    Check a file of tests, and say what is in it. Nothing is run or stored.

    Every problem is listed with its line, and what to do; the exit code is then 2.
    """
    try:
        read = read_tests(file, rules)
    except InvalidInput as error:
        if not as_json:
            raise
        print_json({"ok": False, "problems": list(error.problems)})
        return ExitCode.BAD_INPUT
    if as_json:
        print_json(_document(read))
    else:
        _show(file, read)
    return ExitCode.DONE


@tests.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", "output", type=click.Path(path_type=Path), required=True,
              help="The file to write, which ends in .yaml or .yml.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@reading_options
def convert(file: Path, *, output: Path, force: bool, rules: ReadingRules) -> int:
    """
    Write a file of tests, in whichever format, as Antiphon YAML. Nothing is run or stored.

    Files that a promptfoo configuration names are copied into it. What was written is read again, and must mean the
    same.

    \b
    antiphon tests convert promptfooconfig.yaml -o tests.yaml
    """
    if output.suffix.lower() not in (".yaml", ".yml"):
        raise click.BadParameter(f"{str(output)!r} does not end in .yaml or .yml", param_hint="--output")
    if output.exists() and not force:
        raise click.BadParameter(f"{str(output)!r} is there already; --force writes over it", param_hint="--output")
    read = read_tests(file, rules)
    write_tests(output, read)
    for warning in read.warnings:
        say(f"antiphon: {warning}")
    say(f"wrote     {output} ({len(read.cases)} tests)")
    return ExitCode.DONE


def _show(file: Path, read: TestFile) -> None:
    items = _item_count(read)
    repeated = "" if items == len(read.cases) else f", {items} with repeats and targets"
    show(f"{file}: {len(read.cases)} tests{repeated}")
    show(f"  metrics: {sum(len(case.all_metrics) for case in read.cases)} of the kinds {', '.join(_kinds(read))}")
    if tags := tag_counts(read.cases):
        show(f"  tags:    {', '.join(f'{tag} ({n})' for tag, n in sorted(tags.items()))}")
    show(f"  target:  {', '.join(_targets(read)) or 'none; name one with --target'}")
    for warning in read.warnings:
        show(f"  look at: {warning}")


def _kinds(read: TestFile) -> list[str]:
    return sorted({metric.title for case in read.cases for metric in case.all_metrics})


def _item_count(read: TestFile) -> int:
    return sum(1 for _ in planned_items(lambda: read.cases, targets=[target.name for target in read.targets] or [""]))


def _targets(read: TestFile) -> list[str]:
    kinds = [(target.name, type(target.spec).__name__.removesuffix("Target").lower()) for target in read.targets]
    return [f"{name} ({kind})" if name else kind for name, kind in kinds]


def _document(read: TestFile) -> dict[str, object]:
    return {
        "ok": True,
        "name": read.name,
        "tests": len(read.cases),
        "items": _item_count(read),
        "metrics": sum(len(case.all_metrics) for case in read.cases),
        "kinds": _kinds(read),
        "tags": dict(sorted(tag_counts(read.cases).items())),
        "target": next(iter(_targets(read)), None),
        "targets": _targets(read),
        "warnings": list(read.warnings),
    }
