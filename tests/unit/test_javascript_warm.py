"""Interpreters that several scripts share: which scripts may, and that nothing passes from one to the next."""

from __future__ import annotations

import json
import threading

import pytest
from quickjs import Context  # type: ignore[import-untyped]  # it has no types

from adapters.javascript import engine
from adapters.javascript.engine import JavaScript
from adapters.javascript.pure import is_pure
from adapters.javascript.warm import WarmInterpreters
from domain.jobs.errors import PermanentFailure
from domain.test_execution.script import Script

NAMES = ["output", "context"]
CONTEXT = {"vars": {"name": "Ada"}}
SPOILS = [
    "Object.prototype.spoiled = 1",
    "globalThis.spoiled = 1",
    "spoiled = 1",
    "String.prototype.includes = () => true",
    "JSON.parse = () => 'spoiled'",
    "Math.max = () => 'spoiled'",
    "Object.setPrototypeOf(Array.prototype, {spoiled: 1})",
    "Object.defineProperty(Object.prototype, 'spoiled', {value: 1})",
    "Object.getPrototypeOf([].values().map(x => x)).next = () => 'spoiled'",
    "Object.getPrototypeOf([].values()).next = () => ({done: true})",
    "Object.getPrototypeOf(function* () {}).spoiled = 1",
    "output['constr' + 'uctor']['constr' + 'uctor']('globalThis.spoiled = 1; Array.prototype.spoiled = 1')()",
    "(console.log = () => 'spoiled', console.spoiled = 1)",
    "delete globalThis.Array",
    "(Symbol.iterator.description, RegExp.prototype.exec = () => null)",
    "Number.prototype.toFixed = () => 'spoiled'",
]
PROBE = (
    "[typeof spoiled, ({}).spoiled ?? null, [].spoiled ?? null, 'a'.includes('b'), JSON.parse('2'), Math.max(1, 2), "
    "[...[5].values()], [...[5].values().map(x => x)], typeof Array, /x/.test('x'), (1).toFixed(1)]"
)


@pytest.mark.parametrize("spoil", SPOILS)
def test_an_interpreter_that_is_used_again_can_not_be_spoiled(spoil: str) -> None:
    """Its guard is that it is frozen, not that scripts look harmless: here they don't."""
    warm, given = WarmInterpreters(), json.dumps(["hello", CONTEXT])
    probe = f"(() => (output, context) => {PROBE})"
    before = warm.call(probe, given, fresh=Context)

    warm.call(f"(() => (output, context) => ({spoil}, 1))", given, fresh=Context)

    assert before is not None
    assert warm.call(probe, given, fresh=Context) == before


@pytest.mark.parametrize(
    ("source", "pure"),
    [
        ("output.includes('x') && context.vars.n > 1", True),
        ("output[0] === 'a' || ['a', 'b'].some(x => output.startsWith(x))", True),
        ("(output, context) => /^a+$/i.test(output)", True),
        ("if (output) return true\nreturn false", True),
        ("x = 1", False),
        ("output.x += 1", False),
        ("context.n++", False),
        ("output[context.vars.key]", False),
        ("output.constructor", False),
        ("output['constructor']", False),
        ("Object.assign(Math, {max: 1})", False),
        ("const n = 1; n", False),
        ("`${output}`", False),
        ("'\\u0061'", False),
        ("async () => 1", False),
        ("({}).__proto__", False),
        ("new Map()", False),
        ("arguments", False),
    ],
)
def test_scripts_that_may_share_an_interpreter_are_told_by_their_text(source: str, pure: bool) -> None:
    """On the safe side: what assigns, names by calculation or reaches the built-ins gets one of its own."""
    assert is_pure(Script(source=source)) is pure


@pytest.mark.parametrize(
    "source", ["output.length", "output.at(9).x", "/(a+)+$/.test('a'.repeat(40) + 'b')", "[1, 2, 3]"]
)
def test_both_ways_to_run_a_script_agree(source: str) -> None:
    """Sharing is for speed only."""
    script = Script(source=source)

    def run(javascript: JavaScript) -> object:
        try:
            return javascript.call(script, names=NAMES, values=["hello", CONTEXT], deadline_s=5)
        except PermanentFailure as error:
            return str(error)

    alone = JavaScript(limit_s=0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_is_pure", lambda _script: False)
        expected = run(alone)

    assert [run(alone) for _ in range(3)] == [expected] * 3


def test_interpreters_of_many_threads_do_not_meet() -> None:
    """QuickJS breaks when two threads use one; each thread has its own, and counts its own results."""
    javascript, wrong = JavaScript(), []

    def work(no: int) -> None:
        for turn in range(50):
            values = [f"{no}-{turn}", CONTEXT]
            found = javascript.call(Script(source="output + '!'"), names=NAMES, values=values, deadline_s=5)
            if found.value != f"{no}-{turn}!":
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(no,)) for no in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_a_promise_is_given_processor_time_and_not_time_of_day() -> None:
    """On a busy machine a script is slow without being long: its item must not fail for that."""
    javascript, minutes = JavaScript(limit_s=0.05), iter(range(0, 10_000, 60))
    script = Script(source="async (output) => { let n = 0; for (const c of output) n += await 1; return n }")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "monotonic", lambda: next(minutes))
        found = javascript.call(script, names=NAMES, values=["hello", CONTEXT], deadline_s=10_000)

    assert found.value == 5
