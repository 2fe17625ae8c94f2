"""What the fields of a data set's row hold: texts or lists of them, and an input that may be a chat."""

from __future__ import annotations

import json

from adapters.templates.syntax import is_template
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.problems import Problems, shown

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")


def texts_of(row: MapNode, key: str, *, problems: Problems) -> tuple[str, ...]:
    """Return the text of a field, or its texts where it is a list; numbers are texts too, empty ones say nothing."""
    found = []
    for node in list_of(row.entries[key]) if key in row.entries else ():
        value = node.value if isinstance(node, ScalarNode) else node
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found.append(str(value))
        elif value is not None:
            what = f"{key!r} holds {kind_of(node)}"
            problems.add(node.line, what, expected="a text, or a list of texts", do="put it in quotes")
    return tuple(text for text in found if text.strip())


def input_of(row: MapNode, *, problems: Problems) -> Node | None:
    """Return the input, a text or a list of messages; None where it is neither, which is noted."""
    node = row.entries.get("input")
    if isinstance(node, ScalarNode) and isinstance(node.value, str) and node.value.strip():
        return node
    if isinstance(node, ListNode) and node.items:
        sound = [_is_message(item, problems=problems) for item in node.items]  # a list: every wrong one is named
        return node if all(sound) else None
    problems.add(
        row.line_of("input"),
        f"'input' is {_found(node)}",
        expected="a text, or a list of messages with role and content",
        do="write what the model is asked",
    )
    return None


def asked(node: Node) -> str:
    """Return an input as the variable that fills the prompt: a chat is the JSON that targets read."""
    value = plain(node)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def literal(text: str) -> str:
    """Return a text as a metric's value, which is a template: braces in a data set mean themselves."""
    return f"{{% raw %}}{text}{{% endraw %}}" if is_template(text) else text


def _found(node: Node | None) -> str:
    if node is None:
        return "missing"
    is_empty = isinstance(node, ListNode) or (isinstance(node, ScalarNode) and isinstance(node.value, str))
    return "empty" if is_empty else kind_of(node)


def _is_message(node: Node, *, problems: Problems) -> bool:
    entries = node.entries if isinstance(node, MapNode) else {}
    role = plain(entries["role"]) if "role" in entries else None
    content = plain(entries["content"]) if "content" in entries else None
    if role in _ROLES and (isinstance(content, str | list) or "tool_calls" in entries):
        return True
    said = f"role {shown(role)} and {'no content' if content is None else 'content'}"
    problems.add(
        node.line,
        f"a message with {said}" if entries else f"{kind_of(node)} as a message",
        expected=f"role (one of {', '.join(_ROLES)}) and content",
        do="mend the message",
    )
    return False
