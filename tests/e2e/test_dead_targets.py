"""A target that is dead costs a run seconds and a few calls, however many tests there are."""

from __future__ import annotations

from tests.e2e.command_line import CommandLine, lines_asking
from tests.services.http_server import ScriptedServer

TESTS, AT_ONCE = 10_000, 16


def test_ten_thousand_tests_against_a_dead_target_make_a_few_calls(cli: CommandLine) -> None:
    """The bot hangs up on everybody: that is known after a handful of calls."""
    tests = cli.write("tests.jsonl", lines_asking(TESTS))
    with ScriptedServer(lambda _request, wire: wire.hang_up()) as server:
        run = cli.run("run", tests, "--target", f"{server.url}/chat", "--concurrency", str(AT_ONCE))
        calls = len(server.received)

    assert run.code == 4
    assert f"not executed ({TESTS})" in run.stdout
    assert "target_down: not called at this attempt: the target is down" in run.stdout
    assert calls <= 20 + AT_ONCE + 3 + run.took_s / 2
