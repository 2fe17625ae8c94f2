"""The repository works on every machine, and what is shipped is whole."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.architecture.repository_guards import (
    ENTRY_POINT,
    address_findings,
    build_wheel,
    repository_files,
    wheel_findings,
)


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this repository."""
    return build_wheel(root, tmp_path_factory.mktemp("wheel"))


def test_no_file_names_a_machine_or_an_index(root: Path) -> None:
    """Such a line works for its author only, and tells strangers where packages come from."""
    assert address_findings(root, repository_files(root)) == []


@pytest.mark.parametrize(
    "line",
    [
        "cache = '/{}/somebody/cache'".format("home"),
        "see /{}/project/notes.md".format("work"),
        "export X=/{}/bob".format("Users"),
        "C:\\{}\\bob".format("Users"),
        "--index-{} https://mirror.example/simple".format("url"),
        "https://files.python{}.org/packages/x.whl".format("hosted"),
        "FROM ghcr.{}/somebody/image".format("io"),
    ],
)
def test_an_address_is_seen(tmp_path: Path, line: str) -> None:
    """Each kind of address once, in a file whose other bytes are not even text."""
    file = tmp_path / "planted.txt"
    file.write_bytes(b"\xff\x00 fine\n" + line.encode() + b"\n")

    [finding] = address_findings(tmp_path, [file])

    assert finding.startswith("planted.txt:2 names ")


@pytest.mark.parametrize(
    "line", ["https://shop.example/home/page", "GET /health", "${HOME}/.cache", "from domain.work/home/x", "/tmp/x"]
)
def test_what_is_no_address_is_let_through(tmp_path: Path, line: str) -> None:
    """A guard that cries wolf is switched off."""
    file = tmp_path / "planted.txt"
    file.write_text(line)

    assert address_findings(tmp_path, [file]) == []


def test_files_are_found_without_git(tmp_path: Path) -> None:
    """A machine without git, or a source archive without .git, must not make the guards blind."""
    for name in ("a.py", ".ci/run", ".venv/lib/b.py", "dist/c.whl", ".editorconfig"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = {file.relative_to(tmp_path).as_posix() for file in repository_files(tmp_path)}

    assert found == {"a.py", ".ci/run", ".editorconfig"}


def test_the_wheel_holds_every_file_of_the_packages(root: Path, wheel: Path) -> None:
    """Templates and migrations are no modules; forgotten ones fail at the user's, not here."""
    assert wheel_findings(root, wheel) == []


@pytest.mark.parametrize("lost", ["domain/jobs/job.py", "entry_points.txt"])
def test_a_file_that_the_wheel_lacks_is_seen(root: Path, wheel: Path, tmp_path: Path, lost: str) -> None:
    """The guard reads the wheel that was built, so a wheel without the file must fail it."""
    poorer = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(poorer, "w") as archive:
        for name in whole.namelist():
            if not name.endswith(lost):
                archive.writestr(name, whole.read(name))

    [finding] = wheel_findings(root, poorer)

    assert finding in (f"the wheel lacks {lost}", f"the wheel lacks the entry point {ENTRY_POINT!r}")
