"""One request, one RFP: also where the same request comes again while the first one is still read."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from attrs import frozen

from domain.jobs.errors import KeyReused
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.ports import QuestionnaireFiles
from domain.rfp_answering.questionnaire import Questionnaire, WantedColumns
from domain.rfp_answering.rfp import Rfp
from tests.contract.building import US
from tests.unit.rfp_replies import honest
from tests.unit.rfp_world import QUESTIONS, RfpWorld, questionnaire

KEY = IdempotencyKey("once")


@frozen(kw_only=True)
class Interrupted:
    """Reads files as *files* do; meanwhile something else happens."""

    files: QuestionnaireFiles
    meanwhile: Callable[[], object]

    def read(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        """Let that happen, and read the file."""
        self.meanwhile()
        return self.files.read(content, name=name, wanted=wanted)


def handed_in(world: RfpWorld, questions: tuple[str, ...] = QUESTIONS, *, meanwhile: Callable[[], object]) -> Rfp:
    """Hand a questionnaire in under the key; something else happens while it is read."""
    answering = world.answering
    files = Interrupted(files=answering.files, meanwhile=meanwhile)
    answering = attrs.evolve(answering, files=files)  # type: ignore[arg-type]  # nothing is exported here
    content = questionnaire(questions)
    return answering.add(US, content, name="rfp.json", wanted=WantedColumns(), idempotency_key=KEY)


def test_a_repetition_that_overtakes_its_request_makes_the_only_rfp() -> None:
    """The key is stored with the RFP; which of the two comes first is nobody's concern."""
    world = RfpWorld(honest)
    others: list[Rfp] = []

    late = handed_in(world, meanwhile=lambda: others.append(handed_in(world, meanwhile=lambda: None)))

    assert [late] == others
    assert [one.id for one in world.answering.page(US, limit=9)] == [late.id]


def test_another_request_under_the_key_is_refused_even_if_it_began_before() -> None:
    """The file that was stored is the one that the key stands for."""
    world = RfpWorld(honest)

    with pytest.raises(KeyReused, match="'once'"):
        handed_in(world, QUESTIONS[:1], meanwhile=lambda: handed_in(world, meanwhile=lambda: None))
    assert len(world.answering.page(US, limit=9)) == 1
