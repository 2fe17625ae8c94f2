"""Every task that is registered goes to the queue that was meant, and each queue has a reason to be."""

from __future__ import annotations

from pipelines import names
from tests.pipelines.rig import Rig
from tests.pipelines.scripted_family import ScriptedFamily, succeed

EXECUTES = {family.execute: family.queue for family in names.FAMILIES.values()}


def test_every_registered_task_goes_to_the_queue_that_was_meant() -> None:
    """A route is matched by the task's name: one that nobody matches falls to a queue that nobody may serve."""
    app = Rig(family=ScriptedFamily([succeed])).app
    app.finalize()

    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks}

    assert set(EXECUTES) <= set(routed)
    assert routed == {name: EXECUTES.get(name, names.DEFAULT) for name in app.tasks}


def test_every_queue_that_is_named_is_declared() -> None:
    """Celery is told not to make queues by itself: a route to one it does not know fails at the first message."""
    app = Rig(family=ScriptedFamily([succeed])).app

    assert set(app.amqp.queues) == set(names.QUEUES)
