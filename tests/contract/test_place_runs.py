"""`antiphon runs` and `configs show`, wherever they act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.jobs.errors import AntiphonError, Conflict, InvalidInput, NotFound
from domain.jobs.job import JobId, JobOptions, JobStatus
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from entrypoints.api.documents.comparisons import ComparisonWords
from entrypoints.api.documents.configurations import SaveConfiguration
from entrypoints.api.documents.runs import StartRun
from entrypoints.cli.host import Anew, Host
from entrypoints.cli.local_host import LocalHost
from entrypoints.cli.server_host import ServerHost
from entrypoints.client import Client
from entrypoints.container import Antiphon
from entrypoints.driving import run_to_end
from tests.api.runs import ECHO, document
from tests.contract.places import a_key, client_over

FORMS = ("jsonl", "csv", "promptfoo.json", "junit.xml", "html")
UNKNOWN = "00000000-0000-4000-8000-00000000dead"


@pytest.fixture
def client(antiphon: Antiphon) -> Iterator[Client]:
    """The client of the installation's API."""
    with client_over(antiphon, key=a_key(antiphon)) as made:
        yield made


@pytest.fixture
def hosts(antiphon: Antiphon, client: Client) -> tuple[Host, Host]:
    """This machine, and the same installation as a server."""
    return LocalHost(antiphon), ServerHost(client=client, settings=antiphon.settings)


@pytest.fixture(params=[0, 1], ids=["here", "server"])
def host(request: pytest.FixtureRequest, hosts: tuple[Host, Host]) -> Host:
    """Either."""
    found: Host = hosts[request.param]
    return found


def ended(antiphon: Antiphon, client: Client, *, tests: int = 3) -> JobId:
    """Return a run that has ended, of tests whose last one fails."""
    job_id = JobId(client.runs.start(StartRun(document=document(ECHO, tests=tests))).id)
    run_to_end(antiphon, job_id, lambda _: None)
    return job_id


def words_of(base: JobId, new: JobId, **rest: object) -> ComparisonWords:
    """Return that the two are to be compared."""
    return ComparisonWords.model_validate({"base": base, "new": new, "no_regression": True, **rest})


def test_a_run_is_exported_alike_in_every_form(
    hosts: tuple[Host, Host], antiphon: Antiphon, client: Client, tmp_path: Path
) -> None:
    """To the last byte, but for the header of JUnit, which is padded where it was filled in afterwards."""
    job_id = ended(antiphon, client, tests=40)
    here, there = hosts
    for form in FORMS:
        for name, host in (("here", here), ("there", there)):
            host.runs.export(job_id, form, tmp_path / f"{name}.{form}")
        texts = [" ".join((tmp_path / f"{name}.{form}").read_text().split()) for name in ("here", "there")]
        assert texts[0] == texts[1], form
        assert len(texts[0]) > 1000


def test_two_runs_are_compared_alike(
    hosts: tuple[Host, Host], antiphon: Antiphon, client: Client, tmp_path: Path
) -> None:
    """The document that --json prints, and the page with every test."""
    base, new = ended(antiphon, client), ended(antiphon, client)
    here, there = (host.runs.compare(words_of(base, new)) for host in hosts)

    assert here == there
    assert here["gates"] == [{"gate": "no_regression", "wanted": 0, "found": 0.0, "met": True}]
    for name, host in zip(("here", "there"), hosts, strict=True):
        host.runs.export_comparison(words_of(base, new), tmp_path / name)
    assert (tmp_path / "here").read_text() == (tmp_path / "there").read_text()


def test_a_run_has_its_test_sets_name(host: Host, antiphon: Antiphon, client: Client) -> None:
    """People know it by that, and not by its id."""
    view = host.view(ended(antiphon, client))

    assert host.title(view) == "support"


def test_what_can_not_be_compared_is_refused_by_the_same_name(
    host: Host, antiphon: Antiphon, client: Client, tmp_path: Path
) -> None:
    """And no file is written for it."""
    done = ended(antiphon, client)
    going = JobId(client.runs.start(StartRun(document=document("http://127.0.0.1:1/"))).id)

    refused: list[tuple[type[AntiphonError], ComparisonWords]] = [
        (NotFound, words_of(done, JobId(UNKNOWN))),
        (Conflict, words_of(done, going)),
    ]
    for error, words in refused:
        with pytest.raises(error):
            host.runs.compare(words)
        with pytest.raises(error):
            host.runs.export_comparison(words, tmp_path / "page.html")
    with pytest.raises(NotFound):
        host.runs.export(UNKNOWN, "csv", tmp_path / "rows.csv")
    with pytest.raises(AntiphonError):
        host.runs.export(done, "docx", tmp_path / "run.docx")
    with pytest.raises(InvalidInput, match="its folder does not exist"):
        host.runs.export(done, "csv", tmp_path / "nowhere" / "rows.csv")
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == []


def test_stored_answers_are_scored_by_other_metrics(host: Host, antiphon: Antiphon, client: Client) -> None:
    """In a new run, which asks no target; every test passes what only the last one failed."""
    past = ended(antiphon, client)
    metrics = (Metric(kind="contains", value="Question", name="asks"),)
    anew = Anew(panel=Panel(), metrics=metrics, options=JobOptions(concurrency=2, max_attempts=1))
    view = run_to_end(antiphon, host.judge_anew(past, anew), lambda _: None)

    assert (view.job.status, view.tally.verdicts, view.job.options.concurrency) == (
        JobStatus.COMPLETED, {"pass": 3}, 2,
    )  # fmt: skip


def test_without_a_judged_metric_nothing_is_rejudged(host: Host, antiphon: Antiphon, client: Client) -> None:
    """It would come to the same."""
    anew = Anew(panel=Panel(), metrics=(), options=JobOptions())
    with pytest.raises(InvalidInput, match="no metric that a model judges"):
        host.judge_anew(ended(antiphon, client), anew)
    with pytest.raises(NotFound):
        host.judge_anew(JobId(UNKNOWN), anew)


def test_a_saved_configuration_is_shown_alike(hosts: tuple[Host, Host], client: Client) -> None:
    """With how many tests it has, and its versions."""
    for tests in (3, 5):
        client.configurations.save(SaveConfiguration(name="nightly", document=document(ECHO, tests=tests)))

    for version, tests in ((None, 5), (1, 3)):
        here, there = (host.configuration("nightly", version=version) for host in hosts)
        assert here == there
        assert (here[0].tests, [one.version for one in here[1]]) == (tests, [2, 1])
    for host in hosts:
        with pytest.raises(NotFound):
            host.configuration("unheard-of", version=None)
