"""
By whom: `informed by the processor` where it is the controller.

Nothing is parsed. Of a clause of the answer and the quoted clause nearest to it is compared whom they name behind `by`;
somebody of whom the quotes speak elsewhere is exchanged there. Who is not spoken of may be the same by another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.rfp_answering.proving.negations import Clause, nearest
from domain.rfp_answering.proving.stems import stems

_BY = re.compile(
    r"\b\w{3,}\s(?:only\s|exclusively\s|\w+ly\s)?by\s(?!\d|default\b|e-?mail\b)(?P<who>[^,;:()]+)", re.IGNORECASE
)


def exchanged_subjects(clauses: Sequence[Clause], proofs: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    """Yield clauses of an answer with the near quoted clause that says by whom else it is done."""
    for clause in clauses:
        near = nearest(clause, proofs) if _BY.search(clause.text) else []
        near = [one for one in near if _BY.search(one.text)]
        known = frozenset[str]().union(*(proof.words for proof in proofs)) if near else frozenset[str]()
        if near and all(_is_by_another(clause, one, known) for one in near):
            yield clause.text, near[0].text


def _is_by_another(clause: Clause, proof: Clause, known: frozenset[str]) -> bool:
    """Whether both say by whom, and somebody else who is spoken of in the quotes."""
    said, stated = _BY.search(clause.text), _BY.search(proof.text)
    if said is None or stated is None:
        return False
    who, its = stems(said["who"]), stems(stated["who"])
    return bool(who) and bool(its) and who <= known and not who & its and not its & clause.words
