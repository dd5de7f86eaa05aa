"""The rows that a credited measure counts: a record's touches, each with its part (see `credit.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)

from engine.access.sources import Source, Sources, Wanted
from engine.expressions.nodes import Node
from engine.problems import Rejected
from report_engine.binding import Filter, renamed
from report_engine.credit import Credit
from report_engine.dataset import Datasets, Fact
from report_engine.problems import BAD_CREDIT

WHOLE = frozenset({"money", "integer"})


def credited(
    gate: Sources,
    data: Datasets,
    fact: Fact,
    credit: Credit,
    fields: Mapping[str, Wanted],
    filters: Sequence[Filter],
    amounts: Sequence[str],
    name: str,
) -> tuple[FromClause, Source, Source]:
    """Return the rows that count, one a record and touch, with the columns `fields`; and their sources, the record's first.

    `amounts`: the columns that the linear model divides, to the last unit: what is left over goes to the first touches.
    """  # fmt: skip
    touch = data.facts[credit.touches]
    follows = {
        label: moved
        for label, wanted in fields.items()
        if (moved := _following(credit, fact, touch, wanted, is_key=label[0] == "k")) is not None
    }
    conditions, own_where, later_where = _split(credit, fact, touch, filters)
    own = gate.source(
        fact.key,
        {
            **fields, **own_where, "@rid": Wanted("id"), "@at": Wanted(fact.date, at=credit.path),
            **({"@until": Wanted(credit.until, at=f"{credit.path}/until")} if credit.until else {}),
        },
        conditions, name=name,
    )  # fmt: skip
    later = gate.source(
        touch.key,
        {
            **follows, **later_where,
            "@rid": Wanted("id"), "@at": Wanted(touch.date, at=credit.path), "@by": Wanted(credit.by, at=f"{credit.path}/by"),
        },
        name=f"{name}t",
    )  # fmt: skip
    _must_divide(own, amounts, credit)
    labels, tests = [*fields], [*own_where]
    zero, one = literal_column("0", Integer()), literal_column("1", Integer())
    first = select(
        *(own.c[label] for label in [*labels, *tests]), own.c["@rid"], own.c["@at"], own.c["@rid"].label("@tid"),
        zero.label("@later"),
    )  # fmt: skip
    joined = and_(later.c["@by"] == own.c["@rid"], later.c["@at"] >= own.c["@at"])
    if credit.until:
        joined = and_(joined, or_(own.c["@until"].is_(None), later.c["@at"] <= own.c["@until"]))
    others = select(
        *((later if label in follows or label in tests else own).c[label].label(label) for label in [*labels, *tests]),
        own.c["@rid"], later.c["@at"], later.c["@rid"], one,
    ).select_from(own.table.join(later.table, joined))  # fmt: skip
    rows = union_all(first, others).subquery(f"{name}all")
    return _counted(credit, rows, labels, tests, amounts, name), own, later


def _following(credit: Credit, fact: Fact, touch: Fact, wanted: Wanted, *, is_key: bool) -> Wanted | None:
    """Return what a touch has in the place of a record's value; None where it stays the record's."""
    if wanted.path:
        path = credit.moved(fact, touch, wanted.path)
        return None if path is None else replace(wanted, path=path)
    if not is_key or wanted.formula is None:
        return None
    names, moved = _moved(credit, fact, touch, wanted.formula)
    if not moved:
        return None
    if len(moved) < len(names):
        raise Rejected(BAD_CREDIT.at(wanted.at))
    return replace(wanted, formula=renamed(wanted.formula, moved))


def _moved(credit: Credit, fact: Fact, touch: Fact, node: Node) -> tuple[set[str], dict[str, str]]:
    """Return the names in a formula, and of those that are a touch's own what it calls them."""
    names = {".".join(one.value) for one in node.walk() if one.kind == "field"}
    return names, {name: path for name in names if (path := credit.moved(fact, touch, name)) is not None}


def _split(
    credit: Credit, fact: Fact, touch: Fact, filters: Sequence[Filter]
) -> tuple[list[Wanted], dict[str, Wanted], dict[str, Wanted]]:
    """Return the conditions that are about the record, and those about the touch, as columns of either side."""
    conditions: list[Wanted] = []
    own: dict[str, Wanted] = {}
    later: dict[str, Wanted] = {}
    for one in filters:
        names, moved = _moved(credit, fact, touch, one.node)
        if not moved:
            conditions.append(Wanted(formula=one.node, condition=True, at=one.at))
            continue
        if len(moved) < len(names):
            raise Rejected(BAD_CREDIT.at(one.at))
        label = f"@w{len(own)}"
        own[label] = Wanted(formula=one.node, condition=True, at=one.at)
        later[label] = Wanted(formula=renamed(one.node, moved), condition=True, at=one.at)
    return conditions, own, later


def _must_divide(own: Source, amounts: Sequence[str], credit: Credit) -> None:
    if credit.model == "linear" and any(own.kinds[one].value_type not in WHOLE for one in amounts):
        raise Rejected(BAD_CREDIT.at(credit.path))


def _counted(
    credit: Credit, rows: Any, labels: Sequence[str], tests: Sequence[str], amounts: Sequence[str], name: str
) -> FromClause:
    """Return the touches that count, with their part of the amounts."""
    key, order = rows.c["@rid"], (rows.c["@at"], rows.c["@later"], rows.c["@tid"])
    if credit.model == "linear":
        place = func.row_number().over(partition_by=key, order_by=order)
        number: ColumnElement[Any] = func.count().over(partition_by=key)
    else:
        place = func.row_number().over(partition_by=key, order_by=tuple(one.desc() for one in order))
        number = literal_column("1", Integer())
    placed = select(*rows.c, place.label("@place"), number.label("@number")).subquery(f"{name}placed")
    columns = [
        (_part(placed, label) if credit.model == "linear" and label in amounts else placed.c[label]).label(
            label
        )
        for label in labels
    ]
    chosen = select(*columns, placed.c["@rid"]).where(*(placed.c[one] for one in tests))
    if credit.model != "linear":
        chosen = chosen.where(placed.c["@place"] == literal_column("1"))
    return chosen.subquery(f"{name}credit")


def _part(placed: Any, label: str) -> Any:
    """Return a touch's part of an amount in whole units; the units left over go to the first touches, one each."""
    # A sum that PostgreSQL makes is numeric, and would be divided into fractions of a fen.
    amount, number = cast(placed.c[label], BigInteger()), placed.c["@number"]
    part = amount.op("/", precedence=8)(number)
    rest = amount.op("%", precedence=8)(number)
    unit = case((amount < literal_column("0"), literal_column("-1")), else_=literal_column("1"))
    made = part + case((placed.c["@place"] <= func.abs(rest), unit), else_=literal_column("0"))
    return type_coerce(made, placed.c[label].type)
