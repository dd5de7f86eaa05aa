"""The base of controls whose value is child rows with fields of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import KEY, Schema, array
from form_engine.control import Control
from form_engine.controls._limits import TOO_FEW, TOO_MANY
from form_engine.controls._settings import FIELD, flag, many, setting, whole

SAME_ROWS = Code(
    "subtable.same_rows",
    zh="第 {first} 行与第 {second} 行的{fields}相同",
    en="Rows {first} and {second} have the same {fields}",
    hint_zh="合并两行或改其中一行",
    hint_en="Join the rows or change one of them",
)
TOTALS = ("sum", "avg", "min", "max", "count")


def row_settings(default: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Schema]:
    """Return the settings of a table of rows; `default` presets its columns."""
    columns = many("列", "Columns", FIELD, minItems=1, maxItems=60)
    if default is not None:
        columns["default"] = [dict(one) for one in default]
    return {
        "fields": columns,
        "min_rows": whole("最少几行", "Fewest rows", minimum=0, maximum=1000),
        "max_rows": whole("最多几行", "Most rows", minimum=1, maximum=1000, default=200),
        "totals": setting(
            "合计", "Totals", {"type": "object", "additionalProperties": {"enum": list(TOTALS)}}
        ),
        "unique_rows": setting("行内不可重复", "No two rows alike in", array(KEY, minItems=1, maxItems=10)),
        "add": flag("可加行", "Rows may be added", True),
        "remove": flag("可删行", "Rows may be removed", True),
    }


@dataclass(frozen=True)
class Rows(Control):
    """Child rows. Their own fields are compiled and checked like those of a form; here only the rows as a whole."""

    value_type: str | None = "rows"
    group: str = "relation"
    operators: str = "Q"

    def check(
        self, value: Sequence[Mapping[str, Any]], config: Mapping[str, Any], path: str
    ) -> Iterator[Problem]:
        least, most = config.get("min_rows"), config.get("max_rows")
        if least is not None and len(value) < least:
            yield TOO_FEW.at(path, min=least, count=len(value))
        if most is not None and len(value) > most:
            yield TOO_MANY.at(path, max=most, count=len(value))
        if config.get("unique_rows"):
            yield from _alike(value, config["unique_rows"], config["fields"], path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        schema: Schema = {"type": "array", "items": {"type": "object"}}
        if config.get("min_rows"):
            schema["minItems"] = config["min_rows"]
        if config.get("max_rows"):
            schema["maxItems"] = config["max_rows"]
        return schema


def _alike(
    rows: Sequence[Mapping[str, Any]], keys: Sequence[str], fields: Sequence[Mapping[str, Any]], path: str
) -> Iterator[Problem]:
    labels = {one.get("key"): one.get("label", {"zh": one.get("key")}) for one in fields}
    named = {lang: "、".join(str(labels.get(k, {}).get(lang, k)) for k in keys) for lang in ("zh", "en")}
    seen: dict[tuple[Any, ...], int] = {}
    for place, row in enumerate(rows):
        mark = tuple(None if row.get(key) is None else repr(row[key]) for key in keys)
        if not any(mark):
            continue
        if mark in seen:
            yield SAME_ROWS.at(f"{path}/{place}", first=seen[mark] + 1, second=place + 1, fields=named)
        seen.setdefault(mark, place)
