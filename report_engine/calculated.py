"""Calculated dimensions: what results are grouped by, worked out of each record by a formula.

`{"key": "size", "name": {"zh": "金额档", "en": "Size"}, "formula": "IF({amount} > 10000, \"大额\", \"小额\")"}` among a report's
`by`. Names in it are fields and roles, as in filters; what a number or a day is made of may have bands and buckets.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.access.type_scope import SourceTypes
from engine.expressions import check
from engine.expressions.checker import words
from engine.expressions.nodes import Node
from engine.expressions.types import DATETIME
from engine.problems import Code, Rejected
from engine.text import Words
from report_engine import wording as w
from report_engine.dataset import Datasets, Fact

VALUE_TYPES = {
    "number": "decimal",
    "text": "text",
    "option": "text",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
}
"""What a formula's result is grouped as."""
BAD_RESULT = Code(
    "report.bad_result",
    zh="“{label}”的公式得到的是{found}，不能用来分组",
    en="The formula of “{label}” gives {found}, which cannot be grouped by",
    hint_zh='让公式得到文字、数字、日期或是否，例如 IF({amount} > 10000, "大额", "小额")',
    hint_en='Let it give text, a number, a date or yes/no, for example IF({amount} > 10000, "large", "small")',
)
FORMULA_ALONE = Code(
    "report.formula_alone",
    zh="“{label}”已按公式计算，不能再写“{name}”",
    en="“{label}” is worked out by a formula, so it has no “{name}”",
    hint_zh="公式维度只需 key、name、formula，可加 bucket、bins、top",
    hint_en="A calculated dimension has key, name and formula, and may have bucket, bins, top",
)
NOT_BESIDE = ("field", "role", "maps", "level", "repeat")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula in the terms of one fact. `options`: those of the choices that it gives."""

    node: Node
    value_type: str
    options: tuple[Json, ...] = ()


def worked(data: Datasets, fact: Fact, node: Node, label: Words, at: str) -> Worked:
    """Return a formula whose names are paths of a fact. Rejected where nothing can be grouped by what it gives."""
    checked = check(
        node, SourceTypes(data.shapes, fact.shape, fact.form.key if fact.rows is not None else None), None, at
    )
    kind = VALUE_TYPES.get(checked.type.name)
    if kind is None:
        raise Rejected(BAD_RESULT.at(at, label=label, found=words(checked.type)))
    options = tuple(_options(data, fact, node)) if checked.type.name in ("option", "text") else ()
    return Worked(node, kind, options)


def by_day(node: Node, value_type: str) -> Node:
    """Return the day that an instant lies on; a day is itself."""
    return w.call("BUCKET", node, w.literal("day")) if value_type == DATETIME.name else node


def _options(data: Datasets, fact: Fact, node: Node) -> Iterator[Json]:
    """Yield the options of the choices that a formula may give as they are: those named in tests are none of them."""
    if node.kind == "field":
        found = data.field(fact, ".".join(node.value))
        if found is not None and found.value_type == "choice":
            yield from found.config.get("options") or ()
    name = str(node.value).upper() if node.kind == "call" else ""
    given: tuple[Node, ...] = ()
    if name in BRANCHING:
        start, step = BRANCHING[name]
        given = node.args[start::step]
        # What stands alone at the end is the result of none of the tests.
        given += node.args[-1:] if name in ENDING and len(node.args) % 2 == ENDING[name] else ()
    for one in dict.fromkeys(given):
        yield from _options(data, fact, one)


BRANCHING: Mapping[str, tuple[int, int]] = {
    "IF": (1, 1), "IFS": (1, 2), "SWITCH": (2, 2), "COALESCE": (0, 1), "IFBLANK": (0, 1),
}  # fmt: skip
ENDING: Mapping[str, int] = {"IFS": 1, "SWITCH": 0}

__all__ = ["BAD_RESULT", "FORMULA_ALONE", "NOT_BESIDE", "Worked", "by_day", "worked"]
