"""Running an import: rows in chunks, each chunk one transaction, every row accounted for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.levels import Level
from engine.definitions.tables import FormTables
from engine.ids import new_id
from engine.problems import Code, Forbidden, NotFound, Problem, Rejected
from engine.store.workspaces import Workspace
from engine.text import Words, say
from form_engine.desk import Desk
from form_engine.importing.cleaning import CLEANERS, Context, is_blank, split_notes
from form_engine.importing.columns import (
    LEFT_BLANK,
    LEFT_OPEN,
    PAST_SYSTEM,
    PENDING,
    Column,
    Reading,
    field_column,
)
from form_engine.importing.finding import Finder, Matcher, planned_by_values
from form_engine.importing.settings import ImportSettings
from form_engine.plan import FieldPlan, FormPlan
from form_engine.service import clashes, numbering, overlap, records, touches
from form_engine.submit import submit, submit_values

BLANK_ROW = Code("import.blank_row", zh="空行", en="Blank row",
                 hint_zh="已跳过", hint_en="Passed over")  # fmt: skip
KNOWN_ALREADY = Code("import.known_already", zh="已有这条记录：{title}", en="This record exists already: {title}",
                     hint_zh="按所选的重复处理方式跳过", hint_en="Passed over, as chosen for repeats")  # fmt: skip
OUT_OF_REACH = Code("import.out_of_reach", zh="已有这条记录，但不在您可修改的范围内", en="This record exists already, and is not yours to change",
                    hint_zh="请让主管处理这一行", hint_en="Ask your supervisor to deal with this row")  # fmt: skip
NOTHING_NEW = Code("import.nothing_new", zh="已有这条记录，没有要补充的内容", en="This record exists already and the row adds nothing",
                   hint_zh="无需处理", hint_en="Nothing to do")  # fmt: skip

NOT_SAID = Code("import.not_said", zh="没有写“{field}”，已照常导入", en="“{field}” is not given; the row came in all the same",
                hint_zh="导入后请在记录里补上", hint_en="Fill it in on the record after the import")  # fmt: skip

CHUNK = 5_000
"""Rows of one transaction: few enough that a save waits a second or two for it, many enough that pages of indexes are written seldom."""
OUTCOMES = ("created", "merged", "skipped", "rejected")


@dataclass(slots=True)
class Row:
    """One row on its way: where it stands in the file, what its cells came to, what became of it."""

    number: int
    """Counted from 1, as the spreadsheet program shows it."""
    values: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    outcome: str = ""
    record_id: str | None = None
    ready: dict[str, Any] | None = None
    asides: dict[str, Any] | None = None
    is_empty: bool = True
    """Whether no cell that feeds a field said anything."""

    def told(self) -> list[Problem]:
        """Return what the person should read: of a row that came in its notes too, of others why they did not."""
        if not self.notes or self.outcome not in ("created", "merged"):
            return self.problems
        return [*self.problems, *self.notes]


class Importer:
    """Brings the rows of one sheet into one form. Keeps what it learned from chunk to chunk."""

    def __init__(
        self, plan: FormPlan, columns: Mapping[str, Column], settings: ImportSettings, context: Context
    ) -> None:
        self.plan, self.settings, self.context = plan, settings, context
        self.fed = [(index, columns[key]) for index, key in sorted(settings.map.items())]
        self.finder = Finder()
        self.asides: dict[str, Column] = {}
        self.matcher = Matcher(plan, settings.match)
        self.tables: FormTables | None = None
        self.brought, self.counted_at = 0, 1_000
        section = plan.definition.get("import", {})
        self.stand_ins = tuple(c for c in columns.values() if _has_stand_in(c))
        said = section.get("defaults", {})
        self.defaults = self._defaults(columns, {**said, **settings.defaults})
        self.settled = dict(_settled(plan, said))
        fields = section.get("fields", {})
        self.told_missing = tuple(one for one in plan.fields if "missing" in fields.get(one.key, {}))

    def _defaults(self, columns: Mapping[str, Column], given: Mapping[str, Any]) -> dict[str, Any]:
        fed = {column.to or column.key for _, column in self.fed}
        found: dict[str, Any] = {}
        for key, raw in given.items():
            column = columns.get(key)
            if column is None or column.plan is None or key in fed:
                continue
            value = column.plan.parse(raw, f"/defaults/{key}")
            found[key] = None if value is None else column.plan.control.normalise(value, column.plan.config)
        return found

    def chunk(self, desk: Desk, rows: list[Row], *, dry: bool) -> list[Row]:
        """Work through some rows in the desk's unit; written unless `dry`. Return what became of each, in order."""
        alive = [row for row in rows if not row.outcome]
        with planned_by_values(desk):
            self._resolve(desk, alive)
            self.matcher.prepare(desk, [row.values for row in alive])
        self._decide(desk, alive, dry=dry)
        fresh = [row for row in rows if row.outcome == "created"]
        if fresh and not dry:
            self._insert(desk, fresh)
        if not dry:
            self._children(desk, [row for row in rows if row.outcome in ("created", "merged")])
        return rows

    def count_anew(self, workspace: Workspace) -> None:
        """Keep the database's idea of the table true enough to find the next rows by index, each time it has grown a lot."""
        if self.tables is not None and self.brought >= self.counted_at:
            workspace.count_anew(self.tables, {key for group in self.matcher.groups for key in group})
            self.counted_at = 4 * self.brought

    # Reading.

    def read(self, cells: Sequence[tuple[int, Sequence[Any]]]) -> list[Row]:
        """Read the rows, a column at a time; the leftmost of two columns that feed one field counts.

        Needs no database, so nobody has to wait for it.
        """
        rows = [Row(number) for number, _ in cells]
        for index, column in self.fed:
            self._read_column(rows, [line[index] if index < len(line) else None for _, line in cells], column)
        for row, (_, line) in zip(rows, cells, strict=True):
            if row.is_empty and all(is_blank(cell) for cell in line):
                row.outcome = "skipped"
                row.problems = [BLANK_ROW.at("")]
                continue
            if row.asides:
                self._take_asides(row.values, row.asides)
            for key, value in self.defaults.items():
                row.values.setdefault(key, value)
        return rows

    def _read_column(self, rows: Sequence[Row], cells: Sequence[Any], column: Column) -> None:
        read, memo, context, to = column.read, column.memo, self.context, column.to
        for row, cell in zip(rows, cells, strict=True):
            if cell is None or cell == "":
                continue
            reading = (memo.get(cell) if cell.__class__ is str else None) or read(cell, context)
            if reading.is_plain and to and column.child is None:
                row.is_empty = False
                row.values.setdefault(to, reading.value)
            else:
                self._take(row, column, reading)

    @staticmethod
    def _take(row: Row, column: Column, reading: Reading) -> None:
        """Note what a cell came to that is more, or less, than a value."""
        if reading.problems:
            row.is_empty = False
            row.problems.extend(problem.under(f"/{column.key}") for problem in reading.problems)
            return
        if reading.notes:
            row.is_empty = False
            row.notes.extend(note.under(f"/{column.key}") for note in reading.notes)
        if reading.aside:
            row.asides = {**(row.asides or {}), **reading.aside}
        if reading.lookup:
            row.is_empty = False
            row.extras[column.key] = (column, reading.lookup)
        elif reading.value is not None:
            row.is_empty = False
            if column.child is not None:
                row.extras[column.key] = (column, reading.value)
            elif column.to:
                row.values.setdefault(column.to, reading.value)

    def _take_asides(self, values: dict[str, Any], asides: Mapping[str, Any]) -> None:
        """Use what a cell told about other fields: the gender in 赵阿姨, the second phone, the WeChat id."""
        for key, raw in asides.items():
            one = self.plan.field(key) or (self.plan.field("wechat_id") if key == "wechat" else None)
            if one is None or not one.is_written or one.rows is not None or one.key in values:
                continue
            reading = self._aside_column(one).read(raw, self.context)
            if reading.value is not None and not reading.problems:
                values[one.key] = reading.value

    def _aside_column(self, one: FieldPlan) -> Column:
        column = self.asides.get(one.key)
        if column is None:
            column = self.asides[one.key] = field_column(one, {})
        return column

    # Finding.

    def _resolve(self, desk: Desk, rows: Sequence[Row]) -> None:
        words: dict[str, dict[str, None]] = {}
        for row in rows:
            for key, (column, found) in row.extras.items():
                if column.target_form:
                    words.setdefault(key, {}).update(dict.fromkeys(found))
        for index_column in self.fed:
            column = index_column[1]
            if column.target_form and column.key in words:
                self.finder.prepare(desk, column, words[column.key], self.context)
        for row in rows:
            for key in [key for key, (column, _) in row.extras.items() if column.target_form]:
                column, found = row.extras.pop(key)
                self._point(desk, row, column, found)
        for column in self.stand_ins:
            blank = [row for row in rows if row.values.get(column.to) is None]
            if blank:
                self._stand_in(desk, column, blank)

    def _stand_in(self, desk: Desk, column: Column, rows: Sequence[Row]) -> None:
        """Fill a required link that the sheet leaves blank, so that no row is lost for want of it."""
        self.finder.prepare(desk, column, (), self.context)
        record_id = self.finder.fallback(desk, column)
        if record_id is None:
            return
        for row in rows:
            if not any(problem.path == f"/{column.key}" for problem in row.problems):
                row.values[column.to] = (record_id,) if column.many else record_id
                word = column.settings["fallback"]
                row.notes.append(LEFT_BLANK.at(f"/{column.key}", field=column.label, word=word))

    def _point(self, desk: Desk, row: Row, column: Column, words: Sequence[str]) -> None:
        ids: list[str] = []
        for word in words:
            record_id, problem = self.finder.find(desk, column, word)
            if record_id is None:
                record_id = self.finder.fallback(desk, column)
                if record_id is not None:
                    spare = self._spare(desk, column)
                    note = PENDING.at(f"/{column.key}", field=column.label, value=word, word=spare)
                    row.notes.append(note)
                elif column.settings.get("pending"):
                    row.notes.append(LEFT_OPEN.at(f"/{column.key}", field=column.label, value=word))
                elif problem is not None:
                    row.problems.append(problem.under(f"/{column.key}"))
            if record_id is not None:
                ids.append(record_id)
        if ids:
            row.values[column.to or column.key] = tuple(dict.fromkeys(ids)) if column.many else ids[0]

    @staticmethod
    def _spare(desk: Desk, column: Column) -> Words:
        """Return what stands in for an unknown word, in words: the importer himself, his branch, a record's name."""
        said = column.settings.get("fallback")
        if said == "$branch" or (said is None and column.key == "branch_id"):
            return {"zh": "本院", "en": "your branch"}
        if isinstance(said, str) and not said.startswith("$"):
            return {"zh": said, "en": said}
        return {"zh": desk.actor.name, "en": desk.actor.name}

    # Deciding.

    def _decide(self, desk: Desk, rows: Sequence[Row], *, dry: bool) -> None:
        write = desk.gate.write(self.plan.key, "import")
        context = replace(desk.context(self.plan.key), cause="import")
        checked = self._checked_keys(desk)
        waiting: dict[str, Row] = {}
        ids = new_id.many(len(rows))
        for row in rows:
            known = self.matcher.match(row.values)
            if known is not None:
                self._merge(desk, row, known, waiting.get(known), context, dry=dry)
                continue
            if not row.problems:
                self._prepare(desk, write, row, context, checked)
            if row.problems:
                row.outcome = "rejected"
                continue
            row.outcome, row.record_id = "created", next(ids)
            self.matcher.learn(row.values, row.record_id)
            waiting[row.record_id] = row

    def _checked_keys(self, desk: Desk) -> tuple[str, ...]:
        """Return the fields whose right to write depends on the record; the others were settled with the mapping."""
        rights = desk.rights
        keys = [column.to for _, column in self.fed if column.to and column.to not in PAST_SYSTEM]
        return tuple(key for key in keys if rights.effective(self.plan.key, key).floor < Level.WRITE)

    def _prepare(self, desk: Desk, write: Any, row: Row, context: Any, checked: tuple[str, ...]) -> None:
        submission = submit_values(self.plan, row.values, None, context, self.settled)
        if submission.problems:
            row.problems.extend(_short(problem) for problem in submission.problems)
            return
        ready = dict(submission.values)
        for one in self.told_missing:
            if ready.get(one.key) is None and submission.state.is_visible(one.key):
                row.notes.append(NOT_SAID.at(f"/{one.key}", field=one.label))
        records.fill_system(desk, ready, "import")
        try:
            given = [key for key in checked if key in row.values]
            desk.gate.check(write, given, None, ready, "import")
        except (Forbidden, Rejected) as error:
            row.problems.extend(error.problems)
            return
        row.ready = ready

    def _merge(
        self, desk: Desk, row: Row, known: str, pending: Row | None, context: Any, *, dry: bool
    ) -> None:
        policy = self.settings.policy
        row.record_id = known
        if row.problems and policy in ("fill", "overwrite"):
            row.outcome = "rejected"
            return
        if policy == "skip":
            row.outcome = "skipped"
            row.problems = [KNOWN_ALREADY.at("", title=self._called(row))]
        elif pending is not None:
            self._merge_pending(desk, row, pending, context)
        elif policy == "touch":
            row.outcome = "merged"
            if not dry:
                touches.note(desk, self.plan, known, row.values)
        else:
            self._merge_stored(desk, row, known, context, dry=dry)

    def _merge_pending(self, desk: Desk, row: Row, pending: Row, context: Any) -> None:
        """Merge into a row of this chunk that is not written yet."""
        row.outcome = "merged"
        if self.settings.policy == "touch":
            return
        fresh = (
            row.values
            if self.settings.policy == "overwrite"
            else {k: v for k, v in row.values.items() if k not in pending.values}
        )
        merged = {**pending.values, **fresh}
        submission = submit_values(self.plan, merged, None, context, self.settled)
        if submission.problems:
            row.outcome = "rejected"
            row.problems.extend(_short(problem) for problem in submission.problems)
            return
        pending.values, ready = merged, dict(submission.values)
        records.fill_system(desk, ready, "import")
        pending.ready = ready

    def _merge_stored(self, desk: Desk, row: Row, known: str, context: Any, *, dry: bool) -> None:
        try:
            write = desk.gate.write(self.plan.key, "update")
            stored = desk.unit.load(write, known)
        except (Forbidden, NotFound):
            row.outcome, row.problems = "rejected", [OUT_OF_REACH.at("")]
            return
        fills = self.settings.policy == "fill"
        values = {
            key: value
            for key, value in row.values.items()
            if key in self.plan.by_key
            and stored.get(key) != value
            and not (fills and stored.get(key) is not None)
        }
        if not values:
            row.outcome, row.problems = "skipped", [NOTHING_NEW.at("")]
            return
        submission = submit_values(self.plan, values, stored, context)
        problems = [_short(problem) for problem in submission.problems]
        changes = {key: submission.values[key] for key in submission.changed}
        try:
            if not problems:
                desk.gate.check(write, tuple(values), stored, {**stored, **changes})
                if not dry:
                    with desk.unit.savepoint():
                        overlap.guard(desk, self.plan, desk.unit.update(write, stored, changes))
        except Rejected as error:
            problems = list(error.problems)
        row.outcome = "rejected" if problems else "merged"
        row.problems.extend(problems)

    def _called(self, row: Row) -> str:
        for key in ("name", "title", "phone", "no"):
            if isinstance(row.values.get(key), str):
                return str(row.values[key])
        return f"#{row.number}"

    # Writing.

    def _insert(self, desk: Desk, rows: Sequence[Row]) -> None:
        ready = [row.ready or {} for row in rows]
        for row, values in zip(rows, ready, strict=True):
            values["id"] = row.record_id
        numbering.assign_many(desk, self.plan, ready)
        write = desk.gate.write(self.plan.key, "import")
        try:
            with desk.unit.savepoint():
                desk.unit.insert_many(write, ready)
                self.tables, self.brought = write.tables, self.brought + len(ready)
                if overlap.rules(self.plan):
                    for values in ready:
                        overlap.guard(desk, self.plan, values)
        except Rejected:
            # One row clashes with another, or with a record outside the match: find out which, one by one.
            self._insert_singly(desk, write, rows, ready)

    def _insert_singly(
        self, desk: Desk, write: Any, rows: Sequence[Row], ready: Sequence[dict[str, Any]]
    ) -> None:
        for row, values in zip(rows, ready, strict=True):
            try:
                with desk.unit.savepoint():
                    overlap.guard(desk, self.plan, desk.unit.insert(write, values, row.record_id))
            except Rejected as error:
                told = clashes.explain(desk, self.plan, error, values)
                row.outcome, row.record_id = "rejected", None
                row.problems.extend(_short(problem) for problem in told.problems)

    # What else a row says: notes, first bills, referrals, each a record of its own.

    def _children(self, desk: Desk, rows: Sequence[Row]) -> None:
        made: dict[str, list[tuple[Row, dict[str, Any]]]] = {}
        for row in rows:
            for column, value in row.extras.values():
                if column.child is not None and row.record_id is not None:
                    for values in self._child(column, column.child, row.record_id, value, desk.actor.lang):
                        made.setdefault(column.child["form"], []).append((row, values))
        for form, entries in made.items():
            self._insert_children(desk, form, entries)

    def _child(
        self, column: Column, child: Mapping[str, Any], record_id: str, value: Any, lang: str
    ) -> Iterator[dict[str, Any]]:
        fixed = {child["by"]: record_id, **child.get("values", {})}
        if not child.get("split"):
            words = say(child.get("text"), lang) or "{value}"
            yield {**fixed, child["field"]: words.replace("{value}", self._shown(column, value))}
            return
        for day, words in split_notes(str(value), self.context):
            values = {**fixed, child["field"]: words}
            if day is not None and child.get("at"):
                values[child["at"]] = datetime.combine(day, time(9), ZoneInfo(self.context.zone)).isoformat()
            yield values

    @staticmethod
    def _shown(column: Column, value: Any) -> str:
        """Return the clean value as people read it: an amount with its commas, a moment without its zone."""
        try:
            if column.clean is CLEANERS["amount"]:
                return f"{Decimal(value):,.2f}"
            if column.clean is CLEANERS["datetime"]:
                at = datetime.fromisoformat(value)
                return at.strftime("%Y-%m-%d %H:%M") if at.time() != time() else at.strftime("%Y-%m-%d")
        except (ArithmeticError, ValueError):
            # Kept as typed, for want of a number or a day in it.
            pass
        return str(value)

    def _insert_children(self, desk: Desk, form: str, entries: Iterable[tuple[Row, dict[str, Any]]]) -> None:
        plan = desk.app.forms.get(form)
        if plan is None:
            return
        context = replace(desk.context(form), cause="flow", may_write=lambda _key: True)
        ready: list[dict[str, Any]] = []
        for row, values in entries:
            submission = submit(plan, values, None, context)
            if submission.problems:
                row.notes.extend(submission.problems)
                continue
            made = dict(submission.values)
            records.fill_system(desk, made, "import")
            made["id"] = new_id()
            ready.append(made)
        numbering.assign_many(desk, plan, ready)
        if ready:
            desk.unit.insert_many(desk.system_gate.write(form, "insert"), ready)


def _short(problem: Problem) -> Problem:
    """Return a problem whose path names the field of the sheet: `/phone`, not `/values/phone`."""
    return Problem(problem.code, problem.path.removeprefix("/values"), problem.params)


def _has_stand_in(column: Column) -> bool:
    """Tell whether a required link names the record that stands in where a sheet says nothing."""
    said = column.settings.get("fallback")
    is_required = column.plan is not None and column.plan.required
    return is_required and bool(column.target_form) and isinstance(said, str) and not said.startswith("$")


def _settled(plan: FormPlan, defaults: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the form's own import defaults of fields that people only read: how the record came here."""
    for key, raw in defaults.items():
        one = plan.field(key)
        if one is not None and one.read_only and one.is_written:
            value = one.parse(raw, f"/defaults/{key}")
            yield key, None if value is None else one.control.normalise(value, one.config)
