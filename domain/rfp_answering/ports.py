"""What RFP answering needs of the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns


class QuestionnaireFiles(Protocol):
    """Reads the files that buyers send, and writes answers into them."""

    def read(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        """
        Return what a file asks; the ending of its *name* tells its format.

        Raises:
            InvalidInput: another format, broken, nothing in it asks anything, or it lacks a column that is *wanted*.
        """

    def with_answers(self, content: bytes, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str]) -> bytes:
        """
        Return the same file with *answers* at their places, and nothing else changed.

        Raises:
            InvalidInput: it is another file than the one that was read, an answer is to no question of it, or there are
                places that can't take theirs: each is named, and nothing is written.
        """
