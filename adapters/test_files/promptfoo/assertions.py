"""Promptfoo's assertions as metrics: those that there are here, and what is around them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import field, frozen

from adapters.test_files.fields import Fields
from adapters.test_files.metrics import NEGATION, MetricReader, list_of
from adapters.test_files.nodes import MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.promptfoo.assertion_types import CONTEXTUAL, EMBEDDERS, JUDGED, SAME
from adapters.test_files.promptfoo.assertion_values import threshold_in, threshold_of, value_of
from adapters.test_files.promptfoo.files import DOCUMENTS, FileName, file_name
from adapters.test_files.promptfoo.offered_tools import OfferedTools
from adapters.test_files.promptfoo.providers import ProviderReader
from adapters.test_files.promptfoo.reading import Reading, flag
from adapters.test_files.promptfoo.scripts import JAVASCRIPT, PYTHON, ScriptReader, is_program, script_file
from domain.language_models.codec import model_to_json
from domain.test_execution.contest import CONTEST_KINDS, SELECT_BEST
from domain.test_execution.metric import CONTEXT_TRANSFORM, SET, Metric

_KEYS = ("type", "value", "threshold", "weight", "metric", "transform", "metricOnly")
_OF_JUDGES = ("provider", "rubricPrompt")
_OF_CONTEXT = ("contextTransform",)
_OF_SCRIPTS = ("config",)
_SET_KEYS = ("type", "assert", "threshold", "weight", "metric", "metricOnly")
_SCRIPTS = {"javascript": JAVASCRIPT, "python": PYTHON}


@frozen(kw_only=True)
class JudgeOptions:
    """What a test's options say for all its assertions that ask a model."""

    judge: Mapping[str, object] = field(factory=dict)
    embedding: Mapping[str, object] = field(factory=dict)
    rubric_prompt: object = None
    factuality: Mapping[str, object] = field(factory=dict)

    def for_kind(self, kind: str) -> dict[str, object]:
        """Return those that are for a kind of metric."""
        judged = {"judge": self.judge, "embedding": self.embedding} if kind in JUDGED else {}
        prompt = {"rubric_prompt": self.rubric_prompt} if kind in JUDGED - EMBEDDERS - CONTEST_KINDS else {}
        factuality = {"factuality": self.factuality} if kind == "factuality" else {}
        return {name: value for name, value in (judged | prompt | factuality).items() if value}


@frozen(kw_only=True)
class AssertionReader:
    """Reads the assertions of one configuration."""

    reading: Reading
    metrics: MetricReader
    providers: ProviderReader
    tools: OfferedTools

    @property
    def scripts(self) -> ScriptReader:
        """Reads the scripts among them."""
        return ScriptReader(reading=self.reading)

    def read_all(self, nodes: Collection[Node], *, options: JudgeOptions | None = None) -> tuple[Metric, ...]:
        """Return the metrics for a list of assertions; what can't be one is noted and left out."""
        found = (item for node in nodes for item in self.reading.resolved(node))
        return tuple(metric for node in found if (metric := self._read(node, options=options or JudgeOptions())))

    def judge_options(self, node: MapNode) -> JudgeOptions:
        """Return what a test's options say about judges."""
        provider = node.entries.get("provider")
        models = self._models(provider, kind="") if provider else {}
        prompt = node.entries.get("rubricPrompt")
        factuality = plain(node.entries["factuality"]) if "factuality" in node.entries else None
        return JudgeOptions(
            judge=models.get("judge", {}),
            embedding=models.get("embedding", {}),
            rubric_prompt=self._rubric_prompt(prompt) if prompt else None,
            factuality=factuality if isinstance(factuality, dict) else {},
        )

    def _read(self, node: Node, *, options: JudgeOptions) -> Metric | None:
        if not isinstance(node, MapNode):
            problems = self.reading.problems
            problems.add(node.line, f"{kind_of(node)} as an assertion", expected="type: ...", do="write its keys")
            return None
        fields = self._fields(node)
        written = fields.required_text("type")
        negation = NEGATION if written.startswith(NEGATION) else ""
        kind = SAME.get(written.removeprefix(NEGATION), written.removeprefix(NEGATION))
        if not kind:
            return None
        if kind == SET:
            return self._set(fields, node, negation=negation, options=options)
        if kind == "python" and not self.reading.rules.allow_python:
            self.reading.note(f"assertion type {written} (see --allow-python)", line=node.line)
            return None
        if not self.metrics.has(kind):
            self.reading.note(f"assertion type {written}", line=node.line)
            return None
        return self._metric(fields, node, title=negation + kind, kind=kind, options=options)

    def _fields(self, node: MapNode) -> Fields:
        known = {key: value for key, value in node.entries.items() if key in _KEYS}
        kept = MapNode(node.line, known, node.key_lines)
        return Fields(kept, what="the assertion", known=_KEYS, problems=self.reading.problems)

    def _metric(self, fields: Fields, node: MapNode, *, title: str, kind: str, options: JudgeOptions) -> Metric | None:
        self._note_others(node, known=(*_KEYS, *_keys_of(kind)))
        if kind == SELECT_BEST and (options.rubric_prompt or "rubricPrompt" in node.entries):
            self.reading.note(f"rubricPrompt of {kind}", line=node.line)
        before = len(self.reading.problems)
        value = self._value(node, kind=kind)
        transform = node.entries.get("transform")
        if value is _UNREADABLE or len(self.reading.problems) > before:
            return None
        metric = Metric(
            name=self._name(fields) or title,
            kind=kind,
            negated=title.startswith(NEGATION),
            value=value_of(kind, value),
            threshold=threshold_in(kind, value) or threshold_of(kind, fields.number("threshold")),
            weight=_weight(fields, node),
            required=_weight(fields, node) != 0,  # promptfoo: without weight it is measured and can't fail the test
            transform=self.scripts.transform(transform, where="transform") if transform else None,
            options={**options.for_kind(kind), **self._options(node, kind=kind)},
        )
        return self.metrics.checked(metric, line=node.line)

    def _set(self, fields: Fields, node: MapNode, *, negation: str, options: JudgeOptions) -> Metric | None:
        self._note_others(node, known=_SET_KEYS)
        asserts = node.entries.get("assert")
        parts = self.read_all(list_of(asserts), options=options) if asserts else ()
        for part in parts:
            if part.kind in CONTEST_KINDS:
                self.reading.note(f"{part.kind} inside of an assert-set", line=node.line)
        parts = tuple(part for part in parts if part.kind not in CONTEST_KINDS)
        if asserts is None or not list_of(asserts):
            problems = self.reading.problems
            problems.add(node.line, "an assert-set without assertions", expected="assert: [...]", do="add some")
        if not parts:
            return None
        weight = _weight(fields, node)
        return Metric(
            name=self._name(fields) or negation + SET,
            kind=SET,
            negated=bool(negation),
            threshold=fields.number("threshold", least=0),
            weight=weight,
            required=weight != 0,
            metrics=parts,
        )

    def _name(self, fields: Fields) -> str:
        name = fields.text("metric")
        if "{{" in name:
            self.reading.note("template in the name of a metric", line=fields.node.line_of("metric"))
        return name

    def _value(self, node: MapNode, *, kind: str) -> object:
        value = node.entries.get("value")
        if value is None:
            return self._offered(kind, line=node.line)
        text = value.value if isinstance(value, ScalarNode) else None
        if not isinstance(text, str):
            return self.reading.json(plain(value), where="an assertion's value", line=value.line)
        if kind in _SCRIPTS and (name := script_file(text)):
            script = self.scripts.of_file(name, endings=_SCRIPTS[kind], where=f"{kind} assertion", line=value.line)
            return _UNREADABLE if script is None else script
        if name := file_name(text.strip()):
            return self._of_file(name, line=value.line)
        return self.reading.text(text, where="an assertion's value", line=value.line)

    def _offered(self, kind: str, *, line: int) -> object:
        """Return what an assertion without a value is held against: for calls, the tools of the providers."""
        offered = self.tools.for_kind(kind)
        if len(offered) > 1:
            self.reading.note(f"assertion type {kind} over providers with different tools", line=line)
            return _UNREADABLE
        return offered[0] if offered else None

    def _of_file(self, name: FileName, *, line: int) -> object:
        if is_program(name):
            self.reading.note(f"assertion value from a program ({name.path})", line=line)
            return _UNREADABLE
        if name.ending in DOCUMENTS:
            document = self.reading.document(name, line=line)
            return plain(document) if document else _UNREADABLE
        text = self.reading.file_text(name, line=line)
        return _UNREADABLE if text is None else text.strip()

    def _options(self, node: MapNode, *, kind: str) -> dict[str, object]:
        found: dict[str, object] = {}
        if kind in JUDGED and "provider" in node.entries:
            found |= self._models(node.entries["provider"], kind=kind)
        if kind in JUDGED - CONTEST_KINDS and "rubricPrompt" in node.entries:
            found["rubric_prompt"] = self._rubric_prompt(node.entries["rubricPrompt"])
        if kind in CONTEXTUAL and (written := node.entries.get("contextTransform")):
            found[CONTEXT_TRANSFORM] = self.scripts.transform(written, where="contextTransform")
        for key in ("config", "factuality"):
            if key in node.entries and (kind in _SCRIPTS or key == kind):
                found[key] = self.reading.json(plain(node.entries[key]), where=key, line=node.line_of(key))
        return {name: value for name, value in found.items() if value}

    def _models(self, node: Node, *, kind: str) -> dict[str, dict[str, object]]:
        """Return the judge and the embedding model that a provider names; one mapping may name both."""
        if isinstance(node, MapNode) and node.entries.keys() & {"text", "embedding"} and "id" not in node.entries:
            named = {"judge": node.entries.get("text"), "embedding": node.entries.get("embedding")}
        else:
            named = {"embedding" if kind in EMBEDDERS else "judge": node}
        models = {
            role: self.providers.model(found, embedding=role == "embedding")
            for role, found in named.items()
            if found is not None
        }
        return {role: model_to_json(model) for role, model in models.items() if model}

    def _rubric_prompt(self, node: Node) -> object:
        found: Node = node
        name = file_name(node.value.strip()) if isinstance(node, ScalarNode) and isinstance(node.value, str) else None
        if name and name.ending not in DOCUMENTS:
            if is_program(name):
                self.reading.note(f"rubricPrompt from a program ({name.path})", line=node.line)
                return None
            return self.reading.file_text(name, line=node.line)
        if name:
            found = self.reading.document(name, line=node.line) or node
        return self.reading.json(plain(found), where="rubricPrompt", line=node.line)

    def _note_others(self, node: MapNode, *, known: tuple[str, ...]) -> None:
        for key in sorted(node.entries.keys() - set(known)):
            self.reading.note(f"assertion key {key}", line=node.line_of(key))


_UNREADABLE = object()


def _keys_of(kind: str) -> tuple[str, ...]:
    """Return the keys that only assertions of this kind have a use for."""
    if kind in JUDGED:
        return (*_OF_JUDGES, "factuality", *(_OF_CONTEXT if kind in CONTEXTUAL else ()))
    return _OF_SCRIPTS if kind in _SCRIPTS else ()


def _weight(fields: Fields, node: MapNode) -> float:
    weight = fields.number("weight", least=0)
    return 0.0 if flag(node, "metricOnly") else 1.0 if weight is None else weight
