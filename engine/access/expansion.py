"""What stands beside a page of records: titles of linked records and names of people, and sub-table rows.

One statement for each linked form and each sub-table, whatever the number of records.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.access.account_tables import USERS
from engine.access.binds import is_one_of, listed, prepare
from engine.access.columns import Output, Reading
from engine.access.context import RecordContext
from engine.access.core import Core
from engine.access.levels import WRITE, Condition, Level
from engine.access.masking import DOTS
from engine.access.query import Record, RecordQuery, seal_query
from engine.access.sql_fields import Moment, SqlFields
from engine.access.statements import Plan
from engine.access.titles import PEOPLE, Labels, Linked, linked_statement, title_field
from engine.access.type_scope import ShapeTypes, walk
from engine.definitions.shape import FieldShape, FormShape
from engine.expressions import Checked, check, evaluate, parse
from engine.masks import mask
from engine.problems import Rejected
from engine.text import Words, say

NO_ACCESS: Words = {"zh": "（无权查看）", "en": "(no access)"}
"""Stands for a linked record that the asker may not see, or that is not there: nobody can tell which."""
NOBODY: Mapping[str, Words] = {
    "system": {"zh": "系统", "en": "The system"},
    "public": {"zh": "访客", "en": "A visitor"},
}
"""What stands in a person field where no person acted."""
LINKS: Mapping[str, str] = {"reference": "one", "references": "many", "person": "one", "persons": "many"}


class Expansion(Core):
    """Labels and rows beside records."""

    def labels(self, form: str, ids: Iterable[str]) -> dict[str, str]:
        """Return the titles of records by id ("user": names of people); what may not be seen has a neutral one."""
        wanted = tuple(dict.fromkeys(ids))
        found = {key: self._stand_in(form, key) for key in wanted}
        if not wanted or self.actor.kind == "public":
            return found
        titles = self._people(wanted) if form == PEOPLE else self._titles(form, wanted)
        return {**found, **self._named(form, [key for key in wanted if key not in titles]), **titles}

    def _named(self, form: str, ids: Sequence[str]) -> dict[str, str]:
        """Return masked name and number of those records that a role lets links name, though they do not open."""
        if not ids or form == PEOPLE or self.rights.row(form, "named") == self.rights.row(form, "view"):
            return {}
        return {
            record_id: " · ".join(part for part in (mask(title, "name") or "", number) if part)
            for record_id, (title, number) in self._titled_records(form, tuple(ids), "named").items()
        }

    def _stand_in(self, form: str, key: str) -> str:
        """Return what is said of a link whose title is not to be had."""
        return say(NOBODY.get(key, NO_ACCESS) if form == PEOPLE else NO_ACCESS, self.actor.lang)

    def linked(self, wanted: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Linked]]:
        """Return those of many records of several forms ("user": people) that the asker may link to, by form and id.

        One statement for all; a form whose titles take more than that is left out, and so is one he may not see.
        """
        forms = tuple(sorted(form for form in wanted if self._is_plainly_titled(form)))
        if not forms or self.actor.kind == "public":
            return {}

        def build(moment: Moment) -> Any:
            def asker(form: str) -> SqlFields:
                return SqlFields(moment, self.policy.tables[form], None, self.rights, joined=False)

            return linked_statement(moment, asker, forms, self.guard)

        prepared = self.kept(("linked", forms, self.rights.signature), build)
        ids = {f"ids_{form}": listed(tuple(wanted[form]), self.moment.dialect) for form in forms}
        params = prepared.params({**self.moment.values, **ids})
        found: dict[str, dict[str, Linked]] = {form: {} for form in forms}
        rows = self.unit.execute(
            seal_query(forms[0], prepared.text, params, lambda rows, _keys: [{"row": row} for row in rows])
        )
        for form, record_id, title, number, is_live in (one["row"] for one in rows):
            found[form][record_id] = Linked(title or number or "", bool(is_live))
        return found

    def title_within(self, form: str, record: Mapping[str, Any]) -> str | None:
        """Return the title of a record read for this asker, where its own values tell it; None where not."""
        found = None if self.actor.kind == "public" else self._plain_title(form)
        if found is None or found[0] not in record or (found[1] and "no" not in record):
            return None
        return record[found[0]] or (record["no"] if found[1] else "") or ""

    def _is_plainly_titled(self, form: str) -> bool:
        return form == PEOPLE or self._plain_title(form) is not None

    def _plain_title(self, form: str) -> tuple[str, bool] | None:
        """Return `title_field` of a form, worked out once for each set of roles."""
        place = ("titled", form, self.rights.signature)
        known: tuple[str, bool] | bool | None = self.policy.settled.get(place)
        if known is None:
            may = self.guard.may_view(form)
            known = (title_field(self.guard, self.policy.shapes[form]) if may else None) or False
            self.policy.settled.put(place, known)
        return None if isinstance(known, bool) else known

    def _people(self, ids: tuple[str, ...]) -> dict[str, str]:
        def build(moment: Moment) -> Any:
            chosen = select(USERS.c.id, USERS.c.name).where(is_one_of(USERS.c.id, "ids", moment.dialect))
            return prepare(chosen, moment.dialect)

        prepared = self.kept(("people",), build)
        params = prepared.params({"ids": listed(ids, self.moment.dialect)})
        scoped = seal_query(
            PEOPLE,
            prepared.text,
            params,
            lambda rows, _keys: [{"id": row[0], "name": row[1]} for row in rows],
        )
        return {row["id"]: row["name"] for row in self.unit.execute(scoped)}

    def _titles(self, form: str, ids: tuple[str, ...]) -> dict[str, str]:
        found = self._titled_records(form, ids, "view")
        return {record_id: title or number for record_id, (title, number) in found.items()}

    def _titled_records(self, form: str, ids: tuple[str, ...], verb: str) -> dict[str, tuple[str, str]]:
        """Return title and number, each "" where there is none to be read, of the records that the verb reaches."""
        shape = self.policy.shapes.get(form)
        if shape is None or not self.rights.verb(form, "view"):
            return {}
        title, paths = self._title(shape)
        plan = Plan(form, ("id", *paths), None, (), None, (), None, None, (), (), True, verb, (), True)
        statement = self.statement(plan)
        values = {**self.moment.values, "ids": listed(ids, self.moment.dialect), "limit": len(ids)}
        scoped = seal_query(form, statement.prepared.text, statement.prepared.params(values), statement.read)
        records = self.unit.execute(scoped)
        if len(paths) == 2 and shape.title == "{" + paths[0] + "}":
            name = paths[0]
            words = self._option_words(shape, name)
            made = [str(words.get(r.get(name)) or r.get(name) or "") for r in records]
        else:
            made = [self._titled(shape, title, record) for record in records]
        return {r["id"]: (text, str(r.get("no") or "")) for r, text in zip(records, made, strict=True)}

    def _option_words(self, shape: FormShape, path: str) -> dict[Any, str]:
        """Return what the options of a choice are called, in the asker's language; nothing for other fields."""
        steps = walk(self.policy.shapes, shape, tuple(path.split("."))) or ()
        field = steps[-1][1] if steps else None
        if field is None or field.value_type != "choice":
            return {}
        return {one["key"]: say(one.get("label"), self.actor.lang) for one in field.config.get("options", ())}

    def _title(self, shape: FormShape) -> tuple[Checked | None, tuple[str, ...]]:
        """Return a form's title formula and the paths of it that the asker sees something of, `no` last."""

        def build(_moment: Moment) -> tuple[Checked | None, tuple[str, ...]]:
            title: Checked | None = None
            wanted: set[tuple[str, ...]] = set()
            if shape.title is not None:
                title = check(parse(shape.title), ShapeTypes(self.policy.shapes, shape))
                wanted = set(title.fields)
            paths = [".".join(path) for path in sorted(wanted)] + ["no"]
            return title, tuple(dict.fromkeys(path for path in paths if self._is_seen(shape, path)))

        found: tuple[Checked | None, tuple[str, ...]] = self.kept(
            ("title", shape.key, self.rights.signature), build
        )
        return found

    def _is_seen(self, shape: FormShape, path: str) -> bool:
        steps = walk(self.policy.shapes, shape, tuple(path.split(".")))
        if steps is None or any(field.value_type in ("rows", "references") for _, field in steps):
            return False
        try:
            self.guard.see(shape, path)
        except Rejected:
            return False
        return True

    def _titled(self, shape: FormShape, title: Checked | None, record: Record) -> str:
        if title is None:
            return ""
        made = evaluate(title, _Flat(shape, record, self.actor, self.unit.now))
        return made if isinstance(made, str) and made.strip() else ""

    def page_labels(
        self, query: RecordQuery, records: Sequence[Record], known: Labels, paths: frozenset[str]
    ) -> dict[str, dict[str, str]]:
        """Return the labels of everything that the records of a page link to, by form and id.

        `known`: the titles behind the links at `paths`, which came along with the records.
        """
        found = {
            form: {
                **{
                    key: self._stand_in(form, key) if title is None else title
                    for key, title in titles.items()
                },
                **self._named(form, [key for key, title in titles.items() if title is None]),
            }
            for form, titles in known.items()
        }
        wanted: dict[str, dict[str, None]] = {}
        for path, target, field in self._links(query.form, tuple(records[0])) if records else ():
            if path in paths:
                continue
            if field.rows is not None:
                self._row_links(field.rows, path, records, wanted)
                continue
            _note(wanted.setdefault(target, {}), field, [record.get(path) for record in records])
        for path, copies in self._copies(query.form, tuple(records[0])) if records else ():
            _note_copies(wanted, copies, [record.get(path) for record in records])
        unknown: dict[str, list[str]] = {}
        for form, ids in wanted.items():
            ids.pop(DOTS, None)
            if rest := [one for one in ids if one not in found.get(form, ())]:
                unknown[form] = rest
        for form, ids_ in unknown.items():
            found.setdefault(form, {}).update(self.labels(form, ids_))
        return found

    def _row_links(
        self, rows: FormShape, path: str, records: Sequence[Record], wanted: dict[str, dict[str, None]]
    ) -> None:
        for key, field in rows.fields.items():
            if field.value_type not in LINKS:
                continue
            values = [row.get(key) for record in records for row in record.get(path) or ()]
            _note(wanted.setdefault(_target(field), {}), field, values)

    def _links(self, form: str, paths: tuple[str, ...]) -> tuple[tuple[str, str, FieldShape], ...]:
        """Return those of `paths` that lead to other records, with the form they lead to."""
        place = ("links", form, paths)
        known: tuple[tuple[str, str, FieldShape], ...] | None = self.policy.settled.get(place)
        if known is None:
            shape = self.policy.shapes[form]
            known = tuple((path, *link) for path in paths if (link := self._link(shape, path)) is not None)
            self.policy.settled.put(place, known)
        return known

    def _copies(self, form: str, paths: tuple[str, ...]) -> tuple[tuple[str, tuple["_Copy", ...]], ...]:
        """Return those of `paths` that are snapshots, with the links kept in them."""
        place = ("copies", form, paths)
        known: tuple[tuple[str, tuple[_Copy, ...]], ...] | None = self.policy.settled.get(place)
        if known is None:
            shape = self.policy.shapes[form]
            known = tuple((path, copies) for path in paths if (copies := tuple(self._copied(shape, path))))
            self.policy.settled.put(place, known)
        return known

    def _copied(self, shape: FormShape, path: str) -> Iterator["_Copy"]:
        *way, key = path.split(".")
        steps = walk(self.policy.shapes, shape, tuple(way)) if way else None
        here: FormShape | None = shape
        if steps:
            here = self.policy.shapes.get(str(steps[-1][1].config.get("to")))
        field = here.field(key) if here is not None else None
        for kept in field.kept if here is not None and field is not None else ():
            found = walk(self.policy.shapes, here, tuple(kept.split("."))) if here is not None else None
            end = found[-1][1] if found else None
            if end is not None and end.rows is not None:
                inner = end.rows.fields.values()
                yield from (_Copy(kept, one.key, _target(one)) for one in inner if one.value_type in LINKS)
            elif end is not None and end.value_type in LINKS:
                yield _Copy(kept, None, _target(end))

    def _link(self, shape: FormShape, path: str) -> tuple[str, FieldShape] | None:
        field: FieldShape | None = None
        here: FormShape | None = shape
        for key in path.split("."):
            field = here.field(key) if here is not None else None
            if field is None:
                return None
            here = self.policy.shapes.get(str(field.config.get("to")))
        if field is None or (field.rows is None and field.value_type not in LINKS):
            return None
        return _target(field), field

    def add_rows(self, query: RecordQuery, records: Sequence[Record]) -> None:
        """Add the rows of every sub-table that the query asks for."""
        shape = self.policy.shapes[query.form]
        wanted = query.fields or tuple(self.guard.visible(shape))
        for key in wanted:
            field = shape.field(key)
            if field is not None and field.rows is not None and records:
                self.guard.see(shape, key)
                found = self._rows_of(shape, field, [r["id"] for r in records], query.python)
                for record in records:
                    if record["id"] in found:
                        record[key] = found[record["id"]]
                    elif self.rights.effective(shape.key, key).floor is not Level.NONE:
                        record[key] = []

    def _rows_of(
        self, shape: FormShape, field: FieldShape, ids: Sequence[str], python: bool
    ) -> dict[str, list[Record]]:
        prepared, read = self.kept(
            ("rows", shape.key, field.key, self.rights.signature, python),
            lambda moment: self._rows_statement(moment, shape, field, python),
        )
        params = prepared.params({**self.moment.values, "ids": listed(tuple(ids), self.moment.dialect)})
        found: dict[str, list[Record]] = {}
        for row in self.unit.execute(seal_query(shape.key, prepared.text, params, read)):
            of = row.pop("_of")
            if "id" in row:
                found.setdefault(of, []).append(row)
        return found

    def _rows_statement(self, moment: Moment, shape: FormShape, field: FieldShape, python: bool) -> Any:
        tables = self.policy.tables[shape.key]
        outer = SqlFields(moment, tables)
        child = tables.rows[field.key]
        rows = SqlFields(moment, child, None, self.rights, parent=outer)
        assert field.rows is not None
        level = self.rights.effective(shape.key, field.key)
        columns = [rows.table.c.record_id.label("_of"), rows.table.c.id.label("id")]
        outputs = [
            Output("_of", FieldShape("id", "text"), WRITE),
            Output("id", FieldShape("id", "text"), level),
        ]
        for key, inner in field.rows.fields.items():
            have = level.meet(self.rights.effective(shape.key, f"{field.key}.{key}"))
            if have.ceiling is Level.NONE:
                continue
            sealed = (child.table.name, key) if inner.sensitive else None
            column = rows.table.c[key] if inner.sensitive else rows.column((key,))
            columns.append(column.label(key))
            outputs.append(Output(key, inner, have, sealed=sealed))
        marks: dict[tuple[str, Condition], str] = {}
        for one in sorted({c for o in outputs for c in o.level.conditions()}, key=lambda c: c.text):
            marks["", one] = f"_m{len(marks)}"
            columns.append(outer.condition(one).label(marks["", one]))
        # The record stands beside its rows: conditions are about it, and its values may be asked for.
        source = rows.table.join(outer.table, rows.table.c.record_id == outer.table.c.id)
        for table, on in (*rows.joins, *outer.joins):
            source = source.outerjoin(table, on)
        wanted = is_one_of(rows.table.c.record_id, "ids", moment.dialect)
        statement = select(*columns).select_from(source).where(wanted)
        statement = statement.order_by(rows.table.c.record_id, rows.table.c.position)
        names = tuple(str(column.name) for column in columns)
        reading = Reading(names, tuple(outputs), marks, moment.dialect, python)
        return prepare(statement, moment.dialect), reading.compiled()


@dataclass(frozen=True, slots=True)
class _Copy:
    """A link inside a snapshot: under which name, in which column of rows, and the form it leads to."""

    name: str
    column: str | None
    target: str


def _note_copies(
    wanted: dict[str, dict[str, None]], copies: Iterable[_Copy], snapshots: Iterable[Any]
) -> None:
    """Add the ids of the links kept in snapshots; a masked snapshot is a text."""
    for snapshot in snapshots:
        values = snapshot.get("values") if isinstance(snapshot, Mapping) else None
        if not isinstance(values, Mapping):
            continue
        for copy in copies:
            held = values.get(copy.name)
            parts: list[Any] = held if isinstance(held, list) else [held]
            if copy.column is not None:
                parts = [row.get(copy.column) for row in parts if isinstance(row, Mapping)]
            ids = wanted.setdefault(copy.target, {})
            for part in parts:
                each = part if isinstance(part, list) else [part]
                ids.update(dict.fromkeys(one for one in each if isinstance(one, str)))


def _target(field: FieldShape) -> str:
    return PEOPLE if field.value_type in ("person", "persons") else str(field.config.get("to"))


def _note(ids: dict[str, None], field: FieldShape, values: Iterable[Any]) -> None:
    """Add the ids in the values of a link field; a masked list is a text."""
    if LINKS[field.value_type] == "one":
        ids.update(dict.fromkeys(values))
    else:
        for value in values:
            if value is not None and not isinstance(value, str):
                ids.update(dict.fromkeys(value))
    ids.pop(None, None)  # type: ignore[call-overload]  # blanks came along


class _Flat(RecordContext):
    """A record read by a statement: paths through links are its keys."""

    def value(self, path: tuple[str, ...]) -> Any:
        return self._values.get(".".join(path))
