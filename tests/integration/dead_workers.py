"""Workers that are killed: what they held runs out at once; what others hold does not, however slow they are."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field
from sqlalchemy import Connection, create_engine, text

from tests.integration.processes import Command
from tests.pipelines.looking import WITHIN_S, look_until
from tests.services.logins import administrator_of

LONG_LEASE_S = 600
"""The lease of workers in tests that kill some: a busy machine must not take a living one's items away."""

_HELD = "state = 'running' AND lease_until > now() AND worker_id LIKE ANY (:names)"


@define(eq=False)
class DeadWorkers:
    """Those that were killed, or died, beside this database; the kernel's names of workers hold their process ids."""

    database_url: str
    _names: list[str] = field(factory=list, init=False)

    def kill(self, worker: Command) -> None:
        """End a worker at once, as a machine that loses power does."""
        worker.kill()
        self.add(worker)

    def add(self, worker: Command) -> None:
        """Count a worker among the dead."""
        self._names.append(f"%:{worker.process.pid}:%")

    def look_until(self, is_so: Callable[[], bool], *, what: str, within_s: float = WITHIN_S) -> None:
        """
        Wait for something while the leases of the dead run out.

        Each time anew: what a worker had sent to the database may be committed after its death.
        """
        if not self._names:
            look_until(is_so, what=what, within_s=within_s)
            return
        engine = create_engine(administrator_of(self.database_url))
        try:
            with engine.connect() as connection:

                def is_so_meanwhile() -> bool:
                    self._let_leases_run_out(connection)
                    return is_so()

                look_until(is_so_meanwhile, what=what, within_s=within_s)
        finally:
            engine.dispose()

    def _let_leases_run_out(self, connection: Connection) -> None:
        names = {"names": self._names}
        if connection.execute(text(f"SELECT count(*) FROM item WHERE {_HELD}"), names).scalar_one():
            connection.execute(text("SELECT id FROM job ORDER BY id FOR UPDATE"))  # as whoever changes a job's items
            connection.execute(text(f"UPDATE item SET lease_until = 'epoch' WHERE {_HELD}"), names)
        connection.commit()
