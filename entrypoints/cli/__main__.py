"""`python -m entrypoints.cli`: the command line, for this very interpreter."""

from __future__ import annotations

from entrypoints.cli.main import main

main()
