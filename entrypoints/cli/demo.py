"""`antiphon demo`: a complete test run of a small support bot, on this machine, with failures worth a look."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

import click

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobOptions
from entrypoints.cli.console import say
from entrypoints.cli.following import follow
from entrypoints.cli.inputs import read_tests
from entrypoints.cli.local_host import LocalHost
from entrypoints.cli.opening import open_antiphon
from entrypoints.cli.outputs import Outputs, output_options
from entrypoints.cli.target_options import targets_from_options
from entrypoints.driving import check_drivable
from entrypoints.exit_codes import ExitCode

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-bot"


class _Bot(Protocol):
    def start(self) -> str: ...

    def stop(self) -> None: ...


@click.command()
@output_options
def demo(*, outputs: Outputs) -> int:
    """
    Start a small support bot and run its tests against it.

    The bot is right on most questions, wrong on a few, and fails on a couple: the run ends partial, which is what this
    shows. Exits with 0 then; the same run as `antiphon run` would exit with 3. Three LLM APIs are checked after it: one
    that works, one with a wrong key, one that is not there. Then the library takes in a folder, twice, with an edit
    between, and is searched. At the end a buyer's questionnaire is answered from twelve documents, and its answers are
    checked. Where the package was installed without its examples, the library's part is all there is to show.
    """
    outputs.check()
    if not EXAMPLE.is_dir():
        return _without_examples(outputs)
    file = read_tests(EXAMPLE / "tests.yaml")
    antiphon = open_antiphon()
    options = JobOptions(concurrency=8)
    check_drivable(antiphon.settings, options)
    with _support_bot() as address:
        say(f"a support bot answers at {address}; its tests: {EXAMPLE / 'tests.yaml'}")
        target = targets_from_options(file.targets, target=address, base_url=None, body=None, response_path=None)
        job = antiphon.runs.start(antiphon.tenant, file, targets=target, options=options)
        code = follow(LocalHost(antiphon), job.id, outputs)
    if code == ExitCode.PARTIAL:
        say("\nThe run ended partial, as it should: `antiphon run` exits with 3 then, and tells what failed and why.")
        if not outputs.as_json:
            from entrypoints.cli.demo_library import keep_a_folder_in_step
            from entrypoints.cli.demo_llm import check_three_apis
            from entrypoints.cli.demo_rfp import answer_a_questionnaire

            check_three_apis()
            keep_a_folder_in_step()
            answer_a_questionnaire(filled_in=antiphon.settings.home / "reports" / "questionnaire-answered.xlsx")
        say("Next: antiphon jobs show last, antiphon run YOUR-TESTS.yaml; in a checkout: python3 run.py jobs show last")
        return ExitCode.DONE
    return code


def _without_examples(outputs: Outputs) -> int:
    """Show what an installed package can: the library brings its own documents."""
    if outputs != Outputs():
        raise InvalidInput(
            f"the demo's support bot is not at {EXAMPLE}, so there is no run to report; run the demo from a checkout "
            "of the project, or without --json, --junit and --html"
        )
    from entrypoints.cli.demo_library import keep_a_folder_in_step

    say("the support bot and its tests are in a checkout of the project only; the library works without them")
    keep_a_folder_in_step()
    return ExitCode.DONE


@contextmanager
def _support_bot() -> Iterator[str]:
    """Run the example's bot on a free port of this machine; yield the address of its chat."""
    spec = importlib.util.spec_from_file_location("antiphon_support_bot", EXAMPLE / "bot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bot = cast(_Bot, module.SupportBot())
    try:
        yield f"{bot.start()}/chat"
    finally:
        bot.stop()
