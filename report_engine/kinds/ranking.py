"""Ranking (排行): who leads, by how much, who rose and fell; small samples neither top the list nor fill its end.

The first measure decides. Columns are added for rank (equal values share the better one), share of all that are
ranked (where the measure adds up) and, with a comparison, the rank then. `settings.shrink`: rates are drawn towards the rate of all by so many cases, so that one of
one is no leader. `settings.mine`: only the asker's own place, with how many there are: colleagues' numbers stay theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.expressions.nodes import Node
from engine.schema import closed
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.draft import Draft, Group
from report_engine.grid import PERCENT_PLACES, Grid
from report_engine.kind import Kind
from report_engine.measures import Measure
from report_engine.passes.runs import PASSES
from report_engine.problems import EMPTY
from report_engine.query import LISTS, rounded
from report_engine.table import Cell, Column, Table


class Ranking(Kind):
    """Rows in the order of their first measure, with their ranks."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        first = bound.measures[0].key
        bound = replace(bound, sort=bound.sort or (f"-{first}",))
        limit = bound.limit
        # Ranks are among all, so the list is cut last.
        draft = Draft(replace(bound, limit=None), desk)
        for one in PASSES[:-1]:
            draft = one(draft)
        draft = _ranked(draft, first)
        if bound.settings.get("mine"):
            return _own(draft, first)
        if limit is not None:
            draft = replace(draft, rows=draft.rows[:limit])
        made = PASSES[-1](draft).table
        assert made is not None
        return made

    def meant(self, bound: Bound, dims: Mapping[str, Any], measure: str | None) -> str | None:
        """Return the measure that a number is explained by: a place by the one that decides it."""
        return bound.measures[0].key if bound.settings.get("mine") else measure


def _own(draft: Draft, first: str) -> Table:
    """Return the place of the one who asks, among how many, and his own numbers."""
    ranks = [row.values.get(f"{first}@rank") for row in draft.rows]
    at = next((at for at, row in enumerate(draft.rows) if row.key[-1] == draft.desk.actor.user_id), None)
    columns = [RANK, AMONG, *(_plain(one) for one in draft.bound.measures)]
    then = [f"{first}@rank.{name}" for name in draft.bound.compare]
    columns += [Column("rank@then", RANK_THEN, "compare", "integer", of="rank") for _ in then[:1]]
    rows: tuple[tuple[Cell, ...], ...] = ()
    if at is not None and ranks[at] is not None:
        own = draft.rows[at].values
        places = sum(rank is not None for rank in ranks)
        keys = [*(one.key for one in draft.bound.measures), *then[:1]]
        rows = ((ranks[at], places, *(own.get(key) for key in keys)),)
    warnings = draft.warnings if rows else (EMPTY.at(""),)
    return Table(tuple(columns), rows, as_of=draft.bound.now, warnings=warnings)


def _plain(one: Measure) -> Column:
    return Column(one.key, one.name, "measure", one.format, one.good, adds_up=False)


def _ranked(draft: Draft, first: str) -> Draft:
    bound = draft.bound
    shrink = bound.settings.get("shrink")
    rows = list(draft.rows)
    values = _drawn(draft, first, int(shrink)) if shrink else [row.values.get(first) for row in rows]
    ranks = ranked(values)
    if shrink:
        order = sorted(range(len(rows)), key=lambda at: (ranks[at] is None, ranks[at] or 0, at))
        rows, ranks, values = (
            [rows[at] for at in order],
            [ranks[at] for at in order],
            [values[at] for at in order],
        )
    more: dict[str, Sequence[Cell]] = {f"{first}@rank": ranks}
    columns = [Column(f"{first}@rank", {"zh": "名次", "en": "Rank"}, "mark", "integer", of=first)]
    shares = _shares(bound, values) if not shrink else None
    if shares is not None:
        more[f"{first}@share"] = shares
        columns.append(Column(f"{first}@share", {"zh": "占比", "en": "Share"}, "mark", "percent", of=first))
    if shrink:
        more[f"{first}@drawn"] = values
        columns.append(
            Column(f"{first}@drawn", {"zh": "收缩后", "en": "Drawn to the mean"}, "mark", "percent", of=first)
        )
    for name in bound.compare:
        before = ranked([row.values.get(f"{first}@{name}") for row in rows])
        more[f"{first}@rank.{name}"] = before
        more[f"{first}@rank.{name}.change"] = [
            None if a is None or b is None else b - a for a, b in zip(ranks, before, strict=True)
        ]
        columns.append(
            Column(f"{first}@rank.{name}", {"zh": "上期名次", "en": "Rank then"}, "mark", "integer", of=first)
        )
        columns.append(
            Column(
                f"{first}@rank.{name}.change",
                {"zh": "名次变化", "en": "Places up"},
                "mark",
                "integer",
                "up",
                of=first,
            )
        )
    made = tuple(
        replace(row, values={**row.values, **{key: cells[at] for key, cells in more.items()}})
        for at, row in enumerate(rows)
    )
    return replace(draft, rows=made, columns=(*draft.columns, *columns))


def ranked(values: Sequence[Cell]) -> list[int | None]:
    """Return ranks, the largest value first; equal values share the better rank, blank ones have none."""
    numbers = sorted((v for v in values if isinstance(v, int | Decimal)), reverse=True)
    places: dict[object, int] = {}
    for at, value in enumerate(numbers):
        places.setdefault(value, at + 1)
    return [places.get(value) if isinstance(value, int | Decimal) else None for value in values]


def _shares(bound: Bound, values: Sequence[Cell]) -> list[Cell] | None:
    """Return each value's share of the sum of all; None where there is no such thing: rates, or one record in many rows."""
    is_split = any(one.value_type in LISTS and one.level is None for one in bound.dimensions)
    if is_split or not _is_sum(bound.measures[0]):
        return None
    whole = sum((Fraction(value) for value in values if isinstance(value, int | Decimal)), Fraction(0))
    return [
        rounded(Fraction(value) / whole, PERCENT_PLACES)
        if isinstance(value, int | Decimal) and whole > 0
        else None
        for value in values
    ]


def _is_sum(one: Measure) -> bool:
    """Tell whether the parts of a measure make up the whole: sums and counts, and what is added up of them."""
    if one.show is not None or one.formula is None:
        return one.adds_up

    def adds(node: Node) -> bool:
        if node.kind == "field":
            part = one.parts.get(".".join(node.value))
            return part is not None and _is_sum(part)
        if node.kind == "call" and str(node.value).upper() == "COALESCE":
            return adds(node.args[0]) and all(
                each.kind == "lit" and each.value == 0 for each in node.args[1:]
            )
        return (node.kind == "neg" or (node.kind == "op" and node.value in ("+", "-"))) and all(
            adds(each) for each in node.args
        )

    return adds(one.formula.node)


def _drawn(draft: Draft, key: str, weight: int) -> list[Cell]:
    """Return rates drawn towards that of all records, by as many cases as `weight`."""
    plain = replace(draft.bound, compare=())
    is_share = draft.bound.measures[0].aggregate == "rate"
    whole = Grid(plain, draft.desk).groups(())
    mean = _exact(whole[0], key, is_share) if whole else None

    def drawn(row: Group) -> Cell:
        value, cases = _exact(row, key, is_share), row.cases.get(key)
        if value is None or mean is None or cases is None:
            return row.values.get(key)
        return rounded((value * cases + mean * weight) / (cases + weight), PERCENT_PLACES)

    return [drawn(row) for row in draft.rows]


def _exact(row: Group, key: str, is_share: bool) -> Fraction | None:
    """Return a rate; one of so many cases is that many of them, whatever its rounded share says."""
    value, cases = row.values.get(key), row.cases.get(key)
    if not isinstance(value, Decimal):
        return None
    return Fraction(round(Fraction(value) * cases), cases) if is_share and cases else Fraction(value)


RANK_THEN = {"zh": "上期名次", "en": "Place then"}
RANK = Column("rank", {"zh": "名次", "en": "Place"}, "measure", "integer", "down", adds_up=False)
AMONG = Column("among", {"zh": "参与排名人数", "en": "Of how many"}, "measure", "integer", adds_up=False)

KIND = Ranking(
    kind="ranking",
    zh="排行",
    en="Ranking",
    needs=("measures", "by"),
    settings_schema=closed(
        shrink={"type": "integer", "minimum": 1, "maximum": 10_000}, mine={"type": "boolean"}
    ),
)
