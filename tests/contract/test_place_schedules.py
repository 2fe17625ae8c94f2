"""`antiphon schedules`, wherever it acts: beside the database and at a server it is the same."""

from __future__ import annotations

import json
from datetime import timedelta

import attrs
import pytest

from domain.embedding.documentation_source import SourceKind
from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from domain.schedules.rhythm import Every
from domain.schedules.schedule import CatchUp, ScheduleId, Standing
from domain.schedules.tick import TickState
from entrypoints.api.documents.documentation_sources import NewSource
from entrypoints.api.documents.schedules import NewSchedule, ScheduleChange
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import a_key, client_over, place_over
from tests.contract.schedule_building import a_schedule, a_tick

HELLO = NewSchedule(name="hello", run=["task", "system.echo", "text=hi"], cron="0 3 * * *", timezone="Asia/Kolkata")


def test_a_schedule_is_made_looked_at_changed_and_removed(place: Place) -> None:
    """Each step answers with the schedule as it stands then."""
    made = place.schedules.add(HELLO)

    assert place.schedules.get(made.id) == made
    assert list(place.schedules.all()) == [made]
    changed = place.schedules.change(made.id, ScheduleChange(catch_up=CatchUp.ALL, every_s=90))
    assert (changed.catch_up, changed.every_s, changed.cron, changed.run) == (CatchUp.ALL, 90, None, made.run)
    assert len(place.schedules.next(made.id, count=4).times) == 4
    place.schedules.remove(made.id)
    assert list(place.schedules.all()) == []


def test_it_is_paused_resumed_and_run(place: Place) -> None:
    """Paused schedules can be run by hand, too."""
    made = place.schedules.add(HELLO)

    assert place.schedules.pause(made.id).state is Standing.PAUSED
    tick = place.schedules.run_now(made.id)
    assert tick.state is TickState.WAITING
    assert list(place.schedules.ticks(made.id, limit=5)) == [tick]
    assert place.schedules.get(made.id).last == tick
    assert place.schedules.resume(made.id).state is Standing.ACTIVE


def test_both_places_tell_the_same(antiphon: Antiphon) -> None:
    """To the last character: whoever reads `--json` need not know where the command acted."""
    with place_over(antiphon, at="server") as there, place_over(antiphon, at="here") as here:
        made = there.schedules.add(HELLO)
        here.schedules.add(HELLO.model_copy(update={"name": "second"}))
        here.schedules.run_now(made.id)

        told = [[json.loads(one.model_dump_json()) for one in place.schedules.all()] for place in (here, there)]
        ticks = [[tick.model_dump() for tick in place.schedules.ticks(made.id, limit=3)] for place in (here, there)]

    assert told[0] == told[1]
    assert len(told[0]) == 2
    assert ticks[0] == ticks[1]


def test_what_is_refused_here_is_refused_there_and_by_the_same_name(place: Place) -> None:
    """Exit codes and scripts depend on it."""
    made = place.schedules.add(HELLO)
    with pytest.raises(Conflict, match="is there already"):
        place.schedules.add(HELLO)
    with pytest.raises(InvalidInput, match="no schedule can run it"):
        place.schedules.change(made.id, ScheduleChange(run=["rm"]))
    with pytest.raises(NotFound, match="nothing is saved so"):
        place.schedules.change(made.id, ScheduleChange(run=["configs", "run", "gone"]))
    with pytest.raises(NotFound, match="antiphon schedules list"):
        place.schedules.pause("00000000-0000-4000-8000-00000000dead")


def test_who_may_only_read_looks_and_changes_nothing(antiphon: Antiphon) -> None:
    """A dashboard's key."""
    with place_over(antiphon, at="here") as here:
        made = here.schedules.add(HELLO)
    with client_over(antiphon, key=a_key(antiphon, frozenset({"read"}))) as reader:
        assert list(reader.schedules.all()) == [made]
        for move in (reader.schedules.pause, reader.schedules.resume, reader.schedules.run_now):
            with pytest.raises(Forbidden):
                move(made.id)
        with pytest.raises(Forbidden):
            reader.schedules.add(HELLO)
        assert reader.schedules.get(made.id) == made


def test_more_ticks_than_fit_on_a_page_are_all_there(antiphon: Antiphon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list over HTTP comes in pages; a command prints as many as were asked for."""
    monkeypatch.setattr("entrypoints.calls.asking.PAGE", 2)
    with place_over(antiphon, at="server") as place:
        made = place.schedules.add(NewSchedule(name="often", run=HELLO.run, every_s=10))
        _tick_many(antiphon, made.id)

        assert len(list(place.schedules.ticks(made.id, limit=100))) == 5
        assert len(list(place.schedules.ticks(made.id, limit=3))) == 3


def _tick_many(antiphon: Antiphon, schedule_id: str) -> None:
    with antiphon.schedules.store.begin(antiphon.tenant) as work:
        there = work.schedules.get(ScheduleId(schedule_id))
        assert isinstance(there.rhythm, Every)
        for no in range(5):
            tick = a_tick(attrs.evolve(a_schedule(), id=there.id), due=there.rhythm.anchor - timedelta(seconds=10 * no))
            work.ticks.add(tick)
        work.commit()


def test_a_source_is_synced_by_its_name_and_must_be_there(place: Place) -> None:
    """`library sync docs` is what people type; a misspelled name is refused now, and not in the night."""
    nightly = HELLO.model_copy(update={"run": ["library", "sync", "docs"]})
    with pytest.raises(NotFound, match="docs"):
        place.schedules.add(nightly)
    source = NewSource(name="docs", kind=SourceKind.SITEMAP, location="https://docs.example/sitemap.xml")
    place.sources.add(source)

    made = place.schedules.add(nightly)

    assert (made.task, made.arguments) == ("solution_library.sync_documentation_source", {"source": "docs"})
    assert made.run == "library sync docs"
