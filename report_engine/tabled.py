"""What kinds that make their own rows share: sources of their own, filters, titles."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select

from engine.access.query import Record, Row, ScopedQuery
from engine.access.sources import Put, Source, Sources, Wanted
from engine.expressions import parse
from engine.problems import Rejected
from engine.text import nearest
from report_engine.binding import Bound, renamed
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.problems import UNKNOWN_FACT, UNKNOWN_FIELD

Json = Mapping[str, Any]


def fact_of(bound: Bound, name: Any, path: str) -> Fact:
    """Return a fact by name. Rejected with the nearest."""
    found = bound.data.facts.get(str(name))
    if found is None:
        close = ", ".join(nearest(str(name), bound.data.facts)) or "–"
        raise Rejected(UNKNOWN_FACT.at(path, name=str(name), nearest=close))
    return found


def path_of(bound: Bound, fact: Fact, name: Any, path: str) -> str:
    """Return where a fact keeps what `name` means: a role or a field. Rejected with the nearest."""
    text = str(name).removeprefix(f"{fact.key}.")
    found = text if bound.data.walk(fact, text) is not None else fact.roles.get(text)
    if found is None:
        close = ", ".join(nearest(text, (*fact.roles, *fact.shape.fields))) or "–"
        raise Rejected(UNKNOWN_FIELD.at(path, fact=fact.name, name=text, nearest=close))
    return found


def condition(bound: Bound, fact: Fact, text: Any, path: str) -> list[Wanted]:
    """Return a condition over a fact's records, its roles resolved; nothing for none."""
    if not text:
        return []
    node = parse(str(text), path)
    names = {".".join(one.value) for one in node.walk() if one.kind == "field"}
    day = bound.data.day(fact, fact.date)
    paths = {name: day if name == "date" else path_of(bound, fact, name, path) for name in names}
    return [Wanted(formula=renamed(node, paths), condition=True, at=path)]


def filters(bound: Bound, fact: Fact) -> list[Wanted]:
    """Return the report's own filters on a fact."""
    return [Wanted(formula=one.node, condition=True, at=one.at) for one in bound.filters.get(fact.key, ())]


def within(bound: Bound, day: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Return the tests that keep days to the report's period."""
    found: list[ColumnElement[bool]] = []
    if bound.period is not None and bound.period.start is not None:
        found.append(day >= bound.period.start)
    if bound.period is not None and bound.period.end is not None:
        found.append(day < bound.period.end)
    return found


def rows_of(desk: Desk, statement: Select[Any], sources: Sequence[Source], form: str) -> list[Sequence[Any]]:
    """Run a sealed statement and return its raw rows."""
    return [one["row"] for one in desk.unit.execute(sealed(desk, statement, sources, form))]


def sealed(desk: Desk, statement: Select[Any], sources: Sequence[Source], form: str) -> ScopedQuery:
    """Return a statement that gives its raw rows, sealed."""
    return desk.gate.seal(statement, sources, form, _raw)


def kept_rows(
    desk: Desk, key: Any, build: Callable[[Sources], tuple[Select[Any], Sequence[Source]]], form: str
) -> list[Sequence[Any]]:
    """Run a statement that is put together once for all who see the same; `key`: everything it goes by."""
    return [one["row"] for one in desk.unit.execute(kept_statement(desk, key, build, form))]


def kept_statement(
    desk: Desk, key: Any, build: Callable[[Sources], tuple[Select[Any], Sequence[Source]]], form: str
) -> ScopedQuery:
    """Return a sealed statement that gives its raw rows, put together once for all who see the same."""

    def put(gate: Sources) -> Put:
        statement, sources = build(gate)
        return statement, sources, form, _raw

    return desk.gate.sealed((key, desk.zone), put)


def _raw(rows: Sequence[Row], _keys: Any) -> list[Record]:
    return [{"row": row} for row in rows]


def plan_of(bound: Bound) -> tuple[Any, ...]:
    """Return what kinds with statements of their own go by: filters, period, dimensions."""
    return (
        tuple(
            (fact, tuple((one.text, one.at) for one in found))
            for fact, found in sorted(bound.filters.items())
        ),
        tuple(
            (one.key, tuple(sorted(one.paths.items())), one.grain, one.level, one.at)
            for one in bound.dimensions
        ),
        bound.period,
    )


def day_of(raw: Any) -> date:
    """Return the day of the database's raw form."""
    return date.fromisoformat(raw[:10]) if isinstance(raw, str) else raw


__all__ = [
    "condition",
    "day_of",
    "fact_of",
    "filters",
    "kept_rows",
    "path_of",
    "plan_of",
    "rows_of",
    "sealed",
    "within",
]
