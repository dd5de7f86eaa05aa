"""Settings that name columns, what is natural for a table, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, array
from engine.text import nearest
from report_engine.drawing.reading import dimensions, is_ordered, is_time, measures
from report_engine.table import Column, Table

UNKNOWN_COLUMN = Code(
    "chart.unknown_column",
    zh="图表用到的“{name}”不在结果里",
    en="The chart uses “{name}”, which the result does not have",
    hint_zh="可选：{choices}",
    hint_en="Choose from: {choices}",
)
NEEDS = Code(
    "chart.needs",
    zh="{chart}需要{what}，这张报表没有",
    en="{chart} needs {what}; this report has none",
    hint_zh="添加{what}，或换一种图表",
    hint_en="Add {what}, or choose another kind of chart",
)
WANTED: Mapping[str, Mapping[str, str]] = {
    "dimension": {"zh": "维度", "en": "a dimension"},
    "dimensions": {"zh": "两个维度", "en": "two dimensions"},
    "measure": {"zh": "度量", "en": "a measure"},
    "measures": {"zh": "两个度量", "en": "two measures"},
    "time": {"zh": "日期维度", "en": "a dimension by date"},
}
DIMENSION: Schema = {"type": "string", "maxLength": 200, "format": "dimension"}
MEASURE: Schema = {"type": "string", "maxLength": 200, "format": "measure"}
VALUES: Schema = array(MEASURE, minItems=1, maxItems=12)
GROUPS: Schema = array(DIMENSION, maxItems=6)
LABELS: Schema = {"enum": ["auto", "always", "never"], "default": "auto"}


def most(default: int, ceiling: int) -> Schema:
    """Return the setting of how many groups stand alone before the rest becomes 其他."""
    return {"type": "integer", "minimum": 1, "maximum": ceiling, "default": default}


def check_columns(schema: Schema, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
    """Yield a problem for each named column that the table lacks."""
    for name, rule in schema.get("properties", {}).items():
        given = config.get(name)
        if isinstance(given, str) and "format" in rule:
            yield from _missing(given, table, f"{path}/{name}", rule["format"])
        elif isinstance(given, list | tuple) and "format" in rule.get("items", {}):
            for at, one in enumerate(given):
                yield from _missing(one, table, f"{path}/{name}/{at}", rule["items"]["format"])


def _missing(key: object, table: Table, path: str, role: str) -> Iterator[Problem]:
    roles = ("dimension",) if role == "dimension" else ("measure", "compare", "mark")
    keys = [column.key for column in table.columns if column.role in roles]
    if key not in keys:
        close = nearest(str(key), keys) or keys[:8]
        yield UNKNOWN_COLUMN.at(path, name=str(key), choices=", ".join(close) or "–")


def check_needs(
    chart: Mapping[str, str], table: Table, path: str, wanted: Mapping[str, int]
) -> Iterator[Problem]:
    """Yield what kind of column is missing: `{"dimension": 1, "measure": 2, "time": 1}`."""
    there = {
        "dimension": len(dimensions(table)),
        "measure": len(measures(table)),
        "time": sum(is_time(one) for one in dimensions(table)),
    }
    for what, count in wanted.items():
        if there[what] < count:
            yield NEEDS.at(path, chart=chart, what=WANTED[what if count == 1 else f"{what}s"])


def natural(
    config: Mapping[str, Any], table: Table, *, wants_time: bool = False, splits: bool = True
) -> dict[str, Any]:
    """Return the settings with `x`, `split` and `values` chosen from the table where they were left out."""
    chosen = dict(config)
    axes = dimensions(table)
    if "x" not in chosen and axes:
        taken = chosen.get("split")
        free = [one for one in axes if one.key != taken] or axes
        ordered = [one for one in free if is_time(one)] or [one for one in free if is_ordered(one)]
        chosen["x"] = (ordered[0] if ordered and (wants_time or len(free) > 1) else free[0]).key
    if splits and "split" not in chosen:
        rest = [one.key for one in axes if one.key != chosen.get("x")]
        chosen["split"] = rest[0] if rest else None
    if "values" not in chosen:
        keys = alike(measures(table))
        chosen["values"] = keys[:1] if chosen.get("split") else keys
    return chosen


def alike(columns: list[Column]) -> list[str]:
    """Return the keys of the columns that share the first one's unit: what one axis can carry."""
    return [one.key for one in columns if _unit(one) == _unit(columns[0])][:6]


def _unit(one: Column) -> str:
    return "number" if one.format == "integer" else one.format
