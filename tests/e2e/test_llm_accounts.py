"""`antiphon llm` and the models it registers, as their users have them."""

from __future__ import annotations

from tests.e2e.command_line import CommandLine

TESTS = """
target: {kind: llm, model: lab/echo}
judge: llm:default
tests:
  - {id: a, prompt: hello, metrics: [{contains: hello}, {llm-rubric: polite, judge: "llm:lab/judge"}]}
"""


def test_a_registered_model_is_named_in_a_file_and_a_saved_run_means_the_registry_of_the_day(cli: CommandLine) -> None:
    """The whole way: offered, registered, named, saved, switched off, and refused in words."""
    key = "sk-proj-0123456789abcdef"
    empty = cli.run("llm", "list", OPENAI_API_KEY=key)
    assert "found OPENAI_API_KEY: openai" in empty.stderr
    cli.run("llm", "add", "--from-environment", OPENAI_API_KEY=key)
    added = cli.run(
        "llm", "add", "--name", "lab", "--kind", "scripted", "--model", "echo", "--model", "judge", "--json"
    )
    assert (added.code, added.document["models"]) == (0, 2)
    listed = cli.run("llm", "list", "--json")
    assert [api["name"] for api in listed.document["llm_apis"]] == ["lab", "openai"]
    assert key not in listed.stdout
    cli.run("llm", "default", "judge", "lab/judge")
    cli.write("tests.yaml", TESTS)

    run = cli.run("run", "tests.yaml", "--json")
    assert (run.code, run.document["job"]["succeeded"]) == (0, 1), run.stderr
    assert cli.run("configs", "save", "nightly", "tests.yaml").code == 0
    cli.run("llm", "change", "lab", "--inactive")

    refused = cli.run("configs", "run", "nightly")
    assert refused.code == 2
    assert "antiphon llm change lab --active" in refused.stderr
    assert key.encode() not in (cli.home / "antiphon.db").read_bytes()
