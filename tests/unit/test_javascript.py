"""Embedded JavaScript: what code in a test file may be, what it gives back, and what it can't do."""

from __future__ import annotations

import doctest
import json

import pytest

from adapters.javascript import outcome, pure
from adapters.javascript.engine import JavaScript
from adapters.javascript.outcome import Result
from adapters.javascript.transforms import JavaScriptTransforms
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.script import Script

QUICK = JavaScript(limit_s=0.05, memory_bytes=8 * 1024 * 1024)
NAMES = ["output", "context"]
CONTEXT = {"vars": {"name": "Ada", "a": 1}}


def call(source: str, *, output: object = "hello", file: str = "", function: str = "") -> Result:
    """Check the script and call it once."""
    script = Script(source=source, file=file, function=function)
    QUICK.check(script, names=NAMES)
    return QUICK.call(script, names=NAMES, values=[output, CONTEXT], deadline_s=5)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("output.length", 5),
        (" output.length ;; ", 5),
        ("output // said", "hello"),
        ("output\n  .toUpperCase()\n", "HELLO"),
        ("{ pass: true }", {"pass": True}),
        ("const s = output; s === 'a;b'", False),
        ('let n = 2; n = n + 1; n === 3 && "x;y".length === 3', True),
        ("if (output) {\n  return 'yes'\n}\nreturn 'no'", "yes"),
        ("(output, context) => context.vars.name", "Ada"),
        ("async (output) => { const n = await output.length; return n }", 5),
        ("Promise.resolve(output).then(x => x + '!')", "hello!"),
        ("return {then: (done) => done(5)}", 5),
        ("console.log(output) || console.error(1) || true", True),
        ("/^h/u.test(output) && [...output].length === 5", True),
        ("JSON.parse('[1, null, {\"a\": 0.5}]')", [1, None, {"a": 0.5}]),
        ("null", None),
        ("unset = 7", 7),
        ("'\\ud83d' + '\\0'", "\ufffd\ufffd"),
    ],
)
def test_code_in_place_is_an_expression_or_a_body(source: str, value: object) -> None:
    """People paste both, and arrow functions; each must mean what it looks like."""
    found = call(source)

    assert (found.value, found.is_json, found.threw) == (value, True, "")


@pytest.mark.parametrize(
    ("source", "function", "value"),
    [
        ("module.exports = (output, context) => output + context.vars.a", "", "hello1"),
        ("const twice = x => x + x\nmodule.exports = { grade: (o) => twice(o) }", "grade", "hellohello"),
        ("exports.default = async () => 0.5", "", 0.5),
        ("export default function grade(output) { return true }", "", True),
        ("export const grade = (o) => o.length\nexport default (o) => 1", "grade", 5),
        ("export async function grade(o) { return o }", "grade", "hello"),
        ("let calls = 0\nmodule.exports = () => ++calls", "", 1),
    ],
)
def test_a_file_is_a_module_that_hands_out_a_function(source: str, function: str, value: object) -> None:
    """Files of other tools' test suites work as they are, as long as they need no other file."""
    assert [call(source, file="a.js", function=function).value for _ in range(2)] == [value, value]


@pytest.mark.parametrize(
    ("source", "file", "said"),
    [
        ("return {a", "", "SyntaxError"),
        ("output ===", "", "SyntaxError"),
        ("const fs = require('fs')\nmodule.exports = () => 1", "a.js", "scripts can't load anything"),
        ("import fs from 'fs'\nexport default () => 1", "a.mjs", "SyntaxError"),
        ("module.exports = 5", "a.js", "a.js hands out no function (module.exports or export default)"),
        ("for (;;) {}", "a.js", "interrupted"),
    ],
)
def test_code_that_can_never_work_is_refused_before_the_run(source: str, file: str, said: str) -> None:
    """The run would cost money before the first script shows its mistake."""
    with pytest.raises(InvalidInput) as caught:
        call(source, file=file)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "threw"),
    [
        ("output.foo.bar", "TypeError"),
        ("JSON.parse(output)", "SyntaxError"),
        ("throw new Error('no')", "Error"),
        ("throw null", "Error"),
        ("throw {get name() { throw 1 }}", "Error"),
        ("Promise.reject(new RangeError('far'))", "RangeError"),
        ("const f = () => 1 + f(); f()", "RangeError"),
    ],
)
def test_what_a_script_throws_is_a_result(source: str, threw: str) -> None:
    """An answer of the wrong shape makes scripts throw: that says something about the answer."""
    assert call(source).threw == threw


@pytest.mark.parametrize(
    "source",
    [
        "require('fs')",
        "process.env.HOME",
        "fetch('http://127.0.0.1')",
        "std.open('/etc/passwd', 'r')",
        "os.exec(['ls'])",
        "new XMLHttpRequest()",
        "new WebSocket('ws://127.0.0.1')",
        "new Worker('a.js')",
        "Deno.env",
        "Bun.file('/etc/passwd')",
        "import('/etc/passwd')",
        "import('std')",
        "import('fs')",
        "(0, eval)('require(\"fs\")')",
        "new Function('return process')()",
        "[].constructor.constructor('return process.env')()",
        "setTimeout(() => 1, 0)",
    ],
)
def test_scripts_reach_no_file_no_network_and_no_environment(source: str) -> None:
    """A test file comes from elsewhere; running it must not mean trusting it."""
    with pytest.raises(PermanentFailure) as caught:
        call(source)

    assert caught.value.kind is FailureKind.EVALUATION_ERROR
    assert "what is not there" in str(caught.value)


def test_the_globals_are_those_of_the_language() -> None:
    """A new version of the interpreter that brings a way out must not come in unseen."""
    found = call("Object.getOwnPropertyNames(globalThis).filter(n => /^[a-z_]/.test(n)).sort().join(' ')")

    assert found.value == (
        "__pick atob btoa console decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis "
        "isFinite isNaN parseFloat parseInt performance queueMicrotask undefined unescape"
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("while (true);", "took longer than 0.05 s"),
        ("for (;;) { try { for (;;); } catch {} }", "took longer than 0.05 s"),
        ("/(a+)+$/.test('a'.repeat(40) + 'b')", "took longer than 0.05 s"),
        ("({toJSON() { for (;;); }})", "took longer than 0.05 s"),
        ("({get then() { for (;;); }})", "took longer than 0.05 s"),
        ("(async () => { for (;;) await 1 })()", "don't come to an end"),
        ("const tick = () => queueMicrotask(tick); tick(); new Promise(() => 1)", "don't come to an end"),
        ("new Promise(() => 1)", "waits for something that never comes"),
        ("const a = []; for (;;) a.push(new Array(100000).fill(1))", "memory"),
        ("'x'.repeat(1e9)", "memory"),
        ("const b = []; for (let i = 0; i < 100; i++) b.push(new Uint8Array(1e6)); b.length", "memory"),
    ],
)
def test_time_and_memory_are_bounded(source: str, said: str) -> None:
    """One line can loop for ever or take all memory; the worker has other tests to run."""
    with pytest.raises(PermanentFailure) as caught:
        call(source)

    assert caught.value.kind is FailureKind.EVALUATION_ERROR
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("'x'.repeat(2_000_000)", "too large"),
        ("const a = {}; a.a = a; a", "not JSON"),
        ("10n", "not JSON"),
        ("undefined", "undefined"),
        ("NaN", "undefined"),
        ("1 / 0", "undefined"),
        ("() => () => 1", "function"),
        ("Symbol('x')", "symbol"),
        ("new Proxy({}, {get() { throw new Error('no') }})", ""),
    ],
)
def test_what_is_no_json_is_named_and_not_passed_on(source: str, found: str) -> None:
    """Rows hold JSON of a bounded size, whatever a script returns."""
    result = call(source)

    assert (result.value, result.is_json) == (None, False)
    assert result.found.startswith(found)


@pytest.mark.parametrize(
    "spoil",
    [
        "Object.prototype.spoiled = 1",
        "Array.prototype.push = () => 'spoiled'",
        "String.prototype.includes = () => true",
        "JSON.stringify = () => 'spoiled'",
        "JSON.parse = () => 'spoiled'",
        "Promise.prototype.then = () => 'spoiled'",
        "globalThis.spoiled = 1",
        "spoiled = 1",
        "undefined_name = output",
        "Object.freeze(Object.prototype)",
        "globalThis.__pick = 1",
        "delete globalThis.Array",
        "RegExp.prototype.test = () => true",
    ],
)
def test_nothing_a_script_does_reaches_the_next(spoil: str) -> None:
    """A verdict that depends on which tests ran before in the same process can't be trusted."""
    call(f"({spoil}, 1)")

    probe = (
        "[typeof spoiled, typeof undefined_name, ({}).spoiled ?? null, [].push(1), 'a'.includes('b'), "
        "Object.isFrozen(Object.prototype), JSON.stringify([1]), JSON.parse('2'), typeof Array, /x/.test('y')]"
    )
    assert call(probe).value == ["undefined", "undefined", None, 1, False, False, "[1]", 2, "function", False]


def test_a_script_that_changes_the_builtins_only_fools_itself() -> None:
    """What carries its result out was taken before it ran."""
    assert call("(JSON.stringify = () => 'no', String = () => 'no', Number.isFinite = () => false, 5)").value == 5


def test_arguments_arrive_as_they_are() -> None:
    """Quotes, line separators, lone surrogates and numbers must not change on the way in."""
    text = "'\"`\\ \u2028\u2029 \x00 é 😀 ${1} </script>"
    output = {"text": text, "json": json.dumps(text), "n": [1, 2.5, True, None]}

    assert call("output.text === JSON.parse(output.json) && output.n", output=output).value == [1, 2.5, True, None]
    assert call("output.length", output="\ud83d").value == 1


def test_a_transform_returns_what_it_makes_of_its_arguments() -> None:
    """The same language, for outputs, variables and responses."""
    transforms = JavaScriptTransforms(QUICK)
    script = Script(source="({...vars, name: vars.name.trim()})")

    transforms.check(script, names=["vars", "context"])
    made = transforms.apply(script, {"vars": {"name": " Ada ", "n": 1}, "context": {}}, deadline_s=5)

    assert made == {"name": "Ada", "n": 1}


@pytest.mark.parametrize(
    ("source", "said"),
    [("vars.a.b.c", "threw TypeError"), ("undefined", "returned undefined"), ("nothing", "what is not there")],
)
def test_a_transform_that_fails_is_an_error(source: str, said: str) -> None:
    """There is no output to judge then, so there is no verdict."""
    with pytest.raises(PermanentFailure) as caught:
        JavaScriptTransforms(QUICK).apply(Script(source=source), {"vars": {}}, deadline_s=5)

    assert caught.value.kind is FailureKind.EVALUATION_ERROR
    assert said in str(caught.value)


@pytest.mark.parametrize("value", ["", " ", 5, None, {"source": ""}, {"sorce": "x"}, {"source": 1}, ["x"]])
def test_what_is_no_script_is_refused(value: object) -> None:
    """A script is a text, or an object that says where it comes from."""
    with pytest.raises(InvalidInput):
        Script.from_value(value)


def test_a_script_is_read_from_both_its_forms() -> None:
    """The form with a file is what readers of test files make of `file://`."""
    assert Script.from_value("output") == Script(source="output")
    assert Script.from_value({"source": "x", "file": "a.js", "function": "f"}) == Script(
        source="x", file="a.js", function="f"
    )


def test_the_examples_in_the_docstrings_hold() -> None:
    """They show what a database would refuse."""
    assert doctest.testmod(outcome).failed == 0
    assert doctest.testmod(pure).failed == 0
