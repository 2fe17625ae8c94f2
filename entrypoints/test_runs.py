"""Test runs, put together: what opens targets and scores answers, the family, and what starts runs."""

from __future__ import annotations

from attrs import frozen

from adapters.database.configuration_names import SqlConfigurationNames
from adapters.database.test_sets import SqlTestSets
from adapters.javascript.transforms import JavaScriptTransforms
from adapters.judging.prompt_files import judge_prompts
from adapters.metrics.scorers import StandardScorers
from adapters.optional_cache import OptionalCache
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.service import JobService
from domain.llm_validation.resolving import RegisteredModels
from domain.test_execution.configurations import SavedConfigurations
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.opening import RunOpener
from domain.test_execution.rejudging import Rejudging
from domain.test_execution.response_cache import Caching, ResponseCache
from domain.test_execution.run import TestExecution
from domain.test_execution.service import TestRuns
from domain.test_execution.traced_target import TracedTargets
from entrypoints.cache import make_cache
from entrypoints.foundation import Foundation
from entrypoints.outgoing import make_scorers, make_targets


@frozen(kw_only=True)
class Testing:
    """What runs tests."""

    __test__ = False  # pytest: no test

    test_sets: SqlTestSets
    scorers: StandardScorers
    targets: StandardTargets
    templates: JinjaTemplates
    cache: ResponseCache
    family: TestExecution


@frozen(kw_only=True)
class RunServices:
    """What starts runs of tests, and judges them anew."""

    opener: RunOpener
    rejudging: Rejudging


def make_testing(base: Foundation) -> Testing:
    """Plug together what runs tests."""
    settings, templates = base.settings, JinjaTemplates()
    test_sets, cache = SqlTestSets(base.engine), make_cache(settings, engine=base.engine, clock=base.clock)
    targets = make_targets(settings, templates=templates, models=base.models, spans=base.spans)
    scorers = make_scorers(settings, templates=templates)
    family = TestExecution(
        test_sets=test_sets,
        targets=TracedTargets(targets=targets, spans=base.spans),
        scorers=scorers,
        templates=templates,
        judging=Judging(models=base.models, prompts=judge_prompts(), templates=templates),
        environments=base.environments,
        transforms=JavaScriptTransforms(),
        store=base.store,
        doors=base.doors,
        caching=Caching(cache=OptionalCache(cache), clock=base.clock),
    )
    return Testing(
        test_sets=test_sets, scorers=scorers, targets=targets, templates=templates, cache=cache, family=family
    )


def make_runs(
    base: Foundation, *, jobs: JobService, test_sets: SqlTestSets, references: RegisteredModels
) -> RunServices:
    """Plug together what stands on the service of jobs, which must know the family first."""
    names = SqlConfigurationNames(base.engine)
    return RunServices(
        opener=RunOpener(
            runs=TestRuns(jobs=jobs, test_sets=test_sets, references=references),
            configurations=SavedConfigurations(names=names, test_sets=test_sets, clock=base.clock),
        ),
        rejudging=Rejudging(jobs=jobs, store=base.store, references=references),
    )
