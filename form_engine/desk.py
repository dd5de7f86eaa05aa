"""The desk: what one request works with — the app, who asks, one transaction, and the gate over it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.access.actor import Actor, system_actor
from engine.access.gate import Gate
from engine.access.levels import Level
from engine.access.policy import Rights
from engine.access.query import RecordQuery
from engine.access.titles import Labels, Linked
from engine.clock import business_day
from engine.definitions.shape import SYSTEM_FIELDS
from engine.ids import is_id
from engine.problems import Code, NotFound
from engine.store.unit import Unit
from engine.text import nearest
from form_engine.plan import AppPlan, FormPlan
from form_engine.prepared import prepared
from form_engine.state import SubmitContext

NO_FORM = Code("record.no_form", zh="没有名为“{form}”的表单", en="There is no form “{form}”",
               hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
NO_RECORD = Code("record.not_found", zh="找不到这条记录，或您无权查看", en="There is no such record, or none that you may see",
                 hint_zh="它可能已被删除，或不在您的数据范围内", hint_en="It may have been deleted, or lies outside your scope")  # fmt: skip

SHOWN_SYSTEM = (
    "no", "branch_id", "owner_id", "created_at", "created_by", "updated_at", "updated_by", "source_ref",
)  # fmt: skip
"""System fields that a record shows to whoever may see it (`id` and `revision` always come along)."""


@dataclass(slots=True)
class Desk:
    """One open unit with what is needed to read and write records for one actor."""

    app: AppPlan
    unit: Unit
    actor: Actor
    gate: Gate
    cause: str = "user"
    follows: Mapping[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """Paths of each form's records that formulas elsewhere read, so that one read serves them all."""
    _system_gate: Gate | None = field(default=None)
    _related: "RelatedRecords | None" = field(default=None)
    _linked: dict[str, dict[str, Linked]] = field(default_factory=dict)
    """What `look_up` found last."""
    _asked: dict[str, set[str]] = field(default_factory=dict)

    @property
    def rights(self) -> Rights:
        return self.app.policy.rights(self.actor)  # type: ignore[no-any-return]  # AppPlan keeps it as Any

    @property
    def system_gate(self) -> Gate:
        """Return the gate that sees everything: for formulas and guards, never for what is shown."""
        if self._system_gate is None:
            actor = system_actor(self.actor.workspace, zone=self.actor.zone)
            self._system_gate = Gate(self.app.policy, actor, self.unit)
        return self._system_gate

    @property
    def related(self) -> "RelatedRecords":
        if self._related is None:
            self._related = RelatedRecords(self)
        return self._related

    def form(self, key: str) -> FormPlan:
        """Return the plan of a form that the actor may know of, or raise NotFound."""
        plan = self.app.forms.get(key)
        if plan is None or plan.parent is not None or not self.may_know(key):
            known = [one for one in self.app.forms if self.may_know(one)]
            raise NotFound(NO_FORM.at("/form", form=key, nearest=", ".join(nearest(key, known)) or "–"))
        return plan

    def may_know(self, key: str) -> bool:
        """Tell whether the actor may do anything at all with the form."""
        rights = self.rights
        return any(rights.verb(key, verb) for verb in ("view", "create"))

    def look_up(self, wanted: Mapping[str, Iterable[str]]) -> Mapping[str, Mapping[str, Linked]]:
        """Return those of many records that this actor may link to, by form; forms left out take another way.

        His own name and branch come along: the answer to a write shows them.
        """
        asked = {form: {one for one in ids if is_id(one)} for form, ids in wanted.items()}
        for form, record_id in (("user", self.actor.user_id), ("branch", self.actor.branch_id)):
            if (
                record_id is not None
                and self.actor.kind == "user"
                and (form == "user" or form in self.app.forms)
            ):
                asked.setdefault(form, set()).add(record_id)
        self._asked, self._linked = asked, self.gate.linked(asked)
        return self._linked

    def known_titles(self) -> Labels:
        """Return the titles that `look_up` found, None for what it did not find."""
        return {
            form: {one: linked[one].title if one in linked else None for one in self._asked[form]}
            for form, linked in self._linked.items()
        }

    def context(self, form: str) -> SubmitContext:
        """Return what `submit` may know for this actor and moment."""
        rights = self.rights
        return SubmitContext(
            now=self.unit.now,
            today=business_day(self.unit.now, self.actor.zone),
            zone=self.actor.zone,
            actor=self.actor.facts,
            cause="system" if self.actor.is_system and self.cause == "user" else self.cause,
            may_write=lambda key: rights.level(form, key).ceiling is Level.WRITE,
            related=self.related,
        )

    def readable_fields(self, plan: FormPlan, *, rows: bool = True) -> tuple[str, ...]:
        """Return every field of the form that this actor may see at least masked, system fields included."""
        rights = self.rights
        shape = plan.shape
        place = ("readable", plan.key, rights.signature, rows)
        known: tuple[str, ...] | None = self.app.policy.settled.get(place)
        if known is not None:
            return known
        named = [*SHOWN_SYSTEM, *shape.fields]
        found = tuple(
            key
            for key in named
            if rights.effective(plan.key, key).ceiling > Level.NONE
            and (rows or key in SYSTEM_FIELDS or shape.fields[key].value_type != "rows")
        )
        self.app.policy.settled.put(place, found)
        return found


class RelatedRecords:
    """Reads other records for formulas, each once in a request, whatever the actor may see of them.

    What a formula makes of them is guarded by the field that shows it (`Rights.effective`).
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[tuple[str, str], dict[tuple[str, ...], Any]] = {}

    def value(self, form: str, record_id: str, path: tuple[str, ...]) -> Any:
        known = self._known.get((form, record_id))
        if known is None or path not in known:
            self.load(form, (record_id,), {path, *self._usual(form)})
            known = self._known.setdefault((form, record_id), {})
        return known.setdefault(path, None)

    def load(self, form: str, record_ids: tuple[str, ...], paths: set[tuple[str, ...]]) -> None:
        """Read the paths of many records at once."""
        if form not in self._desk.app.forms or not record_ids:
            return
        rows = {path: at for path in paths if (at := self._rows_at(form, path)) is not None}
        plain = [path for path in paths if path not in rows]
        fields = {".".join(path) for path in plain} | {path[0] for path, at in rows.items() if at == 0}
        query = RecordQuery(
            form, fields=tuple(sorted(fields)) or ("id",), ids=record_ids, limit=len(record_ids), python=True
        )
        for record in self._desk.system_gate.page(query).records:
            known = self._known.setdefault((form, record["id"]), {})
            known.update((path, record.get(".".join(path))) for path in plain)
            known.update(
                (path, self._of_rows(form, path, record.get(path[0]) or ()))
                for path, at in rows.items()
                if at == 0
            )
        for path, at in rows.items():
            if at > 0:
                self._behind(form, record_ids, path, at)

    def _rows_at(self, form: str, path: tuple[str, ...]) -> int | None:
        """Return where a path goes through a sub-table to one of its columns; no statement can follow it there."""
        for at, key in enumerate(path[:-1]):
            shape = self._desk.app.shapes.get(form)
            field = shape.field(key) if shape is not None else None
            if field is None:
                return None
            if field.value_type == "rows":
                return at
            form = str(field.config.get("to", ""))
        return None

    def _of_rows(self, form: str, path: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
        """Return a column of rows, or what it leads to."""
        values = [row.get(path[1]) for row in rows]
        if len(path) == 2:
            return values
        inner = self._desk.app.shapes[form].fields[path[0]].rows
        column = inner.field(path[1]) if inner is not None else None
        target = str(column.config.get("to", "")) if column is not None else ""
        return [None if one is None else self.value(target, one, path[2:]) for one in values]

    def _behind(self, form: str, record_ids: tuple[str, ...], path: tuple[str, ...], at: int) -> None:
        """Follow the links first, then the rows of what they lead to."""
        target = form
        for key in path[:at]:
            field = self._desk.app.shapes[target].field(key)
            target = str(field.config.get("to", "")) if field is not None else ""
        for record_id in record_ids:
            led = self.value(form, record_id, path[:at])
            ids = led if isinstance(led, tuple | list) else () if led is None else (led,)
            found = [one for each in ids for one in self.value(target, each, path[at:]) or ()]
            self._known.setdefault((form, record_id), {})[path] = found

    def forget(self, form: str, record_id: str) -> None:
        """Forget a record that has just been written."""
        self._known.pop((form, record_id), None)

    def _usual(self, form: str) -> set[tuple[str, ...]]:
        return self._desk.follows.get(form, set())


def followed_paths(app: AppPlan) -> Mapping[str, set[tuple[str, ...]]]:
    """Return, for each form, the paths that formulas of other forms read of its records."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for plan in app.forms.values():
        for made in (prepared(plan), *prepared(plan).rows.values()):
            for target, paths in made.follows().items():
                found.setdefault(target, set()).update(paths)
    return found
