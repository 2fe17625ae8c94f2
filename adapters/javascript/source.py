"""
How code that people write in a test file becomes a JavaScript function.

In place: one expression, or the body of a function; of a single line that begins with declarations
(`const n = output.length; n > 5`) the last expression is what it returns. In a file: a CommonJS module
(`module.exports = ...`), or an ES module without imports.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from domain.test_execution.script import Script

_DECLARATION = re.compile(r"\s*(const|let|var)\s")
_DEFAULT_EXPORT = re.compile(r"^([ \t]*)export\s+default\s+", re.MULTILINE)
_NAMED_EXPORT = re.compile(
    r"^([ \t]*)export\s+((?:async\s+)?function\b\s*\*?\s*|const\s+|let\s+|var\s+|class\s+)([\w$]+)", re.MULTILINE
)
# Each try is compiled: a line of ten thousand semicolons must not be tried ten thousand times.
_MOST_CUTS = 50


def function_of(script: Script, *, names: Sequence[str], compiles: Callable[[str], bool]) -> str:
    """Return an expression that evaluates to the script's function of *names*; it may still not compile."""
    if script.file:
        return _module(script)
    head = f"(function ({', '.join(names)}) {{\n"
    return next(filter(compiles, _readings(script.source, head=head)), f"{head}{script.source}\n}})")


def _readings(source: str, *, head: str) -> Iterator[str]:
    """Yield what the code may mean, likeliest first."""
    code = source.strip()
    while code.endswith(";"):
        code = code[:-1].rstrip()
    yield f"{head}return (\n{code}\n)}})"
    if "\n" not in code and _DECLARATION.match(code):
        cuts = (at for at in range(len(code) - 1, 0, -1) if code[at] == ";")
        for at in islice(cuts, _MOST_CUTS):
            yield f"{head}{code[: at + 1]} return (\n{code[at + 1 :]}\n)}})"


def _module(script: Script) -> str:
    return (
        "((module, exports) => {\n(function (module, exports, require) {\n"
        f"{_as_common_js(script.source)}\n"
        f"}})(module, exports, () => {{ throw new ReferenceError({json.dumps(_NO_REQUIRE)}) }});\n"
        f"return __pick(module.exports, {json.dumps(script.function)}, {json.dumps(script.file)});\n"
        "})(...((m) => [m, m.exports])({exports: {}}))"
    )


def _as_common_js(source: str) -> str:
    named = [match[3] for match in _NAMED_EXPORT.finditer(source)]
    source = _NAMED_EXPORT.sub(r"\1\2\3", _DEFAULT_EXPORT.sub(r"\1exports.default = ", source))
    return "\n".join([source, *(f"exports.{name} = {name};" for name in named)])


_NO_REQUIRE = "require is not there: scripts can't load anything"
