"""Writing: which records may be written, which fields, and where a new record may go. Nothing is dropped silently."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, select

from engine.access.binds import bound, prepare
from engine.access.context import RecordContext
from engine.access.copies import ids_of, noted
from engine.access.core import Core
from engine.access.levels import Condition, FieldLevel, Level
from engine.access.masking import mask
from engine.access.query import Record, ScopedQuery, ScopedWrite, WriteVerb, seal_query, seal_write
from engine.access.row_sql import row_holds
from engine.access.rules import RowRule
from engine.access.sql_fields import Moment, SqlFields
from engine.access.type_scope import walk
from engine.definitions.shape import SYSTEM_FIELDS, FieldShape, FormShape
from engine.expressions import holds
from engine.problems import Code, Forbidden, Problem, Rejected, pointer

VERB_REFUSED = Code(
    "access.verb_refused",
    zh="您的角色不能对“{form}”做此操作：{verb}",
    en="Your role does not allow this on “{form}”: {verb}",
    hint_zh="如果您需要，请管理员调整角色权限",
    hint_en="If you need it, ask an administrator to change the role",
)
OUT_OF_SCOPE = Code(
    "access.out_of_scope",
    zh="按您的数据范围，不能新建这样的“{form}”",
    en="Such a “{form}” would be outside the records you may create",
    hint_zh="请检查分院和负责人；范围规则：{rules}",
    hint_en="Check branch and owner; your rule: {rules}",
)
NOT_WRITABLE = Code(
    "access.field_not_writable",
    zh="您不能填写或修改“{label}”",
    en="You may not fill in or change “{label}”",
    hint_zh="去掉这一项后再保存",
    hint_en="Leave it out and save again",
)
NO_REVEAL = Code(
    "access.no_reveal",
    zh="您不能查看“{label}”的完整内容",
    en="You may not see all of “{label}”",
    hint_zh="如果您需要，请管理员为您的角色开通查看权",
    hint_en="If you need it, ask an administrator for the right to reveal",
)
RULE_VERBS: Mapping[str, tuple[WriteVerb, str]] = {
    "insert": ("insert", "create"),
    "import": ("insert", "import"),
    "update": ("update", "edit"),
    "delete": ("delete", "delete"),
    "restore": ("restore", "restore"),
    "purge": ("purge", "purge"),
}
VERB_WORDS: Mapping[str, Mapping[str, str]] = {
    "view": {"zh": "查看", "en": "view"},
    "create": {"zh": "新建", "en": "create"},
    "edit": {"zh": "修改", "en": "edit"},
    "delete": {"zh": "删除", "en": "delete"},
    "export": {"zh": "导出", "en": "export"},
    "print": {"zh": "打印", "en": "print"},
    "import": {"zh": "导入", "en": "import"},
    "approve": {"zh": "审批", "en": "approve"},
    "restore": {"zh": "恢复", "en": "restore"},
    "purge": {"zh": "彻底清除", "en": "purge"},
}
REVEALED = frozenset({"phone", "id", "name"})
"""Mask classes that can be revealed one at a time; what the others conceal needs the right itself."""
DAILY_REVEALS = 50


@dataclass(frozen=True, slots=True)
class Revealed:
    """A value behind its mask, and how many of them a day the asker may see."""

    value: Any
    daily: int


class Writing(Core):
    """The writing half of the gate."""

    def write(self, form: str, verb: str) -> ScopedWrite:
        """Return the right to `insert`, `import`, `update`, `delete`, `restore` or `purge` records of a form."""
        shape = self.guard.form(form, "view" if self.rights.verb(form, "view") else "create")
        written, asked = RULE_VERBS[verb]
        rule = self.rights.row(form, asked)
        if rule.is_none:
            raise Forbidden(VERB_REFUSED.at("", form=shape.name, verb=VERB_WORDS[asked]))
        tables = self.policy.tables[form]
        fields = SqlFields(self.moment, tables, None, None, joined=False)
        predicate = None if written == "insert" else fields.reached(rule)
        return seal_write(form, written, tables, predicate, self.actor)

    def check(
        self,
        write: ScopedWrite,
        given: Iterable[str],
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
        verb: str = "create",
    ) -> None:
        """Refuse what the asker may not write. Rejected or Forbidden with every problem.

        `given`: the keys the asker named (not what rules computed); `before`: the stored record, None for a new one;
        `after`: all values as they will be. A new record must lie where the asker may create.
        """
        shape = self.policy.shapes[write.form]
        state = after if before is None else before
        free = self._free(shape)
        problems = [
            problem
            for key in given
            if key not in free
            for problem in self._unwritable(shape, key, state, before, after)
        ]
        if problems:
            raise Forbidden(problems)
        rule = self.rights.row(write.form, verb)
        if before is None and not self.holds(rule, shape, after):
            words = " / ".join(dict.fromkeys(source.text for source in rule.sources))
            raise Forbidden(OUT_OF_SCOPE.at("", form=shape.name, rules=words))

    def _free(self, shape: FormShape) -> frozenset[str]:
        """Return the fields, sub-tables aside, that the asker may write in every record."""
        place = ("free", shape.key, self.rights.signature)
        found: frozenset[str] | None = self.policy.settled.get(place)
        if found is None:
            fields = {**dict.fromkeys(SYSTEM_FIELDS), **shape.fields}
            found = frozenset(
                key
                for key, field in fields.items()
                if (field is None or field.rows is None)
                and self.rights.effective(shape.key, key).floor is Level.WRITE
            )
            self.policy.settled.put(place, found)
        return found

    def _unwritable(
        self,
        shape: FormShape,
        key: str,
        state: Mapping[str, Any],
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
    ) -> Iterable[Problem]:
        field = shape.field(key)
        level = self.level_of(shape, key, state)
        path = pointer(key)
        if field is None or level is Level.NONE:
            yield self.guard.hidden(shape, key, path)
        elif level is not Level.WRITE:
            yield NOT_WRITABLE.at(path, label=field.label or {"zh": key, "en": key}, field=key)
        elif field.rows is not None:
            yield from self._unwritable_rows(
                shape, key, state, (before or {}).get(key) or (), after.get(key) or ()
            )

    def _unwritable_rows(
        self, shape: FormShape, key: str, state: Mapping[str, Any], old: Sequence[Any], new: Sequence[Any]
    ) -> Iterable[Problem]:
        rows = shape.fields[key].rows
        assert rows is not None
        closed = [k for k in rows.fields if self.level_of(shape, f"{key}.{k}", state) is not Level.WRITE]
        stored = {row.get("id"): row for row in old}
        for at, row in enumerate(new):
            known = stored.get(row.get("id"), {})
            for column in closed:
                computed = rows.fields[column].formula is not None or rows.fields[column].kept
                if not computed and row.get(column) != known.get(column):
                    label = rows.fields[column].label or {"zh": column, "en": column}
                    yield NOT_WRITABLE.at(pointer(key, at, column), label=label, field=f"{key}.{column}")

    def kept_columns(self, form: str, key: str, state: Mapping[str, Any]) -> frozenset[str]:
        """Return the columns of a sub-table that the asker may not write, so that stored values stay in them."""
        shape = self.policy.shapes[form]
        field = shape.fields[key]
        names = field.rows.fields if field.rows is not None else {}
        return frozenset(k for k in names if self.level_of(shape, f"{key}.{k}", state) is not Level.WRITE)

    def level_of(self, shape: FormShape, key: str, record: Mapping[str, Any]) -> Level:
        """Return how much of a field the asker may have in this record of Python values."""
        return self._given(self.rights.effective(shape.key, key), shape, record)

    def _given(self, level: FieldLevel, shape: FormShape, record: Mapping[str, Any]) -> Level:
        if level.is_fixed:
            return level.floor
        return level.given([c for c in level.conditions() if self._true(c, shape, record)])

    def _true(self, one: Condition, shape: FormShape, record: Mapping[str, Any]) -> bool:
        return holds(one.checked, RecordContext(shape, record, self.actor, self.unit.now, self.follow))

    def holds(self, rule: RowRule, shape: FormShape, record: Mapping[str, Any]) -> bool:
        """Tell whether a row rule reaches a record of Python values."""
        return row_holds(rule, shape, record, self.actor, lambda one: self._true(one, shape, record))

    def may(self, form: str, verb: str, record: Mapping[str, Any]) -> bool:
        """Tell whether the asker may do `verb` with a record of Python values."""
        return self.holds(self.rights.row(form, verb), self.policy.shapes[form], record)

    def readable(self, form: str, record: Mapping[str, Any]) -> Record:
        """Return a record of Python values as JSON: masks applied, hidden keys absent."""
        shape = self.policy.shapes[form]
        found: Record = {}
        for key in (*SYSTEM_FIELDS, *shape.fields):
            if key in record:
                level = self.level_of(shape, key, record)
                if level is not Level.NONE:
                    found[key] = self._shown(shape, key, record, level)
        return found

    def shown(self, form: str, key: str, value: Any, record: Mapping[str, Any]) -> Any:
        """Return an old or new value of a field as the asker may see it, for history. None where hidden or blank."""
        shape = self.policy.shapes[form]
        level = self.level_of(shape, key, record)
        return None if level is Level.NONE else self._shown(shape, key, {**record, key: value}, level)

    def _shown(self, shape: FormShape, key: str, record: Mapping[str, Any], level: Level) -> Any:
        field, value = shape.field(key), record[key]
        assert field is not None
        if value is None:
            return None
        if field.rows is not None:
            return [self._shown_row(shape, key, row, record) for row in value]
        if level < Level.READ:
            return mask(value, field.mask)
        return field.type.to_json(value, field.config) if self._copies_reached(shape, field, value) else None

    def _copies_reached(self, holder: FormShape, field: FieldShape, snapshot: Any) -> bool:
        """Tell whether the asker reaches every record that a snapshot was read through."""
        of = noted(snapshot)
        for form in self.rights.looks_through(holder, field):
            ids = frozenset(ids_of((of or {}).get(form)))
            if of is None or not ids <= self.reached(form, ids):
                return False
        return True

    def _shown_row(
        self, shape: FormShape, key: str, row: Mapping[str, Any], record: Mapping[str, Any]
    ) -> Record:
        rows = shape.fields[key].rows
        assert rows is not None
        found: Record = {"id": row.get("id")}
        outer = self.rights.effective(shape.key, key)
        for column, field in rows.fields.items():
            level = self._given(
                outer.meet(self.rights.effective(shape.key, f"{key}.{column}")), shape, record
            )
            value = row.get(column)
            if column not in row or level is Level.NONE:
                continue
            if value is not None:
                if level < Level.READ:
                    value = mask(value, field.mask)
                elif self._copies_reached(rows, field, value):
                    value = field.type.to_json(value, field.config)
                else:
                    value = None
            found[column] = value
        return found

    def reveal(self, form: str, record: Mapping[str, Any], key: str) -> Revealed:
        """Return the whole value of a masked field of a loaded record. The caller counts and audits it."""
        shape = self.policy.shapes[form]
        field, level = shape.field(key), self.level_of(shape, key, record)
        if field is None or level is Level.NONE:
            raise Rejected(self.guard.hidden(shape, key, "/field"))
        right = self.rights.right("reveal")
        may = bool(right) and field.mask in REVEALED and self.may(form, "view", record)
        if level is Level.MASKED and not may:
            raise Forbidden(NO_REVEAL.at("/field", label=field.label or {"zh": key, "en": key}))
        value = record.get(key)
        daily = int(right.get("daily", DAILY_REVEALS)) if isinstance(right, Mapping) else DAILY_REVEALS
        return Revealed(None if value is None else field.type.to_json(value, field.config), daily)

    def follow(self, form: str, record_id: Any, path: tuple[str, ...]) -> Any:
        """Return the value at `path` from a linked record, read with trust, for conditions that lead through links."""
        shape = self.policy.shapes.get(form)
        steps = walk(self.policy.shapes, shape, path) if shape is not None else None
        if steps is None or not isinstance(record_id, str):
            return None
        field = steps[-1][1]

        def build(moment: Moment) -> Any:
            fields = SqlFields(moment, self.policy.tables[form])
            value = fields.column(path).label("value")
            wanted = fields.table.c.id == bound("id", Text())
            return prepare(select(value).select_from(fields.source()).where(wanted), moment.dialect)

        prepared = self.kept(("follow", form, path), build)
        reader = field.type.reader(self.moment.dialect, field.config)
        scoped: ScopedQuery = seal_query(
            form,
            prepared.text,
            prepared.params({**self.moment.values, "id": record_id}),
            lambda rows, _keys: [{"value": row[0]} for row in rows],
        )
        found = self.unit.execute(scoped)
        value = found[0]["value"] if found else None
        return value if value is None or reader is None else reader(value)
