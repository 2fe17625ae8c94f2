"""
Two organizations on one Postgres: neither sees, changes, counts or infers the other's rows, whatever either does.

Three kinds of curiosity: the program asked with ids of the other; a program with a mistake, whose statements name the
other organization while the database knows better; and SQL of one's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from attrs import frozen
from sqlalchemy import Connection, Engine, Table, event, select, text

from adapters.database.connection import connected, logged_in
from adapters.database.engine import make_engine
from domain.jobs.errors import AntiphonError, ServiceUnavailable
from domain.tenancy import TenantContext
from tests.contract.building import THEM, US
from tests.contract.known_names import NOBODY, Names
from tests.contract.prying import ALL, COUNT, DENIED, THEIRS, Row, as_if_of, asked, inserted, of_nothing
from tests.contract.two_organizations import CURIOUS, MARKS, TABLES, Stores, fingerprints, questions
from tests.services.logins import Addresses

pytestmark = pytest.mark.postgres

OTHER = {US: THEM, THEM: US}


@frozen(kw_only=True)
class Scene:
    """Both organizations, and what each is known by."""

    login: Engine
    administrator: Engine
    known: dict[TenantContext, Names]
    mistaken: dict[TenantContext, Engine]
    """Engines whose transactions are this organization's, whatever the program says."""


@pytest.fixture(scope="module")
def scene(migrated_postgres: Addresses, postgres_login: Engine, postgres_administrator: Engine) -> Iterator[Scene]:
    """Both organizations, with rows in every table, for all tests here: nothing they do can change the other's."""
    known = _filled(postgres_login)
    mistaken = {tenant: _always(migrated_postgres.login, tenant) for tenant in (US, THEM)}
    yield Scene(login=postgres_login, administrator=postgres_administrator, known=known, mistaken=mistaken)
    for engine in mistaken.values():
        engine.dispose()
    _empty(postgres_administrator)


@pytest.fixture
def scene_to_write(scene: Scene) -> Iterator[Scene]:
    """The scene for questions that may change who asks; afterwards everything is as it was."""
    yield scene
    _empty(scene.administrator)
    scene.known.update(_filled(scene.login))


def _filled(login: Engine) -> dict[TenantContext, Names]:
    stores = Stores(login)
    return {US: stores.fill(US, 1), THEM: stores.fill(THEM, 2)}


def _empty(administrator: Engine) -> None:
    with administrator.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(table.name for table in TABLES)} RESTART IDENTITY CASCADE"))


def _always(url: str, tenant: TenantContext) -> Engine:
    engine = make_engine(url)

    def bind(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL app.current_organization = '{tenant.organization_id}'")

    event.listen(engine, "begin", bind)  # after the program's own
    return engine


QUESTIONS = sorted(questions(make_engine("postgresql://nowhere/x")))


def answer(engine: Engine, tenant: TenantContext, question: str, names: Names) -> str:
    """Return what the program answered, or said no with; what was asked for is blotted out."""
    try:
        said = repr(questions(engine)[question](tenant, names))
    except AntiphonError as error:
        said = f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001  # a bug of ours is an answer too, if it tells
        said = f"{type(error).__name__}: {str(error).partition('[SQL')[0]}"
    for name in (
        names.job,
        names.test_set,
        names.configuration,
        names.webhook,
        names.delivery,
        names.document,
        names.schedule,
        names.rfp,
        f"{names.rfp[:8]}-not",
        names.summary,
        f"{names.summary[:8]}-not",
        names.word,
        NOBODY.document,  # an earlier move may have stored it among the actor's own check questions
    ):
        said = said.replace(name, "...")
    return said.replace(names.job[:4], "...").replace(names.document[:4], "...")


def test_every_table_holds_rows_of_both(scene: Scene) -> None:
    """A new table that nothing is stored in would be tested by nothing: store something in `Stores.fill`."""
    for tenant in (US, THEM):
        empty = [table for table, (count, _) in fingerprints(scene.administrator, tenant).items() if not count]
        assert empty == []


def test_every_question_has_an_answer_for_those_it_is_about(scene: Scene) -> None:
    """Questions that always fail would be answered alike to everybody, and test nothing."""
    known = Stores(scene.login).fill(CURIOUS, 3)

    answers = {question: answer(scene.login, CURIOUS, question, known) for question in questions(scene.login)}

    assert {question for question, said in answers.items() if "Error" in said} == set()
    assert sum(MARKS[CURIOUS.organization_id] in said for said in answers.values()) > len(answers) / 3


@pytest.mark.parametrize("actor", [US, THEM], ids=["us", "them"])
def test_ids_of_the_other_are_ids_of_nothing(scene_to_write: Scene, actor: TenantContext) -> None:
    """The answer about a thing of the other's must not differ from that about a thing there never was."""
    scene, other = scene_to_write, OTHER[actor]
    before = fingerprints(scene.administrator, other)

    for question in QUESTIONS:
        about_theirs = answer(scene.login, actor, question, scene.known[other])
        about_nothing = answer(scene.login, actor, question, NOBODY)
        assert about_theirs == about_nothing, question
        assert MARKS[other.organization_id] not in about_theirs, question

    assert fingerprints(scene.administrator, other) == before


@pytest.mark.parametrize("actor", [US, THEM], ids=["us", "them"])
def test_a_program_that_mistakes_the_organization_reaches_nothing(scene_to_write: Scene, actor: TenantContext) -> None:
    """Every statement filters by organization; this is what happens on the day that one filters by the wrong one."""
    scene, other = scene_to_write, OTHER[actor]
    before = fingerprints(scene.administrator, other)

    for question in QUESTIONS:
        said = answer(scene.mistaken[actor], other, question, scene.known[other])
        assert MARKS[other.organization_id] not in said, question

    assert fingerprints(scene.administrator, other) == before


@pytest.mark.parametrize("actor", [US, THEM], ids=["us", "them"])
def test_sql_of_ones_own_reaches_nothing(scene: Scene, actor: TenantContext) -> None:
    """Row-level security holds for statements that the program never had: each of them, on each table."""
    other = OTHER[actor]
    before = fingerprints(scene.administrator, other)

    for attempt, table in product(THEIRS, TABLES):
        values = {"own": actor.organization_id, "other": other.organization_id}
        found = asked(scene.login, actor, table, THEIRS[attempt], **values)
        assert found in ([], DENIED), (attempt, table)

    assert fingerprints(scene.administrator, other) == before


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("actor", [US, THEM], ids=["us", "them"])
def test_all_rows_are_ones_own(scene: Scene, actor: TenantContext, table: Table) -> None:
    """A count over all organizations says how busy the others are."""
    count, _ = fingerprints(scene.administrator, actor)[table.name]

    assert asked(scene.login, actor, table, COUNT) == [(count,)]
    assert MARKS[OTHER[actor].organization_id] not in repr(asked(scene.login, actor, table, ALL))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("actor", [US, THEM], ids=["us", "them"])
def test_a_collision_tells_nothing(scene: Scene, actor: TenantContext, table: Table) -> None:
    """What is refused because the other has it already says that the other has it."""
    other = OTHER[actor]
    row = row_of(scene.administrator, other, table, unlike=actor)

    for on_conflict in ("", "ON CONFLICT DO NOTHING"):

        def tried(row: Row, owner: TenantContext, on_conflict: str = on_conflict) -> object:
            claimed = as_if_of(row, owner.organization_id, table)
            return inserted(scene.login, actor, table, claimed, on_conflict=on_conflict)

        assert tried(row, other) == tried(of_nothing(row, table), other) == DENIED
        assert tried(row, actor) == tried(of_nothing(row, table), actor)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_whoever_is_nobody_sees_nothing(scene: Scene, table: Table) -> None:
    """A transaction that was begun past the program has the rights of the login: none."""
    with logged_in(scene.login) as connection:
        connection.execute(text("SELECT set_config('role', 'antiphon_app', true)"))
        assert connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one() == 0
    with pytest.raises(ServiceUnavailable, match="lacks a right"), logged_in(scene.login) as connection:
        connection.execute(select(table))


def test_nothing_of_a_transaction_stays_with_its_connection(scene: Scene) -> None:
    """The pool gives the connection to another organization next; so does PgBouncer."""
    engine = make_engine(scene.login.url.render_as_string(hide_password=False), pool_size=2)
    with connected(engine, tenant=US.organization_id) as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        connection.commit()

    with logged_in(engine) as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == process
        assert connection.execute(text("SELECT current_user = session_user")).scalar_one()
        assert not connection.execute(text("SELECT current_setting('app.current_organization', true)")).scalar_one()
    engine.dispose()


def test_a_unit_of_work_stays_its_organizations_after_a_commit(scene: Scene) -> None:
    """The next statement begins a transaction by itself, and it must not begin one for nobody."""
    with connected(scene.login, tenant=US.organization_id) as connection:
        connection.commit()
        assert connection.execute(text("SELECT count(DISTINCT organization_id) FROM job")).scalar_one() == 1


def test_a_transaction_for_nobody_is_not_begun(scene: Scene) -> None:
    """Code that goes past `connected` fails at its author's, before a byte is sent."""
    with scene.login.connect() as connection, pytest.raises(RuntimeError, match="begins for nobody"):
        connection.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    "content",
    ["item.input", "item.result", "job.spec", "test_case.body", "response_cache.body", "audit_entry.details",
     "delivery.event", "app_user.email", "test_configuration.target"],
)  # fmt: skip
def test_work_of_the_installation_reads_no_content(scene: Scene, content: str) -> None:
    """Relay and sweeper need ids and states; a mistake there must not be able to show what a test asked."""
    table, column = content.split(".")

    with (
        pytest.raises(ServiceUnavailable, match="lacks a right"),
        connected(scene.login, tenant=None) as connection,
    ):
        connection.execute(text(f"SELECT {column} FROM {table}"))


def row_of(administrator: Engine, tenant: TenantContext, table: Table, *, unlike: TenantContext) -> Row:
    """Return a row of one organization under a key that the other has none of: what both have collides by itself."""
    names = [column.name for column in table.primary_key.columns if column.name != "organization_id"]

    def rows(of: TenantContext) -> dict[tuple[object, ...], Row]:
        found = connection.execute(select(table).where(table.c.organization_id == of.organization_id))
        return {tuple(row[name] for name in names): dict(row) for row in found.mappings()}

    with administrator.connect() as connection:
        mine, theirs = rows(unlike), rows(tenant)
    return next(row for key, row in theirs.items() if not names or key not in mine)
