"""What `${NAME}` stands for: on a server the organization's secrets and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from adapters.http.guard import LOCAL
from adapters.language_models.opener import StandardLanguageModels
from adapters.memory.clock import ManualClock
from adapters.memory.secrets import MemorySecretRows
from adapters.secrets.aes_gcm import AesGcmVault
from adapters.secrets.master_keys import GivenKeys, new_key
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec, Provider
from domain.secrets.environment import LocalEnvironments, OrganizationEnvironments
from domain.secrets.service import SecretStore
from domain.test_execution.target import HttpTarget, ModelTarget, TargetSpec
from tests.contract.building import NOW, THEM, US
from tests.unit.organizing import Office

SHELL = {"DATABASE_URL": "postgresql://a:b@c/d", "PATH": "/bin", "ANTIPHON_SECRET_KEY": "master", "API_KEY": "shell's"}


@pytest.fixture
def secrets() -> SecretStore:
    """A store with one secret of ours."""
    vault = AesGcmVault(GivenKeys(where="here", text=new_key()))
    store = SecretStore(rows=MemorySecretRows(), vault=vault, clock=ManualClock(NOW), audit=Office().audit)
    store.put(US, "API_KEY", "ours")
    return store


def test_on_a_server_only_secrets_of_the_organization_are_seen(
    secrets: SecretStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's environment holds the passwords of all organizations' data."""
    for name, value in SHELL.items():
        monkeypatch.setenv(name, value)
    ours, theirs = (OrganizationEnvironments(secrets).of(tenant) for tenant in (US, THEM))

    assert dict(ours) == {"API_KEY": "ours"}
    assert dict(theirs) == {}
    assert [ours.get(name) for name in SHELL] == [None, None, None, "ours"]


def test_on_ones_own_machine_secrets_come_first_and_the_shell_behind_them(secrets: SecretStore) -> None:
    """A key in the shell works as ever; one that was stored on purpose wins."""
    environment = local(secrets).of(US)

    assert environment["API_KEY"] == "ours"
    assert environment["PATH"] == "/bin"
    assert sorted(environment) == ["API_KEY", "DATABASE_URL", "PATH"]
    assert len(environment) == 3


def test_our_own_settings_are_never_sent_anywhere(secrets: SecretStore) -> None:
    """A test file from somewhere else could ask for the master key."""
    assert "ANTIPHON_SECRET_KEY" not in local(secrets).of(US)


def test_the_shell_is_the_users_alone(secrets: SecretStore) -> None:
    """A second organization on the same machine is somebody else."""
    assert dict(local(secrets).of(THEM)) == {}


@pytest.mark.parametrize("name", ["DATABASE_URL", "PATH", "ANTIPHON_SECRET_KEY", "HOME"])
@pytest.mark.parametrize("place", ["url", "header", "body", "api_key", "model_header", "base_url"])
def test_a_target_that_names_the_servers_environment_is_refused(
    secrets: SecretStore, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    """Nothing is sent, and the message says what to do without saying a value."""
    monkeypatch.setenv(name, "the server's own")
    environment = OrganizationEnvironments(secrets).of(US)

    with pytest.raises(InvalidInput, match=f"the secret {name} is not set; set it") as caught:
        opened(naming(name, place), environment)

    assert "the server's own" not in str(caught.value)


def test_no_repr_shows_a_value(secrets: SecretStore) -> None:
    """A repr ends up in logs and tracebacks."""
    environments = (OrganizationEnvironments(secrets), local(secrets))

    shown = repr(environments) + "".join(repr(each.of(US)) for each in environments)

    assert "ours" not in shown
    assert "postgresql" not in shown


def local(secrets: SecretStore) -> LocalEnvironments:
    """Return the environments of our own machine."""
    return LocalEnvironments(secrets=secrets, own=US.organization_id, process=SHELL)


def opened(spec: TargetSpec, environment: Mapping[str, str]) -> None:
    """Open a target as the family does it for a tenant."""
    targets = StandardTargets({}, JinjaTemplates(), StandardLanguageModels({}, guard=LOCAL), guard=LOCAL)
    targets.with_environment(environment).open(spec, connections=1)


def naming(name: str, place: str) -> TargetSpec:
    """Return a target that names a variable in a place."""
    word = f"${{{name}}}"
    at_home = {"provider": Provider.OPENAI_COMPATIBLE, "model": "m", "base_url": "http://h"}
    specs: dict[str, TargetSpec] = {
        "url": HttpTarget(url=f"http://h/{word}"),
        "header": HttpTarget(url="http://h", headers={"X": word}),
        "body": HttpTarget(url="http://h", body={"a": [word]}),
        "api_key": ModelTarget(model=ModelSpec(**at_home, api_key=word)),  # type: ignore[arg-type]  # three keywords
        "model_header": ModelTarget(model=ModelSpec(**at_home, headers={"X": word})),  # type: ignore[arg-type]  # as above
        "base_url": ModelTarget(model=ModelSpec(**{**at_home, "base_url": f"http://{word}"})),  # type: ignore[arg-type]  # as above
    }
    return specs[place]
