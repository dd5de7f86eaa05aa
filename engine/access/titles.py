"""Titles of linked records, read by the very statement that reads the records linking to them.

A page of records shows what it links to by name. Where that name is one plain text field, the page's statement brings
it along: the records of the page are found first, and only they are joined. Titles of another make are read one form
after the other (`engine.access.expansion`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, literal, null, select, union_all
from sqlalchemy.sql import Select

from engine.access.account_tables import USERS
from engine.access.binds import Prepared, is_one_of, prepare
from engine.access.columns import Output
from engine.access.field_guard import FieldGuard
from engine.access.levels import Level
from engine.access.query import Row
from engine.access.sql_fields import Moment, SqlFields, all_of
from engine.definitions.shape import FormShape
from engine.problems import Rejected

PEOPLE = "user"
MOST_LINKS = 6
"""Further links are read by statements of their own: databases plan many joins slowly."""
Labels = dict[str, dict[str, str | None]]
"""Form → record id → title; None where the asker may not see the record, or there is none."""


@dataclass(frozen=True, slots=True)
class TitledLink:
    """Places in a row: the id linked to, the id found there, its title, and its number (None: not to be seen)."""

    path: str
    target: str
    link: int
    found: int
    title: int
    number: int | None


def title_field(guard: FieldGuard, shape: FormShape) -> tuple[str, bool] | None:
    """Return the field that is a form's title and whether `no` may stand in for a blank one.

    None where the title is a formula, a choice's words, or not plainly for the asker to read.
    """
    key = (shape.title or "").removeprefix("{").removesuffix("}")
    field = shape.fields.get(key)
    if field is None or shape.title != "{" + key + "}" or field.value_type != "text" or field.sensitive:
        return None
    if not field.stored or not _is_plain(guard, shape, key):
        return None
    try:
        guard.see(shape, "no")
    except Rejected:
        return key, False
    return (key, True) if _is_plain(guard, shape, "no") else None


def _is_plain(guard: FieldGuard, shape: FormShape, key: str) -> bool:
    try:
        seen = guard.see(shape, key)
    except Rejected:
        return False
    return min(seen.level.floor, seen.way) >= Level.READ


@dataclass(frozen=True, slots=True)
class Linked:
    """A record that may be linked to. `is_live`: not in the bin; of a person: may sign in."""

    title: str
    is_live: bool


def linked_statement(
    moment: Moment, asker: Callable[[str], SqlFields], forms: Iterable[str], guard: FieldGuard
) -> Prepared:
    """Return the statement that reads (form, id, title, number, whether live) of records of several forms.

    `asker(form)` reads a form as the asker may; the ids of each are given as `ids_<form>`.
    """
    parts = []
    for form in forms:
        if form == PEOPLE:
            c = USERS.c
            columns: list[ColumnElement[Any]] = [c.id, c.name, null(), c.is_active == 1]
            wanted = is_one_of(c.id, f"ids_{form}", moment.dialect)
        else:
            there = asker(form)
            title = title_field(guard, there.shape)
            assert title is not None, form
            own = there.table.c
            number = own.no if title[1] else null()
            columns = [own.id, there.column((title[0],)), number, own.deleted_at.is_(None)]
            wanted = all_of(is_one_of(own.id, f"ids_{form}", moment.dialect), there.seen("view"))
        named = [column.label(f"c{at}") for at, column in enumerate((literal(form, Text()), *columns))]
        parts.append(select(*named).where(wanted))
    return prepare(union_all(*parts), moment.dialect)


class TitledPage:
    """A page's statement with the titles of its links beside it."""

    def __init__(self, moment: Moment, asker: SqlFields, guard: FieldGuard) -> None:
        self._moment, self._asker, self._guard = moment, asker, guard
        self.links: list[TitledLink] = []

    def around(
        self, inner: Select[Any], names: Sequence[str], outputs: Iterable[Output], sort: Sequence[str]
    ) -> Select[Any]:
        """Return the statement that reads `inner` (its columns called `names`, in the order `sort`) and the titles."""
        page = inner.subquery("page")
        columns: list[ColumnElement[Any]] = [page.c[name] for name in names]
        source: Any = page
        for output in outputs:
            found = self._beyond(output, page.c[output.label]) if len(self.links) < MOST_LINKS else None
            if found is None:
                continue
            table, on, target, title, number = found
            source = source.outerjoin(table, on)
            at = len(columns)
            places = (at, at + 1, None if number is None else at + 2)
            self.links.append(TitledLink(output.label, target, names.index(output.label), *places))
            shown = (table.c.id, title) if number is None else (table.c.id, title, number)
            columns += [one.label(f"_t{at + i}") for i, one in enumerate(shown)]
        if not self.links:
            return inner
        return select(*columns).select_from(source).order_by(*_order(page, sort))

    def _beyond(self, output: Output, link: ColumnElement[Any]) -> Any:
        """Return table, condition, form, title and number of what a link leads to; None: not to be had this way."""
        kind = output.shape.value_type
        if kind not in ("reference", "person") or not output.is_plain:
            return None
        if kind == "person":
            people = USERS.alias()
            return people, people.c.id == link, PEOPLE, people.c.name, None
        target = str(output.shape.config.get("to"))
        tables = self._moment.policy.tables.get(target)
        if tables is None or not self._guard.may_view(target):
            return None
        title = title_field(self._guard, tables.shape)
        if title is None:
            return None
        there = self._asker.beyond(tables)
        on = all_of(there.table.c.id == link, there.seen("view"))
        return there.table, on, target, there.column((title[0],)), there.table.c.no if title[1] else None


def _order(page: Any, sort: Sequence[str]) -> list[ColumnElement[Any]]:
    columns = [(page.c[f"_k{at}"], key.startswith("-")) for at, key in enumerate(sort)]
    columns.append((page.c.id, columns[-1][1] if columns else False))
    return [column.desc().nulls_last() if down else column.asc().nulls_first() for column, down in columns]


def labels_of(links: Iterable[TitledLink], rows: Sequence[Row]) -> Labels:
    """Return the titles that came along with rows."""
    found: Labels = {}
    for one in links:
        link, there, title, number = one.link, one.found, one.title, one.number
        into = found.setdefault(one.target, {})
        for row in rows:
            linked = row[link]
            if linked is None or linked in into:
                continue
            if row[there] is None:
                into[linked] = None
            else:
                into[linked] = row[title] or (number is not None and row[number]) or ""
    return {form: titles for form, titles in found.items() if titles}
