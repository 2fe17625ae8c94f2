"""A YAML or JSON file whose root is a mapping, opened with its size, encoding and syntax checked."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.nodes import MapNode, Unreadable, kind_of
from adapters.test_files.problems import Problems
from adapters.test_files.text import check_file, read_text
from adapters.test_files.yaml_nodes import parse_yaml


def read_mapping(path: Path, *, problems: Problems, max_bytes: int, expected: str) -> MapNode:
    """
    Return the root; *expected* says in a message which mapping the file should be.

    Raises:
        InvalidInput: the file can't be read, or holds no mapping.
    """
    try:
        check_file(path, max_bytes=max_bytes)
        root = parse_yaml(read_text(path))
        if not isinstance(root, MapNode):
            raise Unreadable(f"the file is {kind_of(root)}", line=root.line, expected=expected, do="write its keys")
    except Unreadable as exc:
        problems.add(exc.line, exc.what, expected=exc.expected, do=exc.do)
        problems.refuse()
    return root
