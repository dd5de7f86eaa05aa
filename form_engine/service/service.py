"""RecordService: everything staff, API, import, flows and public forms do with records, one transaction each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from engine.access.actor import Actor
from engine.access.gate import Gate
from engine.ids import new_id
from engine.problems import Rejected
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from form_engine import timeline as timelines
from form_engine.desk import Desk, followed_paths
from form_engine.plan import AppPlan
from form_engine.service import (
    bulk,
    clashes,
    options,
    past,
    personal,
    quick_search,
    records,
    revealing,
    touches,
    undoing,
    workbench,
)
from form_engine.service.loading import load
from form_engine.views import listing

Json = dict[str, Any]


class Ports(Protocol):
    """What the service needs from elsewhere. `plan()` is the app's current plan; jobs run in the background."""

    def enqueue(self, unit: Unit, kind: str, body: Mapping[str, Any], *, by: str | None = None) -> str: ...


class RecordService:
    """The records of one workspace under one version of its app.

    Every method opens one unit and closes it. Whoever holds a unit already (a flow, a job) asks `desk` for it and
    calls the functions of `form_engine.service.records` directly.
    """

    def __init__(self, workspace: Workspace, app_plan: AppPlan, ports: Ports | None = None) -> None:
        self.workspace, self.app, self.ports = workspace, app_plan, ports
        self.follows = followed_paths(app_plan)

    def desk(self, unit: Unit, actor: Actor, cause: str = "user") -> Desk:
        """Return a desk in an open unit."""
        return Desk(self.app, unit, actor, Gate(self.app.policy, actor, unit), cause, self.follows)

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Desk]:
        """Open a reading unit with a desk in it."""
        with self.workspace.read() as unit:
            yield self.desk(unit, actor)

    @contextmanager
    def writing(
        self, actor: Actor, cause: str = "user", batch: str | None = None, request: str | None = None
    ) -> Iterator[Desk]:
        """Open a writing unit with a desk in it; committed when the block ends well."""
        with self.workspace.write(Cause(cause, actor.user_id, request, batch)) as unit:
            yield self.desk(unit, actor, cause)

    # One record.

    def create(
        self, actor: Actor, form: str, values: Any, cause: str = "user", request: str | None = None
    ) -> Json:
        """Write a new record and return it as the actor may see it.

        A value that is taken is told with the record that has it; where the form says so, a touch of that record is
        noted instead (`touched` is then true).
        """
        try:
            with self.writing(actor, cause, request=request) as desk:
                return records.after_insert(desk, form, records.insert(desk, form, values))
        except Rejected as error:
            if not clashes.is_duplicate(error):
                raise
            return self._clashed(actor, form, values, cause, error)

    def _clashed(self, actor: Actor, form: str, values: Any, cause: str, error: Rejected) -> Json:
        with self.writing(actor, cause) as desk:
            touched = touches.instead(desk, form, values, error)
            if touched is not None:
                return touched
            raise clashes.explain(desk, desk.form(form), error, touches.parsed(desk.form(form), values))

    def get(self, actor: Actor, form: str, record_id: str, deleted: bool = False) -> Json:
        """Return `{record, labels, can, masked, title}`."""
        with self.reading(actor) as desk:
            return records.read(desk, form, record_id, deleted=deleted)

    def update(
        self,
        actor: Actor,
        form: str,
        record_id: str,
        values: Any,
        revision: int | None = None,
        cause: str = "user",
        request: str | None = None,
    ) -> Json:
        """Change a record and return it; `undo(batch)` takes the change back, also where no step leads back.

        Conflict with a clash for each field somebody else changed meanwhile.
        """
        batch = new_id()
        try:
            with self.writing(actor, cause, batch, request) as desk:
                records.update(desk, form, record_id, values, revision)
                return {**records.after_save(desk, form, record_id), "batch": batch}
        except Rejected as error:
            if not clashes.is_duplicate(error):
                raise
            with self.reading(actor) as desk:
                plan = desk.form(form)
                raise clashes.explain(desk, plan, error, touches.parsed(plan, values), record_id) from None

    def delete(self, actor: Actor, form: str, record_id: str) -> None:
        """Move a record to the bin."""
        with self.writing(actor) as desk:
            records.delete(desk, form, record_id)

    def restore(self, actor: Actor, form: str, record_id: str) -> Json:
        """Bring a record back from the bin and return it."""
        with self.writing(actor) as desk:
            records.restore(desk, form, record_id)
            return records.after_save(desk, form, record_id)

    def check(self, actor: Actor, form: str, values: Any, record_id: str | None = None) -> Json:
        """Return what saving would say, without saving: `{problems, computed, hidden}`."""
        with (
            self.workspace.write(Cause("user", actor.user_id)) if record_id else self.workspace.read() as unit
        ):
            return records.check(self.desk(unit, actor), form, values, record_id)

    def act(
        self, actor: Actor, form: str, record_id: str, action: str, values: Mapping[str, Any] | None = None
    ) -> Json:
        """Press a button of the record page."""
        with self.writing(actor) as desk:
            return records.act(desk, form, record_id, action, values or {})

    def reveal(self, actor: Actor, form: str, record_id: str, field: str) -> Json:
        """Return the value behind a mask, counted and written down."""
        with self.writing(actor) as desk:
            return revealing.reveal(desk, form, record_id, field)

    def history(self, actor: Actor, form: str, record_id: str) -> Json:
        """Return `{entries, labels}`: the changes of a record, newest first, masked field by field."""
        with self.reading(actor) as desk:
            return past.history(desk, form, record_id)

    def timeline(
        self,
        actor: Actor,
        form: str,
        record_id: str,
        cursor: str | None = None,
        limit: int = timelines.PAGE,
        field: str = "",
    ) -> Json:
        """Return everything about a person, newest first."""
        with self.reading(actor) as desk:
            return timelines.timeline(desk, form, record_id, cursor, limit, field)

    def explain(self, actor: Actor, form: str, record_id: str, verb: str = "view") -> list[Any]:
        """Return which rule lets the actor see the record, or stops it."""
        with self.reading(actor) as desk:
            desk.form(form)
            return records.explain(desk, form, record_id, verb)

    # Many records.

    def query(self, actor: Actor, form: str, request: Mapping[str, Any]) -> Json:
        """Return one page of a list: `{records, labels, cursor, count?}`."""
        with self.reading(actor) as desk:
            return listing.records(desk, form, request)

    def groups(self, actor: Actor, form: str, request: Mapping[str, Any]) -> Json:
        """Return the groups of a list."""
        with self.reading(actor) as desk:
            return listing.groups(desk, form, request)

    def aggregate(self, actor: Actor, form: str, request: Mapping[str, Any]) -> Json:
        """Return totals over a list."""
        with self.reading(actor) as desk:
            return listing.totals(desk, form, request)

    def tree(self, actor: Actor, form: str, request: Mapping[str, Any]) -> Json:
        """Return one level of a tree view."""
        with self.reading(actor) as desk:
            return listing.tree(desk, form, request)

    def count(self, actor: Actor, form: str, request: Mapping[str, Any]) -> Json:
        """Return `{value, exact}` of a list."""
        with self.reading(actor) as desk:
            return listing.count(desk, listing.read(desk, form, request).query)

    def bulk_update(
        self, actor: Actor, form: str, request: Mapping[str, Any], values: Mapping[str, Any]
    ) -> Json:
        """Change many records alike, as one batch: `{batch, updated, failed}`. The request's `add` and `remove` are for lists."""
        batch = new_id()
        with self.reading(actor) as desk:
            desk.form(form)
            ids = bulk.chosen(desk, form, request)
        with self.writing(actor, "user", batch) as desk:
            done = bulk.update(desk, form, ids, values, request.get("add"), request.get("remove"))
            return {"batch": batch, **done}

    def undo(self, actor: Actor, batch: str) -> Json:
        """Take a batch back: `{undone, kept: [{form, id, why}]}`."""
        with self.writing(actor, "user") as desk:
            return undoing.undo(desk, batch)

    def load(
        self, actor: Actor, form: str, rows: Sequence[Mapping[str, Any]], cause: str = "system"
    ) -> list[str]:
        """Write many new records fast, through the same rules; all or nothing. Return their ids in order."""
        with self.writing(actor, cause) as desk:
            return load(desk, form, rows)

    def options(
        self, actor: Actor, form: str, field: str, text: str = "", values: Mapping[str, Any] | None = None
    ) -> list[Json]:
        """Return what a link picker offers."""
        with self.reading(actor) as desk:
            return options.options(desk, form, field, text, values)

    def quick_search(self, actor: Actor, text: str) -> list[Json]:
        """Return what is found anywhere by a name, initials, phone tail or number."""
        with self.reading(actor) as desk:
            return quick_search.quick_search(desk, text)

    def workbench(self, actor: Actor) -> Json:
        """Return today's lists and numbers."""
        with self.reading(actor) as desk:
            return workbench.workbench(desk)

    # What people keep for themselves.

    def saved_views(self, actor: Actor, form: str) -> list[Any]:
        """Return the person's own views of a form."""
        found = self.preference(actor, f"views.{form}")
        return list(found) if isinstance(found, list) else []

    def keep_views(self, actor: Actor, form: str, views: Sequence[Mapping[str, Any]]) -> None:
        """Keep the person's own views of a form."""
        with self.reading(actor) as desk:
            desk.form(form)
        self.keep(actor, f"views.{form}", list(views))

    def preference(self, actor: Actor, key: str) -> Any:
        """Return what the person set under `key`."""
        with self.workspace.read() as unit:
            return personal.preference(unit, actor.user_id, key)

    def keep(self, actor: Actor, key: str, value: Any) -> None:
        """Set `key` for the person."""
        with self.workspace.write(Cause("user", actor.user_id)) as unit:
            personal.keep(unit, actor.user_id, key, value)

    def notifications(self, actor: Actor, before: str | None = None) -> Json:
        """Return the person's drawer."""
        with self.workspace.read() as unit:
            return personal.notifications(unit, actor.user_id, before)

    def mark_read(self, actor: Actor, ids: Sequence[str] | None = None) -> None:
        """Mark notifications as read."""
        with self.workspace.write(Cause("user", actor.user_id)) as unit:
            personal.mark_read(unit, actor.user_id, ids)


Run = Callable[[], None]
