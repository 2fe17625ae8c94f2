"""Guards over what is imported, and from where. Each returns its findings, one sentence each; none means kept."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from attrs import frozen

PACKAGES = ("domain", "adapters", "pipelines", "entrypoints")
ALLOWED_IN_DOMAIN = frozenset({"domain", "attr", "attrs"})

_LOADED_BY_DOMAIN = """
import importlib, pkgutil, sys
import sysconfig
sysconfig.get_config_vars()  # its data is a module of the standard library that is not on the list; zoneinfo needs it
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
import domain
for module in pkgutil.walk_packages(domain.__path__, "domain."):
    importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))
"""


@frozen(kw_only=True)
class Contract:
    """An import contract of pyproject.toml: *breaches* are pairs (importer, imported) that it must refuse."""

    name: str
    breaches: tuple[tuple[str, str], ...]


def root_packages(root: Path) -> set[str]:
    """Return the folders at the repository's root that are packages."""
    return {init.parent.name for init in root.glob("*/__init__.py")}


def origin_findings(root: Path, *, search_path: Sequence[str]) -> list[str]:
    """
    Return which of the project's root packages *search_path* would take from elsewhere.

    Two of the names are also packages on the public index (`entrypoints`, `adapters`), and many a wheel brings a stray
    `tests`; the tests must not run against those.
    """
    found = {name: _folders_of(name, search_path=search_path) for name in (*PACKAGES, "tests")}
    return [
        f"{name} comes from {folders or 'nowhere'}, expected {root / name}; look at the import path"
        for name, folders in found.items()
        if {Path(folder).resolve() for folder in folders} != {root / name}
    ]


def _folders_of(name: str, *, search_path: Sequence[str]) -> list[str]:
    spec = PathFinder.find_spec(name, search_path)
    return list(spec.submodule_search_locations or [str(spec.origin)]) if spec else []


def domain_findings(root: Path) -> list[str]:
    """Return what importing every module of the domain loads beside the standard library and attrs."""
    script = [sys.executable, "-c", _LOADED_BY_DOMAIN, str(root)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=250, check=False)
    if done.returncode:
        return [f"the domain can't be imported: {done.stderr.strip().splitlines()[-1]}"]
    foreign = sorted(set(done.stdout.split()) - ALLOWED_IN_DOMAIN)
    return [f"importing domain loads {name}; the domain needs only the standard library and attrs" for name in foreign]


def contracts(root: Path) -> list[Contract]:
    """Return the import contracts of *root*'s pyproject.toml, each with breaches that it must refuse."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [
        Contract(name=contract["name"], breaches=tuple(_breaches(contract)))
        for contract in settings["tool"]["importlinter"]["contracts"]
    ]


def _breaches(contract: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    match contract:
        case {"type": "layers", "layers": [*layers]}:
            yield from _breaches_of_layers([str(layer).split(" | ") for layer in layers])
        case {"type": "acyclic_siblings", "ancestors": [*ancestors]}:
            for ancestor in ancestors:
                yield f"{ancestor}.planted_first", f"{ancestor}.planted_second"
                yield f"{ancestor}.planted_second", f"{ancestor}.planted_first"
        case _:
            raise AssertionError(
                f"teach this guard how contract {contract.get('name')!r} is broken; it can't prove it yet"
            )


def _breaches_of_layers(layers: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield, from the highest layer to the lowest, an import of each higher layer by each lower one, and sideways."""
    for depth, layer in enumerate(layers):
        for importer in layer:
            higher = [name for above in layers[:depth] for name in above]
            beside = [name for name in layer if name != importer]
            yield from ((importer, imported) for imported in [*higher, *beside])


def plant(root: Path, breaches: Sequence[tuple[str, str]]) -> None:
    """Write the imports of *breaches* into the packages in *root*: into the module, or a new one of the package."""
    for importer, imported in breaches:
        place = root.joinpath(*importer.split("."))
        file = place / "planted.py" if place.is_dir() else place.with_suffix(".py")
        with file.open("a", encoding="utf-8") as module:
            module.write(f"\nimport {imported}\n")


def lint_imports(root: Path) -> str:
    """Return what import-linter says of the packages in *root* by the contracts in its pyproject.toml."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=250, check=False)
    return done.stdout + done.stderr
