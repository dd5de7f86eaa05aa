"""Behind every number of every shipped report stand the records that make it up, part by part; else it says that none do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.access.actor import system_actor
from engine.problems import Rejected
from report_engine.behind import NOTHING_BEHIND, Behind, measure_of, narrowed, then_of
from report_engine.binding import Bound, Filter
from report_engine.desk import PlainDesk
from report_engine.explaining import explained
from report_engine.grid import Grid
from report_engine.kind import KINDS
from report_engine.measures import Measure
from report_engine.pipeline import bound_report, run
from report_engine.table import Cell, Column, Table
from report_engine.wording import call, field, literal, read_again
from tests.templates.conftest import Practice
from tests.templates.making import bill, customer, item
from tests.templates.reporting import NOW, ZONE, Tiny, data_of, looked

MOST_POINTS = 3
COUNTED = frozenset({"aggregate", "ranking"})
"""Kinds whose columns are the report's measures."""


def points(table: Table) -> Iterator[tuple[dict[str, Cell], Column, Cell]]:
    """Yield the first rows and the last, each number with the group it is of."""
    keys = [(at, one.key) for at, one in enumerate(table.columns) if one.role == "dimension"]
    rows = [*table.rows[:MOST_POINTS], *table.rows[MOST_POINTS:][-1:]]
    for row in rows:
        dims = {key: row[at] for at, key in keys}
        for at, one in enumerate(table.columns):
            if one.role == "measure" and row[at] is not None:
                yield dims, one, row[at]


def value_over(bound: Bound, desk: PlainDesk, base: Measure, found: Behind) -> Cell:
    """Return a part of a number, counted over the records that it is said to stand for and over no others."""
    fact = bound.data.facts[str(base.fact)]
    if found.ids is not None:
        key = "form.id" if fact.rows is not None else "id"
        node = call("INCLUDES", call("LIST", *(literal(one) for one in found.ids)), field(key))
    else:
        assert found.formula is not None
        node = found.formula
    # Of a bill that is opened only the lines of the group count.
    own = bound.filters.get(fact.key, ()) if fact.rows is not None else ()
    filters = {fact.key: (*own, Filter(read_again(node, ""), ""))}
    plain = replace(
        bound, measures=(base,), dimensions=(), compare=(), totals=(), having=None, filters=filters,
        has_goal=False,
    )  # fmt: skip
    groups = Grid(plain, desk).groups(())
    return groups[0].values.get(base.key) if groups else None


def is_plain(base: Measure) -> bool:
    return (
        base.per is None and base.credit is None and not base.spread and not base.as_of and not base.trailing
    )


def wrong(bound: Bound, desk: PlainDesk, dims: Mapping[str, Any], column: Column, value: Cell) -> str | None:
    """Return what does not add up behind one number."""
    kind = KINDS.get(bound.kind)
    found = kind.behind(bound, desk, dims, column.key)
    parts = (found, *found.also)
    one = measure_of(bound, column.key)
    bases = [base for base in one.base() if base.fact is not None]
    inside = then_of(bound, narrowed(bound, desk, dims), column.key)
    is_count = one.formula is None and one.show is None and one.aggregate == "count" and is_plain(one)
    if is_count and value != (found.rows if found.rows is not None else found.count):
        return f"counts {value}, opens {found.count} ({found.rows})"
    told = explained(desk, bound, dims, column.key)
    if (
        len(bases) == 1
        and is_plain(bases[0])
        and told["rows"] != (found.rows if found.rows is not None else found.count)
    ):
        return f"explains {told['rows']} rows, opens {found.count}"
    for base in bases:
        if not is_plain(base) or base.only_now or base.aggregate not in ("sum", "count"):
            continue
        fact = bound.data.facts[str(base.fact)]
        mine = [part for part in parts if part.form == fact.form.key]
        usual = (
            value_over(replace(bound, filters=inside.filters), desk, base, Behind("", 0), None)
            if False
            else None
        )
        wanted = Grid(
            replace(
                inside, measures=(base,), dimensions=(), compare=(), totals=(), having=None, has_goal=False
            ),
            desk,
        ).groups(())
        usual = wanted[0].values.get(base.key) if wanted else None
        if not usual:
            continue
        if not any(value_over(inside, desk, base, part) == usual for part in mine):
            return f"{base.key}: {usual} is in none of {[(part.form, part.count) for part in parts]}"
    return None


def test_every_shipped_number_opens_the_records_that_make_it_up(practice: Practice) -> None:
    app = practice.plan.app
    boss = system_actor("dental", zone=ZONE)
    seen: set[str] = set()
    problems: dict[str, Any] = {}
    with looked(practice.service, practice.plan, boss) as desk:
        for key, report in app.of("reports").items():
            bound = bound_report(report, data_of(practice.plan), NOW, ZONE, None)
            if bound.kind not in COUNTED:
                continue
            for dims, column, value in points(run(bound, desk)):
                try:
                    said = wrong(bound, desk, dims, column, value)
                    seen.add(column.key)
                except Rejected as refused:
                    said = refused.problems[0].code
                if said is not None:
                    problems[f"{key} {column.key} {dims}"] = said
    assert problems == {}, "\n".join(f"{key}: {one}" for key, one in problems.items())


def test_other_kinds_open_as_many_as_they_count_or_say_that_nothing_is_there(practice: Practice) -> None:
    boss = system_actor("dental", zone=ZONE)
    told: dict[str, Any] = {}
    with looked(practice.service, practice.plan, boss) as desk:
        for key, report in practice.plan.app.of("reports").items():
            bound = bound_report(report, data_of(practice.plan), NOW, ZONE, None)
            kind = KINDS.get(bound.kind)
            if bound.kind in COUNTED or not kind.opens:
                continue
            for dims, column, value in points(run(bound, desk)):
                try:
                    found = kind.behind(bound, desk, dims, column.key)
                    number = found.rows if found.rows is not None else found.count
                except Rejected as refused:
                    codes = [one.code for one in refused.problems]
                    is_meant = column.key in OPENS_NOTHING.get(bound.kind, ())
                    if codes != [NOTHING_BEHIND.code] or not is_meant:
                        told[f"{key} {column.key} {dims}"] = codes
                    continue
                if column.key in COUNTS.get(bound.kind, ()) and number != value:
                    told[f"{key} {column.key} {dims}"] = (value, number)
    assert told == {}, "\n".join(f"{key}: {one}" for key, one in told.items())


COUNTS: Mapping[str, tuple[str, ...]] = {
    "funnel": ("count", "lost", "open", "stuck"),
    "losses": ("lost",),
    "retention": ("size", "returned"),
    "lapse": ("people", "lost"),
    "rfm": ("customers",),
    "rfm_moves": ("customers",),
    "pipeline": ("count",),
    "payback": ("leads",),
    "distribution": ("visit.count",),
}
"""Columns that count the records which they open."""
OPENS_NOTHING: Mapping[str, tuple[str, ...]] = {
    "lapse": ("cycle", "gaps"),
    "pipeline": ("tried", "won"),
}
"""Columns that are told to be worked out of other numbers: days between visits, what became of closed records."""


def test_what_was_paid_accounts_for_what_was_paid_back(clinic: Tiny) -> None:
    who, scaling = customer(clinic, "甲"), item(clinic, "洁牙", ["filling", "filling_direct"], "100.00")
    bills = [
        bill(
            clinic, who, f"2026-11-{day:02} 10:00", scaling, "100.00", ("cash", "60.00"), ("wechat", "40.00")
        )
        for day in (3, 4)
    ]
    clinic.add(
        "refund", "2026-11-05 10:00", bill_id=bills[0], amount="30.00", lines=[{"bill_item": "洁牙", "qty_or_times": "1", "amount": "30.00"}],
        status="refunded", refunded_at="2026-11-06T10:00:00+08:00", reason="not_treated", detail="不做了", back_to="original_way",
    )  # fmt: skip
    assert clinic.value("paid") == Decimal("170.00")
    found = clinic.behind("paid_card", {}, "paid")
    assert [(one.form, one.count, one.rows) for one in (found, *found.also)] == [
        ("bill", 2, 4),
        ("refund", 1, None),
    ]
    assert (
        found.to_json()["also"][0]["words"]["zh"]
        == clinic.plan.app.of("forms")["refund"]["measures"][0]["name"]["zh"]
    )
    with looked(clinic.service, clinic.plan, clinic.boss) as desk:
        given = {**clinic.plan.app.of("reports")["paid_card"], "filter": f'{{branch}} = "{clinic.branch}"'}
        bound = bound_report(given, data_of(clinic.plan), NOW, ZONE, None)
        assert explained(desk, bound, {}, "paid")["rows"] == 5
