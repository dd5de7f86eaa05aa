"""What can be wrong with a flow definition, in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.definitions.checks.formulas import fits as _fits
from engine.expressions.checker import words
from engine.expressions.types import ExprType
from engine.problems import Code, Problem
from engine.text import nearest

NO_NODE = Code(
    "flow.no_node",
    zh="没有名为“{node}”的节点",
    en="There is no node “{node}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NO_FORM = Code(
    "flow.no_form",
    zh="没有名为“{form}”的表单",
    en="There is no form “{form}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NO_FIELD = Code(
    "flow.no_field",
    zh="表单“{form}”没有字段“{field}”",
    en="The form “{form}” has no field “{field}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
KEY_TWICE = Code(
    "flow.key_twice",
    zh="节点“{key}”出现了两次",
    en="The node “{key}” is there twice",
    hint_zh="给其中一个换一个 key",
    hint_en="Give one of them another key",
)
TOO_MANY_NODES = Code(
    "flow.too_many_nodes",
    zh="一个流程最多有 {most} 个节点",
    en="A flow has at most {most} nodes",
    hint_zh="把一部分拆成单独的流程，再用“调用流程”节点调用",
    hint_en="Move a part into a flow of its own and call it",
)
TWO_REGIONS = Code(
    "flow.two_regions",
    zh="节点“{node}”同时属于几个区域：{regions}",
    en="The node “{node}” belongs to several regions at once: {regions}",
    hint_zh="循环或分块里的节点不能连到外面；请在里面用“结束本区域”收尾",
    hint_en="Nodes inside a loop or block cannot lead outside it; end them there with “End of region”",
)
NAME_TAKEN = Code(
    "flow.name_taken",
    zh="名称“{name}”已经有别的含义",
    en="The name “{name}” already means something else",
    hint_zh="换一个名称",
    hint_en="Choose another name",
)
TWO_TYPES = Code(
    "flow.two_types",
    zh="“{name}”在一处是{one}，在另一处是{other}",
    en="“{name}” is {one} in one place and {other} in another",
    hint_zh="用“as”给其中一个换一个名称",
    hint_en="Give one of them another name with “as”",
)
WRONG_RESULT = Code(
    "flow.wrong_result",
    zh="公式的结果是{given}，这里要的是{wanted}",
    en="The formula gives {given}, but this must be {wanted}",
    hint_zh="换用合适的函数，例如 TEXT、VALUE、DATEVALUE",
    hint_en="Convert it, for example with TEXT, VALUE or DATEVALUE",
)

WRONG_FIELD = Code(
    "flow.wrong_field",
    zh="字段“{field}”是{given}，这个触发器要的是{wanted}",
    en="The field “{field}” is {given}, but this trigger watches {wanted}",
    hint_zh="换一个字段，或换一种触发器",
    hint_en="Choose another field, or another kind of trigger",
)


BOUNDARY_NEEDS = Code(
    "flow.boundary_needs",
    zh="节点“{node}”的边界“{key}”还没有说明它等什么：{settings}",
    en="The boundary “{key}” at “{node}” does not say what it waits for: {settings}",
    hint_zh="填写其中一项",
    hint_en="Write one of these",
)
_NEEDS = {"timer": ("after", "at"), "message": ("message",), "condition": ("when",)}


def boundary_problems(node: str, boundaries: Iterable[Mapping[str, Any]], path: str) -> Iterator[Problem]:
    """Yield boundaries that would never happen, for what they wait for is not said."""
    for index, one in enumerate(boundaries):
        needs = _NEEDS.get(one["kind"], ())
        if needs and sum(key in one for key in needs) != 1:
            settings = ", ".join(needs)
            yield BOUNDARY_NEEDS.at(f"{path}/on/{index}", node=node, key=one["key"], settings=settings)


def no_node(key: str, path: str, among: Iterable[str]) -> Problem:
    """Return the problem of a way that leads to a node that is not there."""
    return NO_NODE.at(path, node=key, nearest=", ".join(nearest(key, among)) or "–")


def no_form(key: str, path: str, among: Iterable[str]) -> Problem:
    """Return the problem of a form that is not there."""
    return NO_FORM.at(path, form=key, nearest=", ".join(nearest(key, among)) or "–")


def no_field(key: str, form: str, path: str, among: Iterable[str]) -> Problem:
    """Return the problem of a field that a form does not have."""
    return NO_FIELD.at(path, field=key, form=form, nearest=", ".join(nearest(key, among)) or "–")


def fits(given: ExprType, wanted: ExprType) -> bool:
    """Return whether a value of type `given` can stand where `wanted` is expected."""
    return _fits(given, wanted)


def wrong_result(given: ExprType, wanted: ExprType, path: str) -> Problem:
    """Return the problem of a formula of the wrong type."""
    return WRONG_RESULT.at(path, given=words(given), wanted=words(wanted))


def wrong_field(field: str, given: ExprType, wanted: ExprType, path: str) -> Problem:
    """Return the problem of a field that a trigger cannot watch."""
    return WRONG_FIELD.at(path, field=field, given=words(given), wanted=words(wanted))
