"""The arrows of the imports point inwards, and the names mean this repository."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.architecture.import_guards import (
    PACKAGES,
    Contract,
    contracts,
    domain_findings,
    lint_imports,
    origin_findings,
    plant,
    root_packages,
)

CONTRACTS = contracts(Path(__file__).resolve().parents[2])


def test_the_root_packages_are_the_four_layers(root: Path) -> None:
    """A fifth would escape contracts, types and wheel. `tests`, the fifth known folder, is a namespace on purpose."""
    assert root_packages(root) == set(PACKAGES)


def test_a_fifth_root_package_is_seen(copy: Path) -> None:
    """The guard above must notice a folder that somebody adds."""
    (copy / "planted").mkdir()
    (copy / "planted" / "__init__.py").touch()

    assert root_packages(copy) == {*PACKAGES, "planted"}


def test_every_root_package_comes_from_this_repository(root: Path) -> None:
    """Tests that import somebody else's `entrypoints` prove nothing about ours."""
    assert origin_findings(root, search_path=sys.path) == []


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_a_package_of_the_same_name_is_seen(root: Path, tmp_path: Path, name: str) -> None:
    """Two of the names are taken on the public index, and stray `tests` packages are common."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()

    findings = origin_findings(root, search_path=[str(tmp_path), *sys.path])

    assert [finding.split()[0] for finding in findings] == [name]


def test_the_domain_loads_only_the_standard_library_and_attrs(root: Path) -> None:
    """A domain that loads a framework can't be understood, tested or moved without it."""
    assert domain_findings(root) == []


def test_a_framework_in_the_domain_is_seen(copy: Path) -> None:
    """Also where it comes in through a module that nothing else imports."""
    (copy / "domain" / "planted.py").write_text("import click\n")

    findings = domain_findings(copy)

    assert findings == ["importing domain loads click; the domain needs only the standard library and attrs"]


def test_a_domain_that_fails_to_import_is_seen(copy: Path) -> None:
    """A guard that reads nothing would be satisfied with everything."""
    (copy / "domain" / "planted.py").write_text("import no_such_module\n")

    [finding] = domain_findings(copy)

    assert "No module named 'no_such_module'" in finding


def test_the_import_contracts_are_kept(copy: Path) -> None:
    """The architecture is what the imports say, not what the documents say."""
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in lint_imports(copy)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_each_contract_refuses_every_import_it_forbids(copy: Path, contract: Contract) -> None:
    """A contract with a misspelt layer keeps itself; only a planted violation shows that it holds something."""
    assert contract.breaches

    plant(copy, contract.breaches)
    report = lint_imports(copy)

    assert f"{contract.name} BROKEN" in report
    for importer, imported in contract.breaches:
        told = (
            f"{importer} is not allowed to import {imported}:",
            f"No cycles are allowed in {importer.rpartition('.')[0]}.",
        )
        assert any(sentence in report for sentence in told), f"{importer} -> {imported} got through:\n{report}"
