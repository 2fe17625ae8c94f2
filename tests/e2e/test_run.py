"""`antiphon run`: how it exits, what it prints and writes, and what its options do."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import HELD, MockTarget, json_answer
from tests.services.http_server import reply

STABLE_KEYS = {
    "": "job verdicts pass_rate latency_s metrics tags targets prompts contests repeats judges gates errors failures "
    "tokens cost cache usage",
    "job": "id kind status failure planned succeeded failed skipped cancelled created_at started_at ended_at revision",
    "verdicts": "pass fail inconclusive",
    "pass_rate": "value low high standard_error tests all_errors_fail all_errors_pass",
    "latency_s": "n mean p50 p90 p95 p99 max",
    "tokens": "prompt completion answers",
    "usage": "requests prompt_tokens completion_tokens cost_usd cost_nanousd",
}
WRONG = json_answer("something else")
BROKEN = reply("{}", status="500 Internal Server Error")


def test_a_run_that_meets_its_gates_exits_0_with_one_document(cli: CommandLine, target: MockTarget) -> None:
    """Scripts read the exit code and the document; a word beside it, or a key that is renamed, breaks them."""
    tests = cli.write("tests.jsonl", lines_asking(4))

    run = cli.run("run", tests, "--target", target.url, "--response-path", "answer", "--min-pass-rate", "1", "--json")

    assert (run.code, run.stderr) == (0, "")
    for part, keys in STABLE_KEYS.items():
        found = run.document[part] if part else run.document
        assert list(found) == keys.split()
    assert run.document["gates"] == [{"gate": "min_pass_rate", "wanted": 1.0, "found": 1.0, "met": True}]
    assert (cli.home / "reports" / f"{run.document['job']['id']}.html").exists()


def test_a_run_below_a_gate_exits_1_and_writes_both_reports(cli: CommandLine, target: MockTarget) -> None:
    """Continuous integration shows the JUnit file, people open the page: a wrong answer is a failure in both."""
    target.behaviours["question 2"] = lambda wire: wire.send(WRONG)
    tests = cli.write("tests.jsonl", lines_asking(4))
    junit, page = cli.folder / "out.xml", cli.folder / "report.html"

    run = cli.run("run", tests, "--target", target.url, "--min-pass-rate", "0.9", "--junit", junit, "--html", page)

    assert run.code == 1
    assert "not met  min_pass_rate 0.9: 0.75" in run.stdout
    assert "t2: 'question 2' is not in the answer" in run.stdout
    assert f"report    {page}" in run.stderr
    assert [case.get("name") for case in ElementTree.parse(junit).iter("testcase") if case.find("failure") is not None]
    assert "t2" in page.read_text()
    assert not (cli.home / "reports").exists()


def test_some_or_all_tests_that_fail_to_execute_make_3_and_4(cli: CommandLine, target: MockTarget) -> None:
    """A verdict over half the tests proves nothing, and must not look like one."""
    for question in ("question 1", "question 2"):
        target.behaviours[question] = lambda wire: wire.send(BROKEN)
    some = cli.write("some.jsonl", lines_asking(3))
    none = cli.write("none.jsonl", lines_asking(2, first=1))
    options = ("--target", target.url, "--max-attempts", "1", "--max-errors", "0")

    partial = cli.run("run", some, *options)
    failed = cli.run("run", none, *options)

    assert (partial.code, failed.code) == (3, 4)
    assert "partial  some: 3 planned = 1 succeeded + 2 failed" in partial.stdout
    assert "2 x server_error: " in partial.stdout
    assert "runs the 2 not executed again" in partial.stderr
    assert "pass rate unknown: nothing was judged" in failed.stdout


def test_only_tagged_tests_run_and_never_more_at_once_than_asked_for(cli: CommandLine, target: MockTarget) -> None:
    """Tags pick the smoke tests; the limit protects somebody's endpoint."""
    lines = [json.loads(line) | {"tags": ["odd" if no % 2 else "even"]} for no, line in _numbered(20)]
    tests = cli.write("tests.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    target.hold()

    words = ("--target", target.url, "--tag", "odd", "--concurrency", "4", "--json", *HELD)
    with cli.started("run", tests, *words) as running:
        target.wait_until_asked(4)
        held = target.total
        target.release()
        run = running.wait()

    assert run.document["job"]["planned"] == 10
    assert run.document["tags"][0]["tag"] == "odd"
    assert held == target.most_at_once == 4
    assert set(target.asked) == {f"question {no}" for no in range(1, 20, 2)}


def test_a_body_and_a_path_fit_any_endpoint(cli: CommandLine, target: MockTarget) -> None:
    """An endpoint with words of its own needs no file about it."""
    tests = cli.write("tests.csv", "id,question,equals\na,Hello?,well: Hello?\n")
    body = '{"prompt": "well: {{ prompt }}"}'

    run = cli.run("run", tests, "--target", target.url, "--body", body, "--response-path", "answer", "--json")

    assert run.document["verdicts"]["pass"] == 1
    assert dict(target.asked) == {"well: Hello?": 1}


def test_a_python_function_and_a_chat_api_are_targets_too(cli: CommandLine, target: MockTarget) -> None:
    """The three forms of --target."""
    cli.write("shop.py", "def answer(prompt, variables):\n    return prompt\n")
    tests = cli.write("tests.jsonl", lines_asking(2))
    chat = ("--target", "openai:chat:small", "--base-url", target.url.removesuffix("/chat"))

    python = cli.run("run", tests, "--target", "python:shop:answer", "--json")
    api = cli.run("run", tests, *chat, "--json", OPENAI_API_KEY="k")

    assert python.document["verdicts"]["pass"] == 2
    assert api.document["verdicts"]["pass"] == 2
    assert target.paths == {"/chat/completions"}


WRONG_WORDS: list[tuple[str, list[str], str]] = [
    ("no target", [], "no target: name one in the file (`target:`), or with --target"),
    ("a target of no known form", ["--target", "ftp://x"], "'ftp://x' is no target; expected http(s)://HOST/PATH"),
    ("a body that is not JSON", ["--target", "http://127.0.0.1:1/", "--body", "{x"], "'{x' is not JSON"),
    ("a tag nobody has", ["--target", "http://127.0.0.1:1/", "--tag", "x"], "no test of tests has 'x'; its tags: none"),
    ("a variable that is not set", ["--target", "openai:chat:m"], "OPENAI_API_KEY"),
    ("an option that is nearly one", ["--targets", "x"], "Did you mean one of: '--max-requests', '--tag', '--target'"),
]


@pytest.mark.parametrize(
    ("words", "message"), [case[1:] for case in WRONG_WORDS], ids=[case[0] for case in WRONG_WORDS]
)
def test_wrong_words_exit_2_and_leave_nothing_behind(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    """A typo costs a second, and neither a job nor a folder."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    tests = cli.write("tests.jsonl", lines_asking(1))

    run = cli.run("run", tests, *words)

    assert (run.code, run.stdout) == (2, "")
    assert message in run.stderr
    assert not cli.home.exists()


UNWRITABLE: list[tuple[str, Callable[[CommandLine], list[object]], str]] = [
    ("a folder that is missing", lambda cli: ["--html", cli.folder / "no" / "x.html"], "its folder does not exist"),
    ("a folder", lambda cli: ["--junit", cli.folder], "it is a folder; name a file to write"),
    ("one name for both", lambda _: ["--junit", "x", "--html", "x"], "--junit and --html both name 'x'"),
]


@pytest.mark.parametrize(("words", "message"), [case[1:] for case in UNWRITABLE], ids=[case[0] for case in UNWRITABLE])
def test_a_report_that_cannot_be_written_is_found_out_before_the_run(
    cli: CommandLine, target: MockTarget, words: Callable[[CommandLine], list[object]], message: str
) -> None:
    """Two hours of calls, and then no report: not here."""
    tests = cli.write("tests.jsonl", lines_asking(1))

    run = cli.run("run", tests, "--target", target.url, *words(cli))

    assert run.code == 2
    assert message in run.stderr
    assert target.total == 0
    assert not cli.home.exists()


def test_a_reader_that_goes_away_gets_no_traceback(cli: CommandLine) -> None:
    """`antiphon jobs list | head` is how people look; 141 is what shells say of a closed pipe."""
    listed = cli.run("jobs", "list", "--json")
    closed = cli.run("jobs", "list", "--json", reader_left=True)

    assert listed.document == {"jobs": []}
    assert closed.code == 141
    assert "Traceback" not in closed.stderr


def _numbered(count: int) -> list[tuple[int, str]]:
    return list(enumerate(lines_asking(count).splitlines()))
