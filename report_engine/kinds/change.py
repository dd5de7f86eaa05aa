"""Change split (变化拆解): why a product of factors changed, in parts that add up to the last fen.

`measures`: the first is the result, the others its factors, which multiply to it (leads × deals a lead × money a deal). Each
factor's part is its mean effect over every order in which the factors can change one after the other (Shapley); what
rounding leaves goes to the largest part. `compare` names the period it changed from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from math import factorial, prod
from typing import Any

from engine.problems import Code, Rejected
from engine.schema import closed
from report_engine.behind import Behind, counted
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.draft import Draft, Group
from report_engine.grid import Grid
from report_engine.kind import Kind
from report_engine.passes.labels import label
from report_engine.query import rounded
from report_engine.table import Cell, Column, Table

NOT_A_PRODUCT = Code(
    "report.not_a_product",
    zh="变化拆解要有一个结果、2 到 5 个相乘的因子和一个比较期",
    en="A change split needs a result, 2 to 5 factors that multiply to it, and a period to compare with",
    hint_zh='例如 measures: [实收, 线索数, 线索转化率, 客单价], compare: ["previous_month"]',
    hint_en='For example measures: [paid, leads, conversion, ticket], compare: ["previous_month"]',
)
MOST_FACTORS = 5
OTHER = "rest"


class Change(Kind):
    """A row a factor, for each group of the dimensions."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        factors = bound.measures[1:]
        if not 2 <= len(factors) <= MOST_FACTORS or len(bound.compare) != 1:
            raise Rejected(NOT_A_PRODUCT.at("/measures"))
        name, result = bound.compare[0], bound.measures[0]
        by = tuple(one.key for one in bound.dimensions)
        groups = sorted(
            Grid(bound, desk).groups(by), key=lambda group: [(v is None, str(v)) for v in group.key]
        )
        rows: list[tuple[Cell, ...]] = []
        for group in groups:
            now, then = _number(group, result.key), _number(group, f"{result.key}@{name}")
            told = split(
                then, now,
                [_number(group, f"{one.key}@{name}") for one in factors], [_number(group, one.key) for one in factors],
                0 if result.format == "integer" else 2,
            )  # fmt: skip
            for key, part in zip([*(one.key for one in factors), OTHER], told, strict=True):
                if key != OTHER or part:
                    rows.append((*group.key, key, part, _cell(then), _cell(now)))
        return _shown(bound, desk, groups, rows)

    def meant(self, bound: Bound, dims: Mapping[str, Any], measure: str | None) -> str | None:
        factor, result = dims.get("factor"), bound.measures[0].key
        if factor not in (None, OTHER):
            return str(factor)
        return f"{result}@{bound.compare[0]}" if measure == "then" else result

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return what is behind a factor in this period; where none is named, what is behind the result, now or then."""
        return counted(bound, desk, dims, self.meant(bound, dims, measure))


def split(
    then: Fraction, now: Fraction, before: Sequence[Fraction], after: Sequence[Fraction], places: int
) -> list[Decimal]:
    """Return each factor's part of `now - then`, and last what the product leaves unexplained; together exactly that."""
    whole = rounded(now - then, places)
    parts = [rounded(one, places) for one in shapley(before, after)]
    explained = rounded(prod(after, start=Fraction(1)) - prod(before, start=Fraction(1)), places)
    rest = whole - explained
    left = explained - sum(parts, Decimal(0))
    if left and parts:
        largest = max(range(len(parts)), key=lambda at: abs(parts[at]))
        parts[largest] += left
    return [*parts, rest]


def shapley(before: Sequence[Fraction], after: Sequence[Fraction]) -> Iterable[Fraction]:
    """Return the mean effect of each factor over all orders of change."""
    count = len(before)
    sums = [Fraction(0)] * count
    for order in permutations(range(count)):
        state = list(before)
        for one in order:
            old = prod(state, start=Fraction(1))
            state[one] = after[one]
            sums[one] += prod(state, start=Fraction(1)) - old
    return [one / factorial(count) for one in sums]


def _number(group: Group, key: str) -> Fraction:
    value = group.values.get(key)
    return Fraction(value) if isinstance(value, int | Decimal) else Fraction(0)


def _cell(value: Fraction) -> Decimal:
    return rounded(value, 2)


def _shown(bound: Bound, desk: Desk, groups: Sequence[Group], rows: list[tuple[Cell, ...]]) -> Table:
    plain = replace(bound, measures=(), compare=(), totals=())
    made = label(Draft(plain, desk, tuple(groups))).table
    assert made is not None
    words = {one.key: one.name for one in bound.measures[1:]} | {OTHER: {"zh": "其余", "en": "Rest"}}
    kind = bound.measures[0].format
    columns = (
        *made.columns,
        Column("factor", {"zh": "因素", "en": "Factor"}, "dimension", "text", labels=words),
        Column("part", {"zh": "影响", "en": "Part of the change"}, "measure", kind, "up"),
        Column("then", {"zh": "对比期", "en": "Then"}, "measure", kind, adds_up=False),
        Column("now", {"zh": "本期", "en": "Now"}, "measure", kind, adds_up=False),
    )
    return replace(made, columns=columns, rows=tuple(rows))


KIND = Change(
    kind="change",
    zh="变化拆解",
    en="Change split",
    needs=("measures", "compare"),
    settings_schema=closed(),
)
