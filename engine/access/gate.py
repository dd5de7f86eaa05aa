"""The one gate: every read and write of records is made here, for one asker, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from engine.access.binds import listed
from engine.access.core import Core, Runner
from engine.access.expansion import Expansion
from engine.access.explain import Explaining
from engine.access.filters import Group, Place, Target, read_filter
from engine.access.filters import Reading as FilterReading
from engine.access.paging import list_mark, read_cursor, write_cursor
from engine.access.query import Keys, Record, RecordQuery, Row, ScopedQuery, seal_query
from engine.access.search_sql import Words, search_values
from engine.access.sources import Sources
from engine.access.statements import Plan, Statement, item_shape
from engine.access.titles import labels_of
from engine.access.written import Written
from engine.definitions.shape import FieldShape, FormShape
from engine.expressions import Checked
from engine.problems import Code, Problem, Rejected, pointer
from engine.value_type import VALUE_TYPES, ValueType

BAD_LIMIT = Code(
    "query.bad_limit",
    zh="每页条数须在 1 到 {most} 之间",
    en="A page holds between 1 and {most} records",
)
MOST_RECORDS = 5000
MOST_IDS = 1000
USUAL_LIMITS = frozenset({20, 50, 100, 200, 500})
"""Pages as long as this have statements of their own."""
COUNT_CAP = 10_000
T = TypeVar("T")


@dataclass(frozen=True)
class Page:
    """Records of one page. `labels`: form → id → title ("user" for people). `cursor`: where the next page begins."""

    records: list[Record]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    cursor: str | None = None


class Gate(Expansion, Written, Explaining, Sources):
    """What one asker may read and write within one transaction."""

    def select(self, query: RecordQuery) -> ScopedQuery:
        """Return the read of a query's records, or of its groups where it has aggregates. Rejected with all problems."""
        kind = "groups" if query.group or query.aggregates else "rows"
        return self._scoped(query, kind)

    def page(self, query: RecordQuery) -> Page:
        """Return a page of records with the labels of what they link to and their sub-table rows."""
        is_titled = self.actor.kind != "public"
        records = self.unit.execute(self._scoped(query, "rows", is_titled))
        if not records:
            return Page(records)
        cursor = records[-1].pop("_cursor", None)
        titles, paths = records[-1].pop("_titles", ({}, frozenset()))
        self.add_rows(query, records)
        return Page(records, self.page_labels(query, records, titles, paths), cursor)

    def groups(self, query: RecordQuery) -> list[Record]:
        """Return `{"values", "count", "totals"}` for each group, the largest first."""
        return self.unit.execute(self._scoped(query, "groups"))

    def aggregate(self, query: RecordQuery) -> Record:
        """Return the totals over all records that the query means."""
        return dict(self.unit.execute(self._scoped(query, "groups"))[0]["totals"])

    def count(self, query: RecordQuery) -> tuple[int, bool]:
        """Return how many records the query means, and whether that is exact: it is up to 10,000."""
        found = int(self.unit.execute(self._scoped(query, "count"))[0]["count"])
        return min(found, COUNT_CAP), found <= COUNT_CAP

    def _scoped(self, query: RecordQuery, kind: str, is_titled: bool = False) -> ScopedQuery:
        plan, values, formulas = _Reader(self, query, kind, is_titled).read()
        try:
            statement = self.statement(plan, formulas)
        except Rejected as refused:
            # What the database cannot say is told where the asker wrote it.
            where = "/formula" if formulas else ""
            raise Rejected(p if p.path else p.under(where) for p in refused.problems) from None
        read = statement.read
        if kind == "rows":
            read = _trimmed(statement, query.limit, list_mark(plan.form, plan.sort))
        return seal_query(plan.form, statement.prepared.text, statement.prepared.params(values), read)


def _sortable(shape: FieldShape) -> ValueType:
    """Return the type that reads a field's value in a cursor: a choice may hold an option that is gone from its list."""
    return VALUE_TYPES.get("text") if shape.value_type == "choice" else shape.type


def _trimmed(statement: Statement, limit: int, mark: str) -> Any:
    """Return the reader of a page: one record more than wanted was asked for, to know whether there are more.

    The last record carries where the next page begins and the titles that came along, for `Gate.page` to take off.
    """
    sort, links = statement.sort, statement.links
    paths = frozenset(link.path for link in links)

    def read(rows: Sequence[Row], keys: Keys | None) -> list[Record]:
        shown = rows[:limit]
        records = statement.read(shown, keys)
        if records and links:
            records[-1]["_titles"] = labels_of(links, shown), paths
        if len(rows) > limit:
            last = shown[-1]
            values = [None if (v := last[at]) is None else (v if r is None else r(v)) for at, r in sort]
            records[-1]["_cursor"] = write_cursor(mark, values)
        return records

    return read


class _Reader:
    """Reads a query: everything in it is checked, and its values are parted from its shape."""

    def __init__(self, gate: Core, query: RecordQuery, kind: str, is_titled: bool) -> None:
        self.gate, self.query, self.kind, self.is_titled = gate, query, kind, is_titled
        self.guard = gate.guard
        self.filter = FilterReading(gate.moment.now, gate.actor.zone)
        self.values: dict[str, Any] = dict(gate.moment.values)
        self.problems: list[Problem] = []

    def read(self) -> tuple[Plan, dict[str, Any], tuple[Checked, ...]]:
        query = self.query
        form = self.guard.form(query.form, "restore" if query.deleted else "view")
        if query.verb != "view":
            self.guard.form(query.form, query.verb)
        where = self._try(lambda: self._where(form))
        formulas = self._formulas(form)
        fields = self._fields(form) if self.kind == "rows" else ()
        sort = self._sort() if self.kind == "rows" else ()
        after = self._try(lambda: self._after(form, sort))
        words = self._search(form)
        self._limit()
        if self.problems:
            raise Rejected(self.problems)
        self._ids()
        plan = Plan(
            form.key, fields, where, tuple(f.text for f in formulas), words, sort, after, query.deleted,
            query.group, tuple((n, *given) for n, given in sorted(query.aggregates.items())),
            query.ids is not None, query.verb, query.can, query.python, self.kind, self.is_titled,
            query.limit + 1 if query.limit in USUAL_LIMITS and self.kind == "rows" else None,
        )  # fmt: skip
        return plan, self.values, formulas

    def _try(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Rejected as found:
            self.problems += found.problems
            return None

    def _where(self, form: FormShape) -> Group | None:
        if self.query.where is None:
            return None
        where = read_filter(self.query.where, self._place(form), self.filter)
        self._fill(form)
        return where

    def _fill(self, form: FormShape) -> None:
        for name, value in self.filter.values.items():
            is_list = isinstance(value, tuple)
            self.values[name] = listed(value, self.gate.moment.dialect) if is_list else value

    def _place(self, form: FormShape) -> Target:
        def place(name: str, path: str) -> Place:
            seen = self.guard.use(form, name, path)
            shape = seen.shape
            if shape.sensitive:
                return Place(
                    shape, mark=lambda text: self.gate.unit.keys.blind(seen.form.table, shape.key, text)
                )
            return Place(shape, self._items(form, name, shape))

        return place

    def _items(self, form: FormShape, name: str, shape: FieldShape) -> Target | None:
        if shape.value_type in ("reference", "references"):
            target = self.gate.policy.shapes.get(str(shape.config.get("to")))
            if target is None or not self.gate.rights.verb(target.key, "view"):
                return None
            return self._place(target)
        if shape.rows is not None:
            return lambda key, path: Place(self.guard.use(form, f"{name}.{key}", path).shape)
        if shape.item_columns:
            return lambda key, _path: Place(item_shape(form, name, key))
        return None

    def _formulas(self, form: FormShape) -> tuple[Checked, ...]:
        found = []
        for at, text in enumerate(self.query.formulas):
            path = pointer("formula", at) if at else "/formula"
            made = self._try(partial(self.gate.formula, text, form, path))
            if made is not None:
                found.append(made)
        return tuple(found)

    def _fields(self, form: FormShape) -> tuple[str, ...]:
        settled = self.gate.policy.settled
        place = ("fields", form.key, self.query.fields, self.gate.rights.signature)
        known: tuple[str, ...] | None = settled.get(place)
        if known is not None:
            return known
        given = self.query.fields or tuple(self.guard.visible(form))
        kept = ["id", "revision"]
        refused = len(self.problems)
        for at, name in enumerate(given):
            seen = self._try(partial(self.guard.see, form, name, pointer("fields", at)))
            if seen is not None and seen.shape.value_type != "rows":
                kept.append(name)
        found = tuple(dict.fromkeys(kept))
        if len(self.problems) == refused:
            settled.put(place, found)
        return found

    def _sort(self) -> tuple[str, ...]:
        given = tuple(dict.fromkeys(self.query.sort))[:4] or ("-created_at",)
        return tuple(key for key in given if key.removeprefix("-") != "id") or ("-created_at",)

    def _after(self, form: FormShape, sort: tuple[str, ...]) -> tuple[bool, ...] | None:
        if self.query.after is None or self.kind != "rows":
            return None
        given = read_cursor(self.query.after, list_mark(form.key, sort), len(sort))
        for at, (key, value) in enumerate(zip(sort, given, strict=False)):
            shape = self.guard.use(form, key.removeprefix("-"), "/sort").shape
            self.values[f"k{at}"] = (
                None if value is None else _sortable(shape).parse(value, shape.config, "/cursor")
            )
        self.values[f"k{len(sort)}"] = given[-1]
        return tuple(value is None for value in given[:-1])

    def _search(self, form: FormShape) -> tuple[str, ...] | None:
        if self.query.search is None or not self.query.search.strip():
            return None
        words = Words.read(self.query.search)
        self.values |= search_values(words, form, self.gate.unit.keys)
        return words.kinds

    def _limit(self) -> None:
        limit = self.query.limit
        if not 1 <= limit <= MOST_RECORDS:
            self.problems.append(BAD_LIMIT.at("/limit", most=MOST_RECORDS))
        self.values["limit"] = COUNT_CAP + 1 if self.kind == "count" else limit + 1

    def _ids(self) -> None:
        if self.query.ids is not None:
            self.values["ids"] = listed(tuple(map(str, self.query.ids[:MOST_IDS])), self.gate.moment.dialect)


__all__ = ["Gate", "Page", "Runner"]
