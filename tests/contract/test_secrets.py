"""Contract of the rows of secrets, and of the change of the master key over them: memory, SQLite, Postgres."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from adapters.database.connection import connected
from adapters.database.sealed_column import SqlSealedColumn
from adapters.database.secret_tables import secret as secret_table
from adapters.database.secrets import SqlSecretRows
from adapters.memory.clock import ManualClock
from adapters.memory.secrets import MemorySecretRows
from adapters.secrets.aes_gcm import AesGcmVault
from adapters.secrets.master_keys import GivenKeys, new_key
from domain.jobs.errors import Conflict, InvalidInput, NotFound, ServiceUnavailable
from domain.secrets.ports import SealedCell, SecretRows
from domain.secrets.rotation import Rotation
from domain.secrets.service import SecretStore
from domain.secrets.vault import Sealed, Vault
from tests.contract.building import NOW, THEM, US, after
from tests.contract.conftest import POSTGRES, SQLITE
from tests.unit.organizing import Office

OLD, NEW = new_key(), new_key()
VALUE = "sk-planted-0123456789-wxyz"


def vault(*keys: str) -> AesGcmVault:
    """Return a vault with these keys, newest first."""
    return AesGcmVault(GivenKeys(where="ANTIPHON_SECRET_KEY", text=" ".join(keys)))


def store_over(rows: SecretRows, *, keys: Vault | None = None, clock: ManualClock | None = None) -> SecretStore:
    """Return the service over rows."""
    return SecretStore(rows=rows, vault=keys or vault(OLD), clock=clock or ManualClock(NOW), audit=Office().audit)


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def rows(request: pytest.FixtureRequest) -> SecretRows:
    """Every place secrets are kept in, empty."""
    if request.param == "memory":
        return MemorySecretRows()
    return SqlSecretRows(request.getfixturevalue(f"{request.param}_engine"))


def test_a_secret_can_be_used_and_shows_its_end_only(rows: SecretRows) -> None:
    """People must recognise their key without anybody being able to read it."""
    secrets = store_over(rows)

    stored = secrets.put(US, "API_KEY", VALUE)

    assert secrets.reveal(US, "API_KEY") == VALUE
    assert secrets.names(US) == [stored]
    assert (stored.name, stored.last_four, stored.created_at, stored.updated_by) == ("API_KEY", "wxyz", NOW, "ada")
    assert VALUE not in repr(rows.all(US)) + repr(stored)


def test_a_secret_is_replaced_and_keeps_the_day_it_was_made(rows: SecretRows) -> None:
    """A key is changed in place: targets name it, not its value."""
    clock = ManualClock(NOW)
    secrets = store_over(rows, clock=clock)
    secrets.put(US, "API_KEY", VALUE)
    clock.advance(60)

    changed = secrets.put(US, "API_KEY", VALUE[::-1])

    assert secrets.reveal(US, "API_KEY") == VALUE[::-1]
    assert (changed.created_at, changed.updated_at) == (NOW, after(60))
    assert secrets.names(US) == [changed]


def test_another_organization_has_none_of_them(rows: SecretRows) -> None:
    """The same name means each organization's own secret, and somebody else's is not there."""
    secrets = store_over(rows)
    secrets.put(US, "API_KEY", VALUE)

    assert secrets.names(THEM) == []
    assert secrets.reveal(THEM, "API_KEY") is None
    with pytest.raises(NotFound):
        secrets.delete(THEM, "API_KEY")
    secrets.put(THEM, "API_KEY", "theirs")
    assert secrets.reveal(US, "API_KEY") == VALUE


def test_a_row_of_another_organization_does_not_open_here(rows: SecretRows) -> None:
    """Who can write rows, and has no key, copies a foreign secret into their own organization: it must not open."""
    secrets = store_over(rows)
    secrets.put(THEM, "API_KEY", VALUE)
    stolen = rows.find(THEM, secrets.names(THEM)[0].name)
    assert stolen is not None
    rows.put(US, stolen)

    with pytest.raises(Conflict, match="can't be decrypted"):
        secrets.reveal(US, "API_KEY")


def test_a_deleted_secret_is_gone(rows: SecretRows) -> None:
    """A key that leaked must not be used once it was deleted."""
    secrets = store_over(rows)
    secrets.put(US, "B", VALUE)
    secrets.put(US, "A", VALUE)
    assert [secret.name for secret in secrets.names(US)] == ["A", "B"]

    secrets.delete(US, "A")

    assert secrets.reveal(US, "A") is None
    assert [secret.name for secret in secrets.names(US)] == ["B"]


@pytest.mark.parametrize("name", ["", "1ST", "with-dash", "with space", "ÄPFEL", "A" * 129, "../etc", "A\n"])
def test_a_name_is_that_of_a_variable(name: str) -> None:
    """A target could not name any other, as `${NAME}`."""
    with pytest.raises(InvalidInput, match="name:"):
        store_over(MemorySecretRows()).put(US, name, VALUE)


@pytest.mark.parametrize("value", ["", "  \n", "nul\x00", "half \ud83d", "x" * 16_385])
def test_a_value_that_can_not_be_one_is_refused_unseen(value: str) -> None:
    """What was pasted wrongly is most of a secret, so the message must not repeat it."""
    with pytest.raises(InvalidInput, match="value:") as caught:
        store_over(MemorySecretRows()).put(US, "API_KEY", value)
    assert not value.strip() or value not in str(caught.value)


def test_a_short_secret_shows_nothing() -> None:
    """Four characters of a PIN would be the PIN."""
    assert store_over(MemorySecretRows()).put(US, "PIN", "123456").last_four == ""


def test_the_key_is_changed_for_all_organizations_in_pages(engine: Engine) -> None:
    """Every secret must be under the newest key before the older one is thrown away."""
    rows = SqlSecretRows(engine)
    names = [f"KEY_{no}" for no in range(7)]
    for tenant in (US, THEM):
        for name in names:
            store_over(rows).put(tenant, name, f"{VALUE}-{name}-{tenant.organization_id}")

    rotated = Rotation(columns=[_column(engine)], vault=vault(NEW, OLD), page=3).run()

    assert (rotated.looked_at, rotated.changed) == (14, 14)
    secrets = store_over(rows, keys=vault(NEW))
    for tenant in (US, THEM):
        for name in names:
            assert secrets.reveal(tenant, name) == f"{VALUE}-{name}-{tenant.organization_id}"


def test_a_change_that_broke_off_is_taken_up_where_it_was(engine: Engine) -> None:
    """A rotation may be killed: the second one has only the rest to do, and the third one nothing."""
    rows = SqlSecretRows(engine)
    for no in range(6):
        store_over(rows).put(US, f"KEY_{no}", VALUE)
    lost = new_key()
    store_over(rows, keys=vault(lost)).put(US, "KEY_3", VALUE)
    with pytest.raises(ServiceUnavailable):
        Rotation(columns=[_column(engine)], vault=vault(NEW, OLD), page=2).run()

    rotated = Rotation(columns=[_column(engine)], vault=vault(NEW, OLD, lost), page=2).run()

    assert (rotated.looked_at, rotated.changed) == (6, 3)
    assert Rotation(columns=[_column(engine)], vault=vault(NEW)).run().changed == 0


def test_what_somebody_sets_meanwhile_is_not_overwritten(engine: Engine) -> None:
    """A value that was replaced while the key is changed must not come back."""
    rows, column = SqlSecretRows(engine), _column(engine)
    store_over(rows).put(US, "API_KEY", "the value that leaked")
    (read,) = column.page(after=None, limit=10)
    store_over(rows).put(US, "API_KEY", VALUE)

    written = column.replace(read, vault(NEW).encrypt("the value that leaked", place=read.place))

    assert not written
    assert store_over(rows).reveal(US, "API_KEY") == VALUE
    assert not column.replace(SealedCell(place=read.place, sealed=Sealed("gone")), Sealed("new"))


def test_no_column_holds_the_value(engine: Engine) -> None:
    """Whoever reads the database, or a backup of it, reads no secret."""
    store_over(SqlSecretRows(engine)).put(US, "API_KEY", VALUE)

    with connected(engine, tenant=US.organization_id, reads=True) as connection:
        cells = [str(cell) for row in connection.execute(select(secret_table)) for cell in row]

    assert cells
    assert not any(VALUE in cell or VALUE[:8] in cell for cell in cells)


def _column(engine: Engine) -> SqlSealedColumn:
    return SqlSealedColumn(engine=engine, table=secret_table, row=secret_table.c.name, column=secret_table.c.sealed)
