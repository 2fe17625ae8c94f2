"""The `Transforms` port by embedded JavaScript."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from adapters.javascript.engine import JavaScript
from domain.jobs.errors import FailureKind, PermanentFailure
from domain.jobs.item import Document
from domain.test_execution.script import Script


@frozen
class JavaScriptTransforms:
    """Reshapes values by scripts, each call in an interpreter of its own."""

    _javascript: JavaScript = field(factory=JavaScript)

    def check(self, script: Script, *, names: Sequence[str]) -> None:
        """
        Compile the script, which will know its arguments by *names*.

        Raises:
            InvalidInput: it is no JavaScript.
        """
        self._javascript.check(script, names=names)

    def apply(self, script: Script, arguments: Document, *, deadline_s: float) -> object:
        """
        Return what the script makes of *arguments*, as JSON.

        Raises:
            PermanentFailure: evaluation_error: it throws, takes too long, or returns what is no JSON.
        """
        result = self._javascript.call(
            script, names=list(arguments), values=list(arguments.values()), deadline_s=deadline_s
        )
        if result.is_json:
            return result.value
        problem = f"threw {result.threw}: {result.message}" if result.threw else f"returned {result.found}"
        name = f"the transform {script.file}" if script.file else f"the transform {script.source[:80]!r}"
        raise PermanentFailure(f"{name} {problem}; expected a value that is JSON", kind=FailureKind.EVALUATION_ERROR)
