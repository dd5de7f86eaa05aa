"""Makes the table: columns with their words, titles of records as the asker may see them."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.access.sources import NO_ACCESS_VALUE
from engine.definitions.shape import FieldShape, FormShape
from engine.text import Words
from report_engine.binding import Dimension
from report_engine.draft import Draft, Group
from report_engine.measures import Measure
from report_engine.moments import is_over
from report_engine.query import LISTS, OTHER
from report_engine.table import Cell, Column, Table, Total

NO_ACCESS: Words = {"zh": "（无权查看）", "en": "(no access)"}
COMPARED: Mapping[str, Words] = {
    "previous_period": {"zh": "上期", "en": "previous period"},
    "previous_month": {"zh": "上月", "en": "previous month"},
    "previous_year": {"zh": "去年同期", "en": "last year"},
    "same_weekdays": {"zh": "去年同星期", "en": "last year, same weekdays"},
    "spring_festival": {"zh": "去年春节对齐", "en": "last year by Spring Festival"},
    "baseline": {"zh": "基准期", "en": "baseline"},
}
CHANGED: Mapping[str, Words] = {
    "previous_period": {"zh": "环比", "en": "vs previous period"},
    "previous_month": {"zh": "月环比", "en": "vs previous month"},
    "previous_year": {"zh": "同比", "en": "vs last year"},
    "same_weekdays": {"zh": "同比（同星期）", "en": "vs last year, same weekdays"},
    "spring_festival": {"zh": "同比（春节对齐）", "en": "vs last year by Spring Festival"},
    "baseline": {"zh": "较基准期", "en": "vs baseline"},
}


def label(draft: Draft) -> Draft:
    """Return the draft with its table."""
    bound = draft.bound
    lists = any(one.value_type in LISTS and one.level is None for one in bound.dimensions)
    columns = [_dimension(draft, one) for one in bound.dimensions]
    for one in bound.measures:
        columns.append(replace(_measure(one, lists), is_sum=_is_sum(draft, one)))
        if one.show is None:
            for name in bound.compare:
                columns += _compared(one, name)
            if bound.has_goal and _is_aimed_at(draft, one):
                columns += _goal(draft, one)
    columns += draft.columns
    width = len(bound.dimensions)
    rows = tuple(_row(row, columns, width) for row in draft.rows)
    keys = [one.key for one in bound.dimensions]
    totals = tuple(
        Total(by, tuple(_total(group, by, keys, columns) for group in _ordered(groups)))
        for by, groups in draft.totals.items()
    )
    labels = _titles(draft, columns, rows)
    table = Table(tuple(columns), rows, totals, labels, bound.now, draft.warnings, draft.notes)
    return replace(draft, table=table)


def _dimension(draft: Draft, one: Dimension) -> Column:
    data = draft.bound.data
    plain = one.paths if not one.formulas else {}
    ends = [steps[-1] for fact, path in plain.items() if (steps := data.walk(data.facts[fact], path))]
    words: dict[str, Mapping[str, str]] = {NO_ACCESS_VALUE: NO_ACCESS}
    form: str | None = None
    if one.grain is None and one.bins is None:
        field = ends[0][1] if ends else None
        known = (field.config.get("options") or field.config.get("known") or ()) if field else one.options
        for option in known:
            words[str(option["key"])] = option.get("label") or {"zh": option["key"], "en": option["key"]}
        form = next((found for end in ends if (found := _target(*end)) is not None), None)
    if one.key in draft.kept:
        words[OTHER] = one.other
    if one.bins is not None:
        words |= _bands(draft, one)
    format_ = one.grain or ("band" if one.bins is not None else _format(one))
    return Column(
        one.key,
        one.name,
        "dimension",
        format_,
        labels=words,
        form=form,
        adds_up=one.level is not None or one.value_type not in LISTS,
    )


def _target(shape: FormShape, field: FieldShape) -> str | None:
    """Return the form whose records a dimension's values are; None for plain values."""
    if field.key == "id":
        return shape.key
    if field.value_type in ("person", "persons"):
        return "user"
    return str(field.config.get("to")) if field.value_type in ("reference", "references") else None


def _format(one: Dimension) -> str:
    return {"boolean": "boolean", "integer": "integer", "decimal": "number", "money": "money"}.get(
        one.value_type, "text"
    )


def _bands(draft: Draft, one: Dimension) -> dict[str, Words]:
    """Return the words of bands by their number."""
    bins = one.bins
    assert bins is not None
    if bins.width is not None:
        numbers = {row.key[draft.bound.dimensions.index(one)] for row in draft.rows}
        made: dict[str, Words] = {}
        for number in (n for n in numbers if isinstance(n, int)):
            low = bins.start + number * bins.width
            text = f"{_plain(low)}–{_plain(low + bins.width)}"
            made[str(number)] = {"zh": text, "en": text}
        return made
    edges = draft.edges.get(one.key, bins.edges)
    if not edges:
        return {"-1": {"zh": "全部", "en": "All"}}
    first, last = _plain(edges[0]), _plain(edges[-1])
    found: dict[str, Words] = {
        "-1": {"zh": f"{first} 以下", "en": f"below {first}"},
        str(len(edges) - 1): {"zh": f"{last} 及以上", "en": f"{last} and more"},
    }
    for at, (low, high) in enumerate(itertools.pairwise(edges)):
        text = f"{_plain(low)}–{_plain(high)}"
        found[str(at)] = {"zh": text, "en": text}
    for at, words in enumerate(bins.labels):
        found[str(at - 1)] = words
    return found


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _is_sum(draft: Draft, one: Measure) -> bool:
    """Tell whether nothing means nought: not where it is only not known, or may not be known."""
    bound = draft.bound
    is_unknown = any(base.only_now for base in one.base()) and is_over(bound.period, bound.today)
    return one.is_sum and not is_unknown and bound.verb != "totals"


def _measure(one: Measure, lists: bool) -> Column:
    adds_up = one.adds_up and not lists
    return Column(one.key, named(one), "measure", one.format, one.good, unit=one.unit, adds_up=adds_up)


def named(one: Measure) -> Words:
    """Return a measure's name with what it is counted in."""
    if not one.unit:
        return one.name
    frames = {"zh": "{name}（{unit}）", "en": "{name} ({unit})"}
    return {
        lang: frame.format(name=one.name.get(lang, one.key), unit=one.unit.get(lang, ""))
        for lang, frame in frames.items()
    }


def _compared(one: Measure, name: str) -> list[Column]:
    def words(table: Mapping[str, Words]) -> Words:
        return {lang: f"{one.name.get(lang, one.key)} {table[name][lang]}" for lang in ("zh", "en")}

    points = "points" if one.format == "percent" else "percent"
    return [
        Column(
            f"{one.key}@{name}",
            words(COMPARED),
            "compare",
            one.format,
            one.good,
            one.key,
            adds_up=one.adds_up,
        ),
        Column(
            f"{one.key}@{name}.change", words(CHANGED), "compare", points, one.good, one.key, adds_up=False
        ),
    ]


GOALS: tuple[tuple[str, Words, str | None], ...] = (
    ("goal", {"zh": "目标", "en": "goal"}, None),
    ("goal.attainment", {"zh": "完成率", "en": "of the goal"}, "percent"),
    ("goal.pace", {"zh": "时间进度", "en": "time gone"}, "percent"),
    ("goal.forecast", {"zh": "预计完成率", "en": "of the goal at this pace"}, "percent"),
    ("goal.per_day", {"zh": "要追上每工作日还需", "en": "needed each working day left"}, None),
)


def _is_aimed_at(draft: Draft, one: Measure) -> bool:
    """Tell whether anybody set a target for a measure, or the report itself asks for its columns by name."""
    return _is_said(draft, f"{one.key}@goal")


def _is_said(draft: Draft, key: str) -> bool:
    groups = (*draft.rows, *(group for some in draft.totals.values() for group in some))
    if any(group.values.get(key) is not None for group in groups):
        return True
    report = draft.bound.report
    return key in f"{report.get('sort', '')} {report.get('chart', '')} {report.get('having', '')}"


def _goal(draft: Draft, one: Measure) -> list[Column]:
    """Return the columns beside a goal; what days left have to bring only while there are any."""
    return [
        Column(
            f"{one.key}@{what}", {lang: f"{one.name.get(lang, one.key)} {words[lang]}" for lang in ("zh", "en")}, "compare",
            form or one.format, one.good, one.key, adds_up=False,
        )
        for what, words, form in GOALS
        if what != "goal.per_day" or _is_said(draft, f"{one.key}@{what}")
    ]  # fmt: skip


def _row(row: Group, columns: list[Column], width: int) -> tuple[Cell, ...]:
    return (*row.key, *(row.values.get(column.key) for column in columns[width:]))


def _total(group: Group, by: tuple[str, ...], keys: list[str], columns: list[Column]) -> tuple[Cell, ...]:
    """Return a total as a row of the table's own columns; dimensions that it is over are blank."""
    values = dict(zip(by, group.key, strict=True))
    return (*(values.get(key) for key in keys), *(group.values.get(c.key) for c in columns[len(keys) :]))


def _ordered(groups: tuple[Group, ...]) -> list[Group]:
    return sorted(groups, key=lambda group: [(v is None, str(v)) for v in group.key])


def _titles(
    draft: Draft, columns: list[Column], rows: tuple[tuple[Cell, ...], ...]
) -> dict[str, dict[str, str]]:
    wanted: dict[str, dict[str, None]] = {}
    for at, column in enumerate(columns):
        if column.form is not None:
            ids: dict[str, Any] = {str(row[at]): None for row in rows if row[at] is not None}
            for by, groups in draft.totals.items():
                if column.key in by:
                    ids |= {str(group.key[by.index(column.key)]): None for group in groups}
            for word in (NO_ACCESS_VALUE, OTHER, "None"):
                ids.pop(word, None)
            wanted.setdefault(column.form, {}).update(ids)
    return {form: draft.desk.gate.labels(form, ids) for form, ids in wanted.items() if ids}
