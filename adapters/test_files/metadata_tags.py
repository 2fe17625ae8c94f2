"""What other tools call the metadata of a test, as tags: filters and reports here know tags only."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode


def tags_of(metadata: Node | None) -> Iterator[str]:
    """Yield `name:value` for what a test's metadata says in words, numbers or lists of them."""
    for name, node in metadata.entries.items() if isinstance(metadata, MapNode) else ():
        items = node.items if isinstance(node, ListNode) else (node,)
        for item in items:
            if isinstance(item, ScalarNode) and item.value not in (None, ""):
                yield f"{name}:{item.value}"
