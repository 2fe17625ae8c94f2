"""Who judges in a run: one model or several, how they decide, and which model makes embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

import attrs
from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.language_models.codec import model_from_json, model_to_json
from domain.language_models.model import ModelSpec, model_named
from domain.language_models.references import overlaid
from domain.language_models.use import Use
from domain.test_execution.metric import Metric


class Rule(StrEnum):
    """How several judges decide: by the majority of their passes, or by the mean of their scores."""

    MAJORITY = "majority"
    MEAN = "mean"


@frozen(kw_only=True)
class Panel:
    """
    The judges of a run, a snapshot like the rest of its specification.

    *embedding* is for the kinds that compare meanings. *may_be_target*: somebody said that a judge may be the model
    under test; nobody else gets to decide that, as models favour their own answers. *insisted* names what comes before
    a metric's own model as well (`judges`, `embedding`), because somebody asked for it at the start of this run.
    *registered* are the models that references of tests and metrics stood for then, by `reference_key`.
    """

    judges: tuple[ModelSpec, ...] = ()
    rule: Rule = Rule.MAJORITY
    embedding: ModelSpec | None = None
    may_be_target: bool = False
    insisted: frozenset[str] = frozenset()
    registered: Mapping[str, ModelSpec] = field(factory=dict)

    def to_document(self) -> dict[str, object]:
        """Return the panel as JSON."""
        embedding = {"embedding": model_to_json(self.embedding)} if self.embedding else {}
        registered = {key: model_to_json(self.registered[key]) for key in sorted(self.registered)}
        return {
            "judges": [model_to_json(judge) for judge in self.judges],
            "rule": self.rule.value,
            "may_be_target": self.may_be_target,
            "insisted": sorted(self.insisted),
            **embedding,
            **({"registered": registered} if registered else {}),
        }

    @property
    def _named(self) -> frozenset[str]:
        return frozenset(name for name in ("judges", "embedding") if getattr(self, name))

    @property
    def is_empty(self) -> bool:
        """Whether nobody is named."""
        return not self.judges and self.embedding is None and not self.registered

    @classmethod
    def from_document(cls, data: Document) -> Panel:
        """Read a panel back."""
        embedding = data.get("embedding")
        return cls(
            judges=tuple(model_from_json(judge) for judge in cast(list[Document], data.get("judges", ()))),
            rule=Rule(str(data.get("rule", Rule.MAJORITY.value))),
            embedding=model_from_json(cast(Document, embedding)) if embedding else None,
            may_be_target=bool(data.get("may_be_target", False)),
            insisted=frozenset(cast(list[str], data.get("insisted", ()))),
            registered={
                key: model_from_json(model)
                for key, model in cast(Mapping[str, Document], data.get("registered", {})).items()
            },
        )

    def over(self, other: Panel) -> Panel:
        """Return this panel, with what it leaves open taken from *other*."""
        return Panel(
            judges=self.judges or other.judges,
            rule=self.rule if self.judges else other.rule,
            embedding=self.embedding or other.embedding,
            may_be_target=self.may_be_target or other.may_be_target,
            insisted=self.insisted | (other.insisted - self._named),
            registered=self.registered or other.registered,
        )

    def known(self, spec: ModelSpec, use: Use) -> ModelSpec:
        """Return what a reference stood for when the run was asked for; anything else as it is."""
        found = self.registered.get(reference_key(spec, use)) if spec.is_reference else None
        return spec if found is None else overlaid(found, spec)


def reference_key(spec: ModelSpec, use: Use) -> str:
    """Return under which key the model of a reference is kept: `llm:default` is another one for each use."""
    return f"{use.value} {spec.model}"


def panel_for(metric: Metric, panel: Panel) -> Panel:
    """
    Return who judges by *metric*: whom the run insists on, else whom its options name, else the run's.

    Options: `judge` and `embedding`, each a name (`openai:gpt-5-mini`) or a model's JSON.

    Raises:
        InvalidInput: not a model.
    """
    judge, embedding = (_model(metric.options.get(name), field=name) for name in ("judge", "embedding"))
    own = Panel(
        judges=(panel.known(judge, Use.JUDGE),) if judge and "judges" not in panel.insisted else (),
        embedding=panel.known(embedding, Use.EMBEDDING) if embedding and "embedding" not in panel.insisted else None,
    )
    return own.over(panel)


def _model(value: object, *, field: str) -> ModelSpec | None:
    try:
        if isinstance(value, str):
            return model_named(value)
        # an account is the registry's to say, and not a metric's
        return attrs.evolve(model_from_json(value), account=None) if isinstance(value, Mapping) else None
    except (InvalidInput, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{field}: {error}") from error
