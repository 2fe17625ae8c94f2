"""
Telling scripts that can't leave anything behind: an interpreter may serve them again and again.

By their text alone, and on the safe side: what is not surely harmless is not called so. Most expressions in test files
are (`output.includes('x') && context.vars.n > 1`). What slips through, by quotes in comments, meets frozen built-ins.
"""

from __future__ import annotations

import re

from domain.test_execution.script import Script

_STRING = re.compile(r"'[^'\\\n]*'|\"[^\"\\\n]*\"")
_COMPARISONS = re.compile(r"===|!==|==|!=|<=|>=|=>")
# Assignments of every kind, counting up and down, escapes in names, texts that are built, regular expressions' state.
_CHANGES = re.compile(r"=|\+\+|--|\\u|\\x|`|\bRegExp\b")
# Words that reach what all scripts share, make code of text, or put something off.
_WORDS = re.compile(
    r"\b(?:Object|Reflect|Function|Proxy|Symbol|Promise|Atomics|WeakRef|FinalizationRegistry|globalThis|this|constructor"
    r"|prototype|eval|import|arguments|callee|caller|async|await|yield|new|delete|class|function|queueMicrotask|console|var|let|const|for|while"
    r"|do|try|throw|with|performance|Date|random|call|apply|bind)\b|__"
)
# `x[y]` may name anything; `x[0]`, and a list (`['a', 'b']`), may not.
_COMPUTED = re.compile(r"[\w$)\]'\"]\s*\??\.?\s*\[(?!\s*\d+\s*\])")
_MOST_CHARACTERS = 2_000


def is_pure(script: Script) -> bool:
    """
    Whether nothing that the script does can be seen by another.

    >>> is_pure(Script(source="output.includes('a = b') && context.vars.n === 1"))
    True
    >>> is_pure(Script(source="seen = output")), is_pure(Script(source="''['construct' + 'or']"))
    (False, False)
    """
    if script.file or len(script.source) > _MOST_CHARACTERS:
        return False
    code = _STRING.sub("''", script.source)
    return not (_CHANGES.search(_COMPARISONS.sub(" ", code)) or _WORDS.search(code) or _COMPUTED.search(code))
