"""XML: whether a text is a well-formed document or has one in it, and which elements the document has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never
from xml.parsers import expat

from attrs import define, field

from adapters.metrics.tags import elements
from adapters.metrics.time_budget import check_time, judgement_time
from domain.test_execution.finding import Finding, shown

# Far more than documents have; each level is an object, and a text may open a level with every third character.
_MOST_DEPTH = 1_000


@define(kw_only=True)
class _Node:
    """An element and what is in it, by name."""

    children: dict[str, list[_Node]] = field(factory=dict)

    def has(self, path: Sequence[str]) -> bool:
        """Whether there is an element at the end of the path; of several of one name, a number names one."""
        level = [self]
        for at, step in enumerate(path):
            if step.isdigit() and at:
                level = level[int(step) : int(step) + 1]
            else:
                level = [child for node in level for child in node.children.get(step, ())]
        return bool(level)


def judge_document(answer: str, *, required: Sequence[str]) -> Finding:
    """Judge whether the whole answer is one document, with the *required* elements (`root.child`)."""
    try:
        document = _parsed(answer)
    except _NotXml as error:
        return Finding.of(False, reason=f"the answer is not XML ({error}): {shown(answer)}")
    missing = _missing(document, required)
    if missing:
        return Finding.of(False, reason=f"the answer is XML without {', '.join(missing)}")
    return Finding.of(True, reason="the answer is XML" + (" with all required elements" if required else ""))


def judge_contained(answer: str, *, required: Sequence[str]) -> Finding:
    """
    Judge whether the answer has an element that is well-formed and has the *required* ones in it.

    Raises:
        PermanentFailure: evaluation_error: looking takes too long.
    """
    missing: list[str] = []
    seen_up_to = 0
    with judgement_time():
        for element in elements(answer):
            if element.end <= seen_up_to:  # inside one that was well-formed: paths begin at the outermost
                continue
            check_time()
            try:
                document = _parsed(answer[element.start : element.end])
            except _NotXml:
                continue
            missing = _missing(document, required)
            if not missing:
                return Finding.of(True, reason=f"the answer has the XML element {shown(element.name)}")
            seen_up_to = element.end
    lacking = f"no XML with {', '.join(missing)}" if missing else "no XML"
    return Finding.of(False, reason=f"there is {lacking} in the answer {shown(answer)}")


class _NotXml(Exception):
    """The text is not well-formed, or is XML of a kind that is refused."""


def _parsed(text: str) -> _Node:
    root = _Node()
    open_nodes = [root]

    def start(name: str, _attributes: dict[str, str]) -> None:
        node = _Node()
        open_nodes[-1].children.setdefault(name, []).append(node)
        open_nodes.append(node)
        if len(open_nodes) > _MOST_DEPTH:
            _refuse(f"it is nested more than {_MOST_DEPTH} levels deep")

    def end(_name: str) -> None:
        open_nodes.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = _refuse_declarations
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise _NotXml(str(error)) from None
    return root


def _refuse_declarations(_name: str, _system: str | None, _public: str | None, has_internal_subset: bool) -> None:
    # What a document declares may grow without end when it is used (a billion laughs).
    if has_internal_subset:
        _refuse("a document type with declarations of its own is not read")


def _refuse(problem: str) -> Never:
    raise _NotXml(problem)


def _missing(document: _Node, required: Sequence[str]) -> list[str]:
    return [path for path in required if not document.has(path.split("."))]
