"""What changing the forms does to the tables, said before it is done: steps with row counts and samples.

Nothing is dropped: a removed field's column stays and is listed as archived, a retyped field keeps its old column
beside the new one, a removed form keeps its tables. Only `purge` (see `applying.py`) lets go of archived data.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from sqlalchemy import and_, func, inspect, select
from sqlalchemy.engine import Connection

from engine.definitions.shape import FieldShape
from engine.definitions.tables import FormTables, Tables, column_type, has_items, shadows, unique_column
from engine.store.changes.conversion import UnconvertibleError, convert, signature
from engine.store.codec import SEARCH_KEYS
from engine.store.platform import ARCHIVED
from engine.store.unit import Unit
from engine.text import Words

SAMPLES = 20
PORTION = 1000

SENTENCES: Mapping[str, Words] = {
    "add_form": {"zh": "新建表单“{form}”", "en": "Add the form “{form}”"},
    "remove_form": {
        "zh": "停用表单“{form}”：{rows} 条记录保留并归档",
        "en": "Retire the form “{form}”: its {rows} records are kept, archived",
    },
    "restore_form": {
        "zh": "恢复表单“{form}”及其 {rows} 条记录",
        "en": "Bring back the form “{form}” with its {rows} records",
    },
    "add_field": {"zh": "“{form}”新增字段“{field}”", "en": "“{form}”: add the field “{field}”"},
    "restore_field": {
        "zh": "“{form}”恢复字段“{field}”，{rows} 条记录的原值重新可见",
        "en": "“{form}”: bring back “{field}”; {rows} records show their old values again",
    },
    "remove_field": {
        "zh": "“{form}”移除字段“{field}”：{rows} 条记录中的值隐藏并归档",
        "en": "“{form}”: remove “{field}”; its values in {rows} records are hidden and archived",
    },
    "retype": {
        "zh": "“{form}”的“{field}”改变类型：{rows} 个值将转换，{failing} 个无法转换（保留备查）",
        "en": "“{form}”: “{field}” changes its type; {rows} values convert, {failing} cannot (kept in a list)",
    },
    "relabel": {"zh": "“{form}”的“{field}”改名", "en": "“{form}”: “{field}” gets a new label"},
    "tighten_unique": {
        "zh": "“{form}”的“{field}”改为不可重复：{failing} 条记录重复",
        "en": "“{form}”: “{field}” must be unique; {failing} records repeat a value",
    },
    "tighten_required": {
        "zh": "“{form}”的“{field}”改为必填：{failing} 条记录为空",
        "en": "“{form}”: “{field}” becomes required; it is blank in {failing} records",
    },
    "tighten_options": {
        "zh": "“{form}”的“{field}”减少选项：{failing} 条记录用到已去掉的选项",
        "en": "“{form}”: “{field}” has fewer options; {failing} records use one that goes",
    },
    "reindex": {"zh": "“{form}”的“{field}”重建索引", "en": "“{form}”: index “{field}” anew"},
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One record that a step fails on, and its value as text."""

    record_id: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `form`: a form's key, of a sub-table `bill.items`. `rows` it touches, `failing` rows it cannot do.

    `is_blocking`: the step cannot be applied until the failing rows are put right.
    """

    kind: str
    form: str
    field: str | None = None
    rows: int = 0
    failing: int = 0
    samples: tuple[Sample, ...] = ()
    is_blocking: bool = False
    names: Mapping[str, Words] = default(default_factory=dict)

    def words(self, lang: str) -> str:
        """Return the step as a sentence."""
        text = SENTENCES[self.kind][lang]
        for name in ("form", "field"):
            text = text.replace(
                "{" + name + "}", self.names.get(name, {}).get(lang) or getattr(self, name) or ""
            )
        return text.replace("{rows}", str(self.rows)).replace("{failing}", str(self.failing))

    def to_json(self) -> dict[str, Any]:
        """Return what the designer shows."""
        return {
            "kind": self.kind,
            "form": self.form,
            "field": self.field,
            "rows": self.rows,
            "failing": self.failing,
            "is_blocking": self.is_blocking,
            "samples": [{"record_id": s.record_id, "value": s.value} for s in self.samples],
            "words": {lang: self.words(lang) for lang in ("zh", "en")},
        }


@dataclass(frozen=True)
class ChangePlan:
    """All steps from one app version's tables to another's."""

    old: Tables | None
    new: Tables
    steps: tuple[Step, ...]

    @property
    def is_blocked(self) -> bool:
        return any(step.is_blocking for step in self.steps)


def plan_changes(
    unit: Unit, old: Tables | None, new: Tables, newly_required: Collection[tuple[str, str]] = ()
) -> ChangePlan:
    """Return what publishing `new` over `old` does to the tables. `newly_required`: (form, field) pairs."""
    planner = _Planner(unit, set(newly_required))
    return ChangePlan(old, new, tuple(planner.steps(old or {}, new)))


def existing_columns(unit: Unit) -> dict[str, set[str]]:
    """Return the columns of every table in the workspace."""
    inspector = inspect(unit.connection)
    schema = unit.workspace.room.schema
    found = inspector.get_multi_columns(schema=schema)
    return {table: {c["name"] for c in columns} for (_, table), columns in found.items() if table}


def shape_json(fields: Iterable[FieldShape]) -> str:
    """Return what is noted of archived fields, enough to know their columns again."""
    kept = {
        one.key: {
            "value_type": one.value_type,
            "config": _plain(one.config),
            "label": dict(one.label),
            "sensitive": one.sensitive,
            "structure": one.structure,
        }
        for one in fields
    }
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def archived_shape(connection: Connection, table: str, column: str, key: str) -> FieldShape | None:
    """Return the shape of the field that left this column, alone or with its whole table; None where none did."""
    a = ARCHIVED.c
    # A retyped column lies under another name; a retyped sub-table stays where it is.
    whole = a.column_name.is_(None)
    here = (a.table_name == table) & (whole | ((a.column_name == column) & (a.kind != "retyped")))
    query = select(a.shape).where(here, a.restored_at.is_(None), a.purged_at.is_(None)).order_by(a.id.desc())
    for (text,) in connection.execute(query):
        found = noted_shape(text, key)
        if found is not None:
            return found
    return None


def noted_shape(text: str, key: str) -> FieldShape | None:
    """Return the shape of a field as `shape_json` noted it."""
    kept = json.loads(text).get(key)
    if kept is None:
        return None
    own = {"sensitive": kept["sensitive"], "structure": kept["structure"]}
    return FieldShape(key, kept["value_type"], kept["config"], kept["label"], **own)


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a config what JSON can hold; compiled things in it do not matter to storage."""
    found = {}
    for key, value in config.items():
        try:
            found[key] = json.loads(json.dumps(value))
        except TypeError:
            continue
    return found


def matched(
    old: Mapping[str, FormTables], new: Mapping[str, FormTables], above: str = ""
) -> Iterator[tuple[str, FormTables | None, FormTables | None]]:
    """Yield (name, old tables, new tables) of every form and sub-table in either version."""
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        yield above + key, before, after
        if after is not None:
            yield from matched(before.rows if before is not None else {}, after.rows, f"{above}{key}.")


class _Planner:
    def __init__(self, unit: Unit, newly_required: set[tuple[str, str]]) -> None:
        self.unit, self.required = unit, newly_required
        self.columns = existing_columns(unit)
        self.connection = unit.connection

    def steps(self, old: Mapping[str, FormTables], new: Mapping[str, FormTables]) -> Iterator[Step]:
        for name, before, after in matched(old, new):
            if after is None and before is not None and "." not in name:
                yield self._form_step("remove_form", name, before, self._count(before))
            elif before is None and after is not None and "." not in name:
                known = after.table.name in self.columns
                yield self._form_step(
                    "restore_form" if known else "add_form", name, after, self._count(after) if known else 0
                )
            elif before is not None and after is not None:
                yield from self._fields(name, before, after)

    def _form_step(self, kind: str, name: str, tables: FormTables, rows: int) -> Step:
        return Step(kind, name, rows=rows, names={"form": tables.shape.name})

    def _count(self, tables: FormTables) -> int:
        return self.connection.execute(select(func.count()).select_from(tables.table)).scalar_one()

    def _fields(self, name: str, old: FormTables, new: FormTables) -> Iterator[Step]:
        for key in dict.fromkeys((*old.shape.fields, *new.shape.fields)):
            before, after = old.shape.fields.get(key), new.shape.fields.get(key)
            words = {"form": new.shape.name, "field": (after or before or _NOTHING).label}
            if before is None and after is not None:
                yield self._added(name, new, after, words)
            elif after is None and before is not None:
                yield Step("remove_field", name, key, self._filled(old, before), names=words)
            elif before is not None and after is not None:
                yield from self._changed(name, old, new, before, after, words)

    def _added(self, name: str, new: FormTables, after: FieldShape, words: Mapping[str, Words]) -> Step:
        column = new.table.c.get(after.key)
        if column is not None and column.name in self.columns.get(new.table.name, ()):
            archived = archived_shape(self.connection, new.table.name, column.name, after.key)
            if archived is not None and signature(archived) == signature(after):
                return Step("restore_field", name, after.key, self._filled(new, after), names=words)
        if after.rows is not None and new.rows[after.key].table.name in self.columns:
            rows = self._count(new.rows[after.key])
            return Step("restore_field", name, after.key, rows, names=words)
        return Step("add_field", name, after.key, names=words)

    def _changed(
        self,
        name: str,
        old: FormTables,
        new: FormTables,
        before: FieldShape,
        after: FieldShape,
        words: Mapping[str, Words],
    ) -> Iterator[Step]:
        if dict(before.label) != dict(after.label):
            yield Step("relabel", name, after.key, names=words)
        if signature(before) != signature(after):
            yield self._retype(name, old, before, after, words)
            return
        if column_type(after) is None:
            return
        if needs_reindex(before, after):
            yield Step("reindex", name, after.key, self._filled(old, before), names=words)
        if after.unique is not None and after.unique != before.unique:
            yield self._unique(name, old, after, words)
        gone = _options(before) - _options(after) if _options(after) else frozenset()
        if gone:
            yield self._fewer_options(name, old, after, gone, words)
        if (name, after.key) in self.required:
            yield self._required(name, old, after, words)

    def _filled(self, tables: FormTables, shape: FieldShape) -> int:
        if shape.rows is not None:
            child = tables.rows[shape.key].table
            return self.connection.execute(select(func.count(child.c.record_id.distinct()))).scalar_one()
        column = tables.table.c.get(shape.key)
        return 0 if column is None else self.connection.execute(select(func.count(column))).scalar_one()

    def _retype(
        self, name: str, old: FormTables, before: FieldShape, after: FieldShape, words: Mapping[str, Words]
    ) -> Step:
        rows = failing = 0
        samples: list[Sample] = []
        for record_id, value in self._values(old, before):
            rows += 1
            try:
                convert(value, before, after)
            except UnconvertibleError as error:
                failing += 1
                if len(samples) < SAMPLES:
                    samples.append(Sample(record_id, "" if before.sensitive else error.text[:200]))
        return Step("retype", name, after.key, rows, failing, tuple(samples), names=words)

    def _values(self, tables: FormTables, shape: FieldShape) -> Iterator[tuple[str, Any]]:
        """Yield (record id, value) of every record where the field is filled."""
        codec = self.unit.workspace.codec(tables)
        if shape.rows is not None:
            child = tables.rows[shape.key].table
            ids = self.connection.execute(select(child.c.record_id).distinct()).scalars().all()
            yield from ((one, ()) for one in ids)
            return
        column = tables.table.c.get(shape.key)
        if column is None:
            return
        identity, after = tables.table.c.id, ""
        while True:
            query = select(identity, column).where(identity > after, column.is_not(None))
            rows = self.connection.execute(query.order_by(identity).limit(PORTION)).all()
            for record_id, value in rows:
                yield record_id, codec.unseal(shape, value, record_id) if shape.sensitive else value
            if len(rows) < PORTION:
                return
            after = rows[-1][0]

    def _unique(self, name: str, old: FormTables, after: FieldShape, words: Mapping[str, Words]) -> Step:
        """Count by folded values, as the unique column will hold them; the column may not exist yet."""
        keys = [*(after.unique or ()), after.key]
        shapes = [s for k in keys if (s := old.shape.field(k)) is not None and k in old.table.c]
        seen: dict[tuple[Any, ...], int] = {}
        found: list[tuple[str, tuple[Any, ...]]] = []
        if len(shapes) == len(keys):
            for record_id, values in self._live(old, shapes):
                seen[values] = seen.get(values, 0) + 1
                found.append((record_id, values))
        repeated = [(record_id, values) for record_id, values in found if seen[values] > 1]
        samples = tuple(Sample(i, "" if after.sensitive else str(v[-1])[:200]) for i, v in repeated[:SAMPLES])
        failing = len(repeated)
        return Step("tighten_unique", name, after.key, len(found), failing, samples, failing > 0, words)

    def _live(self, tables: FormTables, shapes: list[FieldShape]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        table, codec = tables.table, self.unit.workspace.codec(tables)
        columns = [table.c[s.key] for s in shapes]
        wanted = [c.is_not(None) for c in columns]
        if "deleted_at" in table.c:
            wanted.append(table.c.deleted_at.is_(None))
        for row in self.connection.execute(
            select(table.c.id, *columns).where(and_(*wanted)).order_by(table.c.id)
        ):
            values = []
            for shape, raw in zip(shapes, row[1:], strict=True):
                value = codec.unseal(shape, raw, row[0]) if shape.sensitive else raw
                folds = (isinstance(value, str) and unique_column(shape) != shape.key) or shape.key == shapes[
                    -1
                ].key
                values.append(SEARCH_KEYS["code"](value) if folds and isinstance(value, str) else value)
            yield row[0], tuple(values)

    def _fewer_options(
        self, name: str, old: FormTables, after: FieldShape, gone: frozenset[str], words: Mapping[str, Words]
    ) -> Step:
        failing, samples = 0, list[Sample]()
        for record_id, value in self._values(old, old.shape.fields[after.key]):
            used = {value} if isinstance(value, str) else set(value)
            if used & gone:
                failing += 1
                if len(samples) < SAMPLES:
                    samples.append(Sample(record_id, ", ".join(sorted(used & gone))))
        return Step("tighten_options", name, after.key, failing, failing, tuple(samples), names=words)

    def _required(self, name: str, old: FormTables, after: FieldShape, words: Mapping[str, Words]) -> Step:
        column, identity = old.table.c[after.key], old.table.c.id
        blank = [column.is_(None)]
        if "deleted_at" in old.table.c:
            blank.append(old.table.c.deleted_at.is_(None))
        count = self.connection.execute(
            select(func.count()).select_from(old.table).where(*blank)
        ).scalar_one()
        ids = self.connection.execute(
            select(identity).where(*blank).order_by(identity).limit(SAMPLES)
        ).scalars()
        samples = tuple(Sample(i, "") for i in ids)
        return Step("tighten_required", name, after.key, count, count, samples, names=words)


_NOTHING = FieldShape("", "text")


def needs_reindex(before: FieldShape, after: FieldShape) -> bool:
    """Tell whether shadow columns or item rows must be worked out again though the value stays."""
    has_new_shadow = bool(shadows(after).keys() - shadows(before).keys())
    return (
        has_new_shadow
        or (before.search != after.search and "s" in shadows(after))
        or (has_items(after) and before.item_columns != after.item_columns)
    )


def _options(shape: FieldShape) -> frozenset[str]:
    options = shape.config.get("options")
    if shape.value_type not in ("choice", "choices") or not isinstance(options, list | tuple):
        return frozenset()
    return frozenset(one["key"] if isinstance(one, Mapping) else one for one in options)
