"""Guards over how the source reads. Each returns its findings, one sentence with the place; none means kept."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST_LINES = 300
READER_OF_THE_ENVIRONMENT = "entrypoints/settings.py"
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"})
WAYS_TO_THE_DATABASE = {
    "create_engine": {"adapters/database/engine.py", "pipelines/services.py"},  # the second: Celery's results
    "logged_in": {
        f"adapters/database/{name}.py" for name in ("clock", "isolation", "roles", "schema", "vector_partitions")
    },
}
"""Which files may do so: they ask about nobody's rows."""
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})
IGNORE_WITH_REASON = re.compile(r"# type: ignore\[[a-z][a-z0-9, -]*\]\s+# \S.*")

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def python_files(root: Path, folders: Iterable[str]) -> list[Path]:
    """Return the Python files below the *folders* of *root*, in order."""
    return sorted(file for folder in folders for file in (root / folder).rglob("*.py"))


def length_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the files that are too long to be read in one go."""
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    return [
        f"{_place(root, file)} has {length} lines, at most {MOST_LINES}; split it by what it owns"
        for file, length in lengths.items()
        if length > MOST_LINES
    ]


def initial_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the `__init__.py` files that are not empty: importing a package must do nothing and hide nothing."""
    initials = [file for file in files if file.name == "__init__.py"]
    return [f"{_place(root, file)} is not empty" for file in initials if file.stat().st_size]


def name_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the modules and packages whose name says nothing about the business."""
    names = {Path(*file.relative_to(root).parts[: depth + 1]) for file in files for depth in range(len(file.parts))}
    return [
        f"{path.as_posix()} is named after no business thing; say what it owns"
        for path in sorted(names)
        if path.stem in EMPTY_NAMES or path.stem.rpartition("_")[2] in {"utils", "helpers"}
    ]


def ignore_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the type-ignore comments that lack a code or a reason."""
    return [
        f"{_place(root, file, line)}: {comment!r}; expected `# type: ignore[code]  # reason`"
        for file in files
        for line, comment in _comments(file)
        if re.match(r"#\s*type:\s*ignore", comment) and not IGNORE_WITH_REASON.fullmatch(comment)
    ]


def _comments(file: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def environment_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the places that read the environment without being the settings."""
    return [
        f"{_place(root, file, line)} reads the environment; only {READER_OF_THE_ENVIRONMENT} may"
        for file in files
        if _place(root, file) != READER_OF_THE_ENVIRONMENT
        for line in _environment_reads(_tree(file))
    ]


def _environment_reads(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that take `environ`, `getenv` ... from os, whatever os was imported as."""
    imports = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names = {alias.asname or alias.name for alias in imports if alias.name == "os"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (node.lineno for alias in node.names if alias.name in ENVIRONMENT)
        if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT and ast.unparse(node.value) in names:
            yield node.lineno


def transaction_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the places that reach the database past `connected`, whose transactions say for whom they are."""
    return [
        f"{_place(root, file, node.lineno)} calls {name}; use `connected`, which asks for whom"
        for file in files
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call)
        for name in [ast.unparse(node.func).rpartition(".")[2]]
        if _place(root, file) not in WAYS_TO_THE_DATABASE.get(name, {_place(root, file)})
    ]


def docstring_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """
    Return the public modules, classes, functions and methods that have no docstring.

    A method that a port declares is described there, once; its implementations need no second text.
    """
    described = port_methods(root)
    return [finding for file in files if file.name != "__init__.py" for finding in _undocumented(root, file, described)]


def port_methods(root: Path) -> set[str]:
    """Return the names of the methods that protocols declare: those of the domain, and what commands ask of places."""
    protocols = [
        node
        for file in python_files(root, ["domain", "entrypoints/places"])
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(parent) == "Protocol" for parent in node.bases)
    ]
    return {child.name for protocol in protocols for child in _definitions(protocol)}


def _undocumented(root: Path, file: Path, described: set[str]) -> Iterator[str]:
    tree = _tree(file)
    if not ast.get_docstring(tree):
        yield f"{_place(root, file)} has no docstring: say what it owns and what it refuses"
    for definition in _public(tree):
        if not ast.get_docstring(definition):
            yield f"{_place(root, file, definition.lineno)}: {definition.name} has no docstring"
    for parent in [definition for definition in _public(tree) if isinstance(definition, ast.ClassDef)]:
        own = file.relative_to(root).parts[0] == "domain"
        for method in _public(parent):
            if not ast.get_docstring(method) and (own or method.name not in described):
                yield f"{_place(root, file, method.lineno)}: {parent.name}.{method.name} has no docstring"


def _public(node: ast.Module | ast.ClassDef) -> list[Definition]:
    return [child for child in _definitions(node) if not child.name.startswith("_") and not _is_variant(child)]


def _definitions(node: ast.Module | ast.ClassDef) -> list[Definition]:
    return [child for child in node.body if isinstance(child, Definition)]


def _is_variant(node: Definition) -> bool:
    """Whether the definition is a second view on one described elsewhere: an overload, or a property's setter."""
    words = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(words & {"overload", "override", "setter"})


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def _place(root: Path, file: Path, line: int | None = None) -> str:
    place = file.relative_to(root).as_posix()
    return f"{place}:{line}" if line else place
