"""What commands want of a server, in the words of its API."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from adapters.test_files.writing import antiphon_json, defaults_document, metric_document
from domain.jobs.job import JobOptions
from domain.jobs.usage import NANOUSD
from domain.test_execution.panel import Panel
from domain.test_execution.test_set import RunDefaults
from entrypoints.api.documents.runs import RejudgeWords, RescoreWords
from entrypoints.cli.host import Anew, Wanted

_NOT_SAID = ("deadline_s", "follows_latency", "max_cost_nanousd")


def tests_document(wanted: Wanted) -> bytes:
    """Return the tests themselves, to be stored there."""
    file = wanted.request.file
    return "".join(antiphon_json(file.name, RunDefaults(gates=file.gates, hints=file.hints), file.cases)).encode()


def run_words(wanted: Wanted, *, test_set_id: str) -> Mapping[str, object]:
    """Return how the stored tests are to be run."""
    targets = [defaults_document(RunDefaults(targets=(target,)))["target"] for target in wanted.request.targets]
    return {
        "test_set_id": test_set_id,
        "targets": targets,
        "gates": attrs.asdict(wanted.gates),
        "options": _options(wanted.options),
        **({"cache": {"max_age_s": wanted.max_age_s}} if wanted.max_age_s is not None else {}),
        **_judges(wanted.request.panel),
    }


def rejudge_words(anew: Anew) -> RejudgeWords:
    """Return how stored answers are to be judged again."""
    return RejudgeWords.model_validate({"options": _options(anew.options), **_judges(anew.panel)})


def rescore_words(anew: Anew) -> RescoreWords:
    """Return by which metrics stored answers are to be scored."""
    metrics = [metric_document(metric) for metric in anew.metrics]
    return RescoreWords.model_validate({"metrics": metrics, "options": _options(anew.options), **_judges(anew.panel)})


def _options(options: JobOptions) -> dict[str, object]:
    said = {name: value for name, value in attrs.asdict(options).items() if name not in _NOT_SAID}
    cost = options.max_cost_nanousd
    return {
        **said,
        "deadline_s": None if options.follows_latency else options.deadline_s,
        "max_cost_usd": None if cost is None else cost / NANOUSD,
    }


def _judges(panel: Panel) -> dict[str, object]:
    said = defaults_document(RunDefaults(panel=panel))
    return {name: value for name, value in said.items() if name in ("judge", "judging")}
