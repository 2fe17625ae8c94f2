"""How promptfoo would run a configuration: repeats, concurrency and time limits, where there is such a thing here."""

from __future__ import annotations

from attrs import field, frozen

from adapters.test_files.drafts import MAX_REPEATS
from adapters.test_files.fields import Fields
from adapters.test_files.nodes import MapNode, Node, plain
from adapters.test_files.promptfoo.reading import Reading, text_of
from domain.jobs.item import Document
from domain.test_execution.test_set import RunHints

_READ = ("maxConcurrency", "repeat", "timeoutMs", "var", "promptPrefix", "promptSuffix")
_CHANGES_TESTS = frozenset(
    {
        "assertions",
        "filterErrorsOnly",
        "filterFailing",
        "filterFirstN",
        "filterMetadata",
        "filterPattern",
        "filterProviders",
        "filterSample",
        "filterTargets",
        "generateSuggestions",
        "grader",
        "modelOutputs",
        "vars",
    }
)
"""Options that choose or change the tests; all others are about promptfoo's own screen, cache and files."""


@frozen(kw_only=True)
class RunOptions:
    """What `evaluateOptions` and `commandLineOptions` say, the former first."""

    hints: RunHints = field(factory=RunHints)
    repeats: int | None = None
    variables: Document = field(factory=dict)
    prefix: str = ""
    suffix: str = ""


def read_run_options(root: MapNode, *, reading: Reading) -> RunOptions:
    """Return the options; those with no counterpart here are noted, or warned about where they change no test."""
    entries: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for section in ("commandLineOptions", "evaluateOptions"):
        node = root.entries.get(section)
        found = reading.mapping(node, what=section) if node else None
        if found:
            _sort_out(found, section=section, reading=reading)
            entries.update({key: value for key, value in found.entries.items() if key in _READ})
            lines.update(found.key_lines)
    node = MapNode(root.line, entries, lines)
    fields = Fields(node, what="the options", known=_READ, problems=reading.problems)
    timeout_ms = fields.number("timeoutMs", least=0)
    variables = plain(entries["var"]) if "var" in entries else {}
    return RunOptions(
        hints=RunHints(
            concurrency=fields.whole("maxConcurrency", least=1, most=1024),
            deadline_s=timeout_ms / 1000 if timeout_ms else None,
        ),
        repeats=fields.whole("repeat", least=1, most=MAX_REPEATS),
        variables=variables if isinstance(variables, dict) else {},
        prefix=text_of(node, "promptPrefix"),
        suffix=text_of(node, "promptSuffix"),
    )


def _sort_out(node: MapNode, *, section: str, reading: Reading) -> None:
    for key in sorted(node.entries.keys() - set(_READ)):
        line = node.line_of(key)
        if key in _CHANGES_TESTS:
            reading.note(f"{section}.{key}", line=line)
        elif key == "delay":
            reading.warnings.append(f"line {line}: {section}.delay is ignored; limit the target's requests instead")
        else:
            reading.warnings.append(f"line {line}: {section}.{key} is about promptfoo's own runs; ignored")
