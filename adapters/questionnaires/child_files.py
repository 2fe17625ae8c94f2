"""`QuestionnaireFiles` in child processes: a buyer's file that breaks its reader costs one child and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import evolve

from adapters.child_processes.pool import ChildProcesses
from adapters.parsing.limits import USUAL, ParsingLimits
from adapters.parsing.reading import check_size
from adapters.questionnaires.forms import form_of, is_read_by_python_alone
from adapters.questionnaires.new_files import new_file
from adapters.questionnaires.served import file_from, questionnaire_from, reading, writing
from domain.jobs.errors import Deferred, InvalidInput, PermanentFailure, ServiceUnavailable, TransientFailure
from domain.rfp_answering.placing import placed
from domain.rfp_answering.questionnaire import Form, Questionnaire, QuestionNo, WantedColumns, file_hash

_SERVED = "adapters.questionnaires.served"
_GROWTH = 4
"""What a file may grow to by its answers, in times the largest one that is read."""


class ChildQuestionnaireFiles:
    """Reads and writes up to *processes* files at a time; `close` it at the end."""

    def __init__(self, limits: ParsingLimits = USUAL, *, processes: int = 2) -> None:
        self._limits = limits
        self._children = ChildProcesses(_SERVED, limits, most_bytes=_GROWTH * limits.size_bytes, processes=processes)

    def read(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        """Return what a file asks; which file that is, its reader has no say in."""
        form = form_of(name)
        with _about(name):
            check_size(content, limits=self._limits)
            asked = self._children.ask(
                reading(name, wanted), content, read=questionnaire_from, serves_again=is_read_by_python_alone(form)
            )
        return evolve(asked, name=name, form=form, file_hash=file_hash(content))

    def with_answers(self, content: bytes, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str]) -> bytes:
        """Return the same file with *answers* at their places."""
        tables, form = placed(questionnaire, answers, content=content), questionnaire.form
        with _about(questionnaire.name):
            return self._children.ask(
                writing(tables, form), content, read=file_from, serves_again=is_read_by_python_alone(form)
            )

    def made_anew(self, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> bytes:
        """Return a new file with a row for each question: nothing of the buyer's file is read for it."""
        return new_file(questionnaire, answers, form=form)

    def close(self) -> None:
        """End the children that wait; those at work end with what they do."""
        self._children.close()


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Turn what processes say no with into what is said of the file called *name*."""
    try:
        yield
    except PermanentFailure as exc:
        raise InvalidInput(f"{name}: {exc}") from exc
    except Deferred as exc:
        raise ServiceUnavailable(f"{name}: {exc}; try again in {exc.retry_after_s:g} s") from exc
    except TransientFailure as exc:
        raise ServiceUnavailable(f"{name}: {exc}") from exc
