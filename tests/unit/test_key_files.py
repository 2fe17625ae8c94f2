"""The key file in the home folder, and the one that an operator gives."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.secrets.aes_gcm import AesGcmVault
from adapters.secrets.master_keys import KeyFile, new_key
from adapters.secrets.own_key_file import OwnKeyFile
from domain.jobs.errors import BrokenSettings
from domain.secrets.vault import Place
from domain.tenancy import OrganizationId

HERE = Place(organization_id=OrganizationId("ours"), table="secret", row="API_KEY", column="sealed")


def test_the_own_key_is_made_at_first_need_for_its_owner_only(tmp_path: Path) -> None:
    """A laptop's user sets nothing; others on the machine must not read the key."""
    keys = OwnKeyFile(path=tmp_path / "secret.key")
    assert list(keys.all()) == []
    assert not keys.path.exists()

    first = keys.for_encryption()

    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert keys.for_encryption() == first
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_commands_that_make_the_key_at_once_get_one_key(tmp_path: Path) -> None:
    """Two keys would leave the secrets of one of the commands unreadable."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: OwnKeyFile(path=tmp_path / "secret.key").for_encryption().id, range(32)))

    assert len(keys) == 1


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """As ssh does with its keys: copied with the wrong mode, it is no secret any more."""
    keys = OwnKeyFile(path=tmp_path / "secret.key")
    keys.for_encryption()
    keys.path.chmod(0o644)

    with pytest.raises(BrokenSettings, match="chmod 600"):
        keys.all()


def test_a_new_own_key_leaves_everything_readable_until_the_older_one_is_forgotten(tmp_path: Path) -> None:
    """A change of the key may be interrupted at any moment."""
    keys = OwnKeyFile(path=tmp_path / "secret.key")
    vault = AesGcmVault(keys)
    before = vault.encrypt("text", place=HERE)

    keys.add_newest()

    assert vault.decrypt(before, place=HERE) == "text"
    after = vault.encrypt("text", place=HERE)
    keys.forget_older()
    assert vault.decrypt(after, place=HERE) == "text"
    assert [key.id for key in keys.all()] == [after.split(".")[1]]
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600


def test_a_given_file_is_read_again_at_each_use(tmp_path: Path) -> None:
    """A mounted secret changes under a running server; a restart must not be needed to read what others wrote."""
    path, older, newer = tmp_path / "keys", new_key(), new_key()
    path.write_text(older)
    vault = AesGcmVault(KeyFile(where="ANTIPHON_SECRET_KEY_FILE", path=path))
    before = vault.encrypt("text", place=HERE)

    path.write_text(f"{newer}\n{older}\n")

    assert not vault.is_under_newest_key(before)
    assert vault.decrypt(before, place=HERE) == "text"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"nothing that is a key"])
def test_a_file_that_can_not_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    """The operator must read which setting to mend."""
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BrokenSettings, match="ANTIPHON_SECRET_KEY_FILE"):
        KeyFile(where="ANTIPHON_SECRET_KEY_FILE", path=path).for_encryption()
