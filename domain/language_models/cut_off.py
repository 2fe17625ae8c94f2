"""An answer without a word in it, because the limit of tokens was reached before: on reasoning, mostly."""

from __future__ import annotations

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.language_models.conversation import Completion


class AnswerCutOff(PermanentFailure):
    """`bad_answer` to who needs the words; to who asks whether the model works at all, a yes. *completion* has none."""

    def __init__(self, message: str, *, completion: Completion) -> None:
        super().__init__(message, kind=FailureKind.BAD_ANSWER)
        self.completion = completion
