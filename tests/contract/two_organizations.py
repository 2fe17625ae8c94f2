"""Two organizations with rows in every table of one Postgres database, and everything the program can ask of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from attrs import frozen
from sqlalchemy import Engine, Table, text

import adapters.database
from adapters.database.configuration_names import SqlConfigurationNames
from adapters.database.deliveries import SqlDeliveries
from adapters.database.llm_registry import SqlRegistry
from adapters.database.organizations import SqlDirectory
from adapters.database.response_cache import SqlResponseCache
from adapters.database.secrets import SqlSecretRows
from adapters.database.store import SqlStore
from adapters.database.tables import METADATA
from adapters.database.test_sets import SqlTestSets
from adapters.database.webhooks import SqlWebhooks
from adapters.memory.clock import ManualClock
from domain.embedding.library_document import DocumentId
from domain.jobs.claims import Ended
from domain.jobs.events import StartJob
from domain.jobs.item import ItemNo, ItemState, Outcome
from domain.jobs.job import JobId
from domain.jobs.usage import Usage
from domain.notifications.announcing import delivery_of
from domain.organizations.api_key import ApiKey, ApiKeyId
from domain.organizations.audit_entry import AuditEntry, AuditEntryId
from domain.organizations.key_material import Seal
from domain.organizations.organization import Organization, Role, User
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.summaries.information_document import InformationId
from domain.schedules.schedule import ScheduleId
from domain.secrets.secret import Secret, SecretName, StoredSecret
from domain.secrets.vault import Sealed
from domain.tenancy import OrganizationId, TenantContext, UserId
from domain.test_execution.configuration import TestConfiguration
from domain.test_execution.named_target import only
from domain.test_execution.response_cache import CacheKey
from domain.test_execution.target import PythonTarget
from domain.test_execution.test_set import ConfigurationId, TestCase, TestSetId
from tests.contract.building import NOW, THEM, US, a_claim, a_job, after, items, numbers, processing
from tests.contract.known_names import Names
from tests.contract.notifying import a_webhook, an_event
from tests.contract.registering import RegistryQuestion, fill_registry, registry_questions
from tests.contract.rfp_building import fill_rfps, rfp_moves
from tests.contract.schedule_building import fill_schedules, schedule_moves
from tests.contract.summary_building import fill_summaries, summary_moves
from tests.contract.two_libraries import fill_library, library_moves

for _module in pkgutil.iter_modules(adapters.database.__path__):
    if _module.name.endswith("_tables"):  # whatever adds to METADATA
        importlib.import_module(f"adapters.database.{_module.name}")

TABLES = [table for table in METADATA.sorted_tables if "organization_id" in table.c]
CURIOUS = TenantContext(organization_id=OrganizationId("33333333-3333-4333-8333-333333333333"), user_id=UserId("sam"))
"""A third one, whose rows are asked for and changed by itself."""
MARKS = {
    US.organization_id: "written-by-us",
    THEM.organization_id: "written-by-them",
    CURIOUS.organization_id: "written-by-a-third",
}


@frozen
class Stores:
    """Everything that reads or writes rows of an organization, over one engine."""

    engine: Engine

    def fill(self, tenant: TenantContext, no: int) -> Names:
        """Store something in every table; return what it is known by."""
        mark, word = MARKS[tenant.organization_id], f"WORD_{no}"
        self._fill_people(tenant, mark, no)
        job_id = JobId(f"a{no}a{no}0000-0000-4000-8000-000000000000")
        self._fill_job(tenant, job_id, mark, word)
        sets = SqlTestSets(self.engine)
        stored = sets.save(tenant, mark, [TestCase(id="a", prompt=mark)], now=NOW)
        configuration = TestConfiguration(
            id=ConfigurationId(f"configuration-{no}"),
            name=mark,
            test_set_id=stored.id,
            targets=only(PythonTarget(module=mark.replace("-", "_"), function="f")),
        )
        sets.save_configuration(tenant, configuration)
        SqlConfigurationNames(self.engine).save(tenant, word, configuration.id, now=NOW)
        SqlResponseCache(self.engine, ManualClock(NOW)).put(tenant, CacheKey(word), {"answer": mark}, keep_s=1e6)
        secret = Secret(
            name=SecretName(word), last_four="wxyz", created_at=NOW, updated_at=NOW, updated_by=UserId(mark)
        )
        SqlSecretRows(self.engine).put(tenant, StoredSecret(secret=secret, sealed=Sealed(f"v1.{mark}")))
        webhook = attrs.evolve(a_webhook(no, tenant=tenant), description=mark)
        SqlWebhooks(self.engine).add(tenant, webhook, at_most=100)
        delivery = delivery_of(attrs.evolve(an_event(no, webhook), data={"mark": mark}), webhook)
        SqlDeliveries(self.engine).add(tenant, [delivery])
        return Names(
            job=job_id,
            test_set=stored.id,
            configuration=configuration.id,
            webhook=webhook.id,
            delivery=delivery.id,
            llm_api=fill_registry(SqlRegistry(self.engine), tenant, mark, no),
            document=fill_library(self.engine, tenant, no, mark=mark, word=word),
            schedule=fill_schedules(self.engine, tenant, no, mark=mark, word=word),
            rfp=fill_rfps(self.engine, tenant, no, mark=mark, word=word),
            summary=fill_summaries(self.engine, tenant, no, mark=mark, word=word),
            word=word,
        )

    def _fill_people(self, tenant: TenantContext, mark: str, no: int) -> None:
        user = User(id=UserId(f"user-{no}"), email=f"WORD_{no}", created_at=NOW)
        entry = AuditEntry(id=AuditEntryId(f"e-{no}"), at=NOW, user_id=user.id, action=mark, subject=mark)
        key = ApiKey(
            id=ApiKeyId(f"key-{no}"),
            organization_id=tenant.organization_id,
            user_id=user.id,
            prefix=f"antiphon_{mark}",
            seal=Seal(digest=mark, pepper_id="p"),
            scopes=frozenset({"read"}),
            created_at=NOW,
            created_by=user.id,
            expires_at=after(100),
        )
        with SqlDirectory(self.engine).begin(tenant.organization_id) as work:
            work.add(Organization(id=tenant.organization_id, name=mark, created_at=NOW))
            work.people.add(user)
            work.people.put_role(user.id, Role.OWNER, now=NOW)
            work.keys.add(key)
            work.entries.add(entry)
            work.commit()

    def _fill_job(self, tenant: TenantContext, job_id: JobId, mark: str, word: str) -> None:
        store = SqlStore(self.engine)
        keyed = attrs.evolve(a_job(JobId(f"{job_id[:-1]}1"), tenant=tenant), spec={"mark": mark}, subject=mark)
        with store.begin(tenant) as work:
            work.jobs.add(keyed, idempotency_key=word, fingerprint=mark)
            work.commit()
        processing(store, attrs.evolve(a_job(job_id, tenant=tenant), spec={"mark": mark}), planned=6)
        outcome = Outcome(state=ItemState.SUCCEEDED, verdict="pass", result={"answer": mark})
        with store.begin(tenant) as work:
            granted = work.ledger.claim(a_claim(0, 1, job_id=job_id)).granted
            first = Ended(no=ItemNo(0), token=granted[0].token, outcome=outcome, spent=Usage(requests=3))
            assert work.ledger.record(job_id, [first], now=NOW) == [True]
            work.outbox.add(StartJob(job_id=job_id), now=NOW)
            work.commit()


Question = Callable[[TenantContext, Names], object]


def questions(engine: Engine) -> Mapping[str, Question]:
    """Return everything the program can ask, or tell to change, by the names of things."""
    sets, names, store = SqlTestSets(engine), SqlConfigurationNames(engine), SqlStore(engine)
    cache, secrets = SqlResponseCache(engine, ManualClock(NOW)), SqlSecretRows(engine)
    webhooks, deliveries = SqlWebhooks(engine), SqlDeliveries(engine)
    later = after(1e6)
    return {
        **_of_units(store),
        **_of_people(SqlDirectory(engine)),
        **{name: _about_api(ask) for name, ask in registry_questions(SqlRegistry(engine)).items()},
        **{name: _of_library(move) for name, move in library_moves(engine).items()},
        **{name: _of_schedules(move) for name, move in schedule_moves(engine).items()},
        **{name: _of_rfps(move) for name, move in rfp_moves(engine).items()},
        **{name: _of_summaries(move) for name, move in summary_moves(engine).items()},
        "test set": lambda t, n: sets.get(t, n.test_set),
        "test sets": lambda t, _: (sets.count(t), sets.page(t, limit=100)),
        "cases": lambda t, n: list(sets.cases(t, n.test_set)),
        "configuration": lambda t, n: sets.configuration(t, n.configuration),
        "save a configuration on a test set": lambda t, n: sets.save_configuration(t, _on(n.test_set)),
        "versions of a name": lambda t, n: names.versions(t, n.word),
        "names": lambda t, _: names.newest(t),
        "name a configuration": lambda t, n: names.save(t, "TRIED", n.configuration, now=NOW),
        "forget a name": lambda t, n: names.delete(t, n.word),
        "kept answer": lambda t, n: cache.get(t, CacheKey(n.word)),
        "kept answers": lambda t, _: cache.count(t),
        "secret": lambda t, n: secrets.find(t, SecretName(n.word)),
        "secrets": lambda t, _: secrets.all(t),
        "forget a secret": lambda t, n: secrets.delete(t, SecretName(n.word)),
        "webhook": lambda t, n: webhooks.get(t, n.webhook),
        "webhooks": lambda t, _: webhooks.all(t),
        "disable a webhook": lambda t, n: webhooks.disable(t, n.webhook, "tried"),
        "remove a webhook": lambda t, n: webhooks.remove(t, n.webhook),
        "delivery": lambda t, n: deliveries.get(t, n.delivery),
        "deliveries": lambda t, n: deliveries.page(t, n.webhook, limit=100),
        "hasten deliveries": lambda t, n: deliveries.hasten(t, n.webhook, now=later),
        "waiting deliveries": lambda t, _: deliveries.waiting(t),
    }


def _on(test_set: TestSetId) -> TestConfiguration:
    targets = only(PythonTarget(module="tried", function="f"))
    return TestConfiguration(id=ConfigurationId("tried"), name="tried", test_set_id=test_set, targets=targets)


def _about_api(ask: RegistryQuestion) -> Question:
    return lambda t, n: ask(t, n.llm_api, n.word)


def _of_people(directory: SqlDirectory) -> dict[str, Question]:
    def looked(t: TenantContext, n: Names) -> object:
        with directory.view(t.organization_id) as work:
            people = (work.people.with_email(n.word), work.people.members(), work.people.users())
            return people, work.keys.all(), work.entries.page(before=None, limit=100)

    def took_role(t: TenantContext, n: Names) -> object:
        with directory.begin(t.organization_id) as work:
            work.people.take_role(UserId(f"user-{n.word[-1]}"))
            work.commit()
        return None

    return {"people, keys and audit log": looked, "take a role": took_role}


def _of_library(move: Callable[[TenantContext, DocumentId, str], object]) -> Question:
    return lambda t, n: move(t, n.document, n.word)


def _of_schedules(move: Callable[[TenantContext, ScheduleId], object]) -> Question:
    return lambda t, n: move(t, n.schedule)


def _of_rfps(move: Callable[[TenantContext, RfpId, str], object]) -> Question:
    return lambda t, n: move(t, n.rfp, n.word)


def _of_summaries(move: Callable[[TenantContext, InformationId, str], object]) -> Question:
    return lambda t, n: move(t, n.summary, n.word)


def _of_units(store: SqlStore) -> dict[str, Question]:
    def asked(question: Callable[[Any, JobId, Names], object]) -> Question:
        def ask(t: TenantContext, n: Names) -> object:
            with store.begin(t) as work:
                answer = question(work, n.job, n)
                work.commit()
            return answer

        return ask

    some = numbers(0, 1, 2)
    moves: dict[str, Callable[[Any, JobId, Names], object]] = {
        "job": lambda w, j, _: w.jobs.get(j),
        "job, locked": lambda w, j, _: w.jobs.get(j, lock=True),
        "jobs": lambda w, *_: w.jobs.page(before=None, limit=100),
        "newest jobs about things": lambda w, *_: w.jobs.newest(kind=a_job().kind, subjects=list(MARKS.values())),
        "jobs by the start of the id": lambda w, j, _: w.jobs.find(j[:4]),
        "job by its request": lambda w, _, n: w.jobs.by_key(n.word),
        "items": lambda w, j, _: (w.ledger.page(j, after=None, limit=100), w.ledger.get(j, some), w.ledger.count(j)),
        "sums": lambda w, j, _: (w.ledger.tally(j), w.ledger.spending(j), w.ledger.workers_of(j)),
        "shard": lambda w, j, _: w.ledger.shard(j, 0),
        "history": lambda w, j, _: [one.message for one in w.outbox.history(j)],
        "claim": lambda w, j, _: w.ledger.claim(a_claim(2, 3, job_id=j)),
        "record": lambda w, j, _: w.ledger.record(
            j, [Ended(no=ItemNo(1), token=1, outcome=Outcome(state=ItemState.SUCCEEDED))], now=NOW
        ),
        "extend": lambda w, j, _: w.ledger.extend(j, [(ItemNo(1), 1)], lease_until=after(900)),
        "expire": lambda w, j, _: w.ledger.expire(j, now=after(900)),
        "cancel": lambda w, j, _: w.ledger.cancel_pending(j, now=NOW),
        "reset": lambda w, j, _: w.ledger.reset(j, [ItemState.SUCCEEDED]),
        "add items": lambda w, j, _: w.ledger.add(j, ItemNo(50), items(1, first=50)),
        "tell": lambda w, j, _: w.outbox.add(StartJob(job_id=j), now=NOW),
    }
    return {name: asked(question) for name, question in moves.items()}


def fingerprints(administrator: Engine, tenant: TenantContext) -> dict[str, tuple[int, str]]:
    """Return of each table how many rows the organization has, and a hash of them."""
    with administrator.connect() as connection:
        return {table.name: _fingerprint(connection, table, tenant) for table in TABLES}


def _fingerprint(connection: Any, table: Table, tenant: TenantContext) -> tuple[int, str]:
    statement = (
        f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table.name} t "
        "WHERE organization_id = :organization"
    )
    count, digest = connection.execute(text(statement), {"organization": tenant.organization_id}).one()
    return count, digest
