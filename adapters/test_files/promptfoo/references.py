"""`$ref: '#/assertionTemplates/polite'`: what a configuration writes once and uses in many places."""

from __future__ import annotations

from attrs import define

from adapters.test_files.nodes import MAX_DEPTH, ListNode, MapNode, Node, ScalarNode, Unreadable

MAX_NODES = 1_000_000
_REF = "$ref"


def without_references(root: MapNode) -> MapNode:
    """
    Return the configuration with each reference replaced by what it stands for; keys beside a `$ref` come on top.

    Raises:
        Unreadable: a reference to nothing or to another file, references in a circle, or too many.
    """
    if not _has_reference(root):
        return root
    resolved = _Resolver(root=root).node(root, depth=0)
    assert isinstance(resolved, MapNode)
    return resolved


@define
class _Resolver:
    root: MapNode
    _made: int = 0

    def node(self, node: Node, *, depth: int) -> Node:
        self._made += 1
        if depth > MAX_DEPTH or self._made > MAX_NODES:
            raise Unreadable(
                "references that run in a circle, or stand for too much",
                line=node.line,
                expected=f"at most {MAX_DEPTH} levels",
                do="write out what is meant",
            )
        match node:
            case ListNode():
                return ListNode(node.line, tuple(self.node(item, depth=depth + 1) for item in node.items))
            case MapNode():
                return self._mapping(node, depth=depth)
        return node

    def _mapping(self, node: MapNode, *, depth: int) -> Node:
        own = {key: self.node(value, depth=depth + 1) for key, value in node.entries.items() if key != _REF}
        if _REF not in node.entries:
            return MapNode(node.line, own, node.key_lines)
        target = self.node(self._found(node.entries[_REF]), depth=depth + 1)
        if not own or not isinstance(target, MapNode):
            return target
        return MapNode(node.line, {**target.entries, **own}, {**target.key_lines, **node.key_lines})

    def _found(self, reference: Node) -> Node:
        text = reference.value if isinstance(reference, ScalarNode) else None
        if not isinstance(text, str) or not text.startswith("#/"):
            raise _nothing(text, reference.line)
        found: Node = self.root
        for step in text[2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, MapNode) or key not in found.entries:
                raise _nothing(text, reference.line)
            found = found.entries[key]
        return found


def _nothing(text: object, line: int) -> Unreadable:
    return Unreadable(
        f"$ref {text!r} stands for nothing here",
        line=line,
        expected="#/assertionTemplates/NAME, or another path in this file",
        do="mend the path, or add what it names",
    )


def _has_reference(node: Node) -> bool:
    if isinstance(node, MapNode):
        return _REF in node.entries or any(map(_has_reference, node.entries.values()))
    return isinstance(node, ListNode) and any(map(_has_reference, node.items))
