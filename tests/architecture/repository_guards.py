"""Guards over the repository's files and the wheel made of them. Each returns its findings; none means kept."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.architecture.import_guards import PACKAGES

ENTRY_POINT = "antiphon = entrypoints.cli.main:main"
LEFT_OUT = frozenset({"__pycache__", "dist", "node_modules"})

# Written so that no pattern matches its own line.
MACHINE_PATH = re.compile(r"(?<![\w.:/$}])/(?:home|work|root|Users)/\w|\b[A-Z]:\\(?:Users|Documents)")
INDEX_HOST = re.compile(
    r"//[^\s/\"']*(?:pypi|pythonhosted|devpi|artifactory|nexus|npmjs|ghcr|quay)\b"
    r"|--(?:extra-)?index[-]url|\b(?:ghcr|quay|docker)[.]io/"
)


def repository_files(root: Path) -> list[Path]:
    """Return the files of the repository: what git knows or would add; every plain file where git can't say."""
    git = shutil.which("git")
    command = [git or "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False) if git else None
    if done is None or done.returncode:  # no git, no clone, or somebody else's
        return sorted(file for file in root.rglob("*") if file.is_file() and _is_plain(file.relative_to(root)))
    return sorted(root / name for name in done.stdout.split("\0") if name and (root / name).is_file())


def _is_plain(path: Path) -> bool:
    return not any(part in LEFT_OUT or (part.startswith(".") and part != ".ci") for part in path.parts[:-1])


def address_findings(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the lines that name a path of somebody's machine, or a host that packages or images come from."""
    return [
        f"{file.relative_to(root).as_posix()}:{number} names {found.group()!r}, which only one machine knows"
        for file in files
        for number, line in enumerate(file.read_bytes().decode("utf-8", "replace").splitlines(), start=1)
        for found in [MACHINE_PATH.search(line) or INDEX_HOST.search(line)]
        if found
    ]


def build_wheel(root: Path, target: Path) -> Path:
    """Build the project's wheel into *target* and return it; asks no index, hatchling is installed."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(target.glob("*.whl"))


def wheel_findings(root: Path, wheel: Path) -> list[str]:
    """Return what the *wheel* lacks of the packages (templates and migrations too), and of the entry point."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = [archive.read(name).decode() for name in names if name.endswith("dist-info/entry_points.txt")]
    wanted = [file.relative_to(root).as_posix() for file in repository_files(root) if _is_packed(root, file)]
    missing = [f"the wheel lacks {name}" for name in wanted if name not in names]
    has_command = any(ENTRY_POINT in text.splitlines() for text in entry_points)
    return missing + ([] if has_command else [f"the wheel lacks the entry point {ENTRY_POINT!r}"])


def _is_packed(root: Path, file: Path) -> bool:
    return file.relative_to(root).parts[0] in PACKAGES
