"""Rules that can get in each other's way, found before they do. Advice: an app may be published with them."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from engine.definitions.outline import FieldOutline, FormOutline
from engine.expressions import Checked
from engine.problems import Code, Problem

BOTH_SET = Code(
    "rules.both_set",
    zh="规则“{first}”和“{second}”可能同时给“{field}”赋值",
    en="Rules “{first}” and “{second}” may both set “{field}”",
    hint_zh="让两条规则的条件互斥，例如按同一字段的不同取值",
    hint_en="Make their conditions exclude each other, for example by different values of one field",
)
NEVER_FILLED = Code(
    "rules.never_filled",
    zh="“{field}”必填却只读，又没有默认值，没有人能填它",
    en="“{field}” is required but read-only and has no default: nobody can fill it",
    hint_zh="去掉必填或只读，或给出默认值",
    hint_en="Drop one of the two or give a default",
)
LOCKED_SET = Code(
    "rules.locked_set",
    zh="规则“{lock}”锁定时，规则“{set}”对“{field}”的赋值不会生效",
    en="While rule “{lock}” locks the record, rule “{set}” cannot set “{field}”",
    hint_zh="在锁定规则里放开该字段，或改写条件",
    hint_en="Unlock that field in the lock, or change a condition",
)

ADVICE = frozenset({BOTH_SET.code, NEVER_FILLED.code, LOCKED_SET.code})
"""Codes that warn and do not stop a version from being published."""


def conflict_problems(form: FormOutline, formulas: Mapping[str, Checked]) -> Iterator[Problem]:
    """Yield pairs of rules that may fire together and disagree, and fields that nobody can fill."""
    rules = list(form.items("rules"))
    for (_, first), (index, second) in combinations(rules, 2):
        shared = sorted(set(first.get("set", ())) & set(second.get("set", ())))
        if shared and not _exclusive(form, first, second, formulas):
            names = {"first": first["key"], "second": second["key"]}
            yield BOTH_SET.at(f"{form.path}/rules/{index}", field=_label(form, shared[0]), **names)
    for one in form.all_fields():
        yield from _never_filled(one)


def _never_filled(one: FieldOutline) -> Iterator[Problem]:
    said = one.definition
    is_stuck = said.get("required") and said.get("read_only") and one.control.role == "field"
    if is_stuck and not {"default", "default_formula"} & said.keys() and not _given_by_server(one):
        yield NEVER_FILLED.at(one.path, field=_label(one.form, one.key))


def _given_by_server(one: FieldOutline) -> bool:
    # Numbers come from a pattern; rules may set the field; a copy from a picked record may fill it.
    if "pattern" in one.config:
        return True
    top = one.form.parent or one.form
    set_by_rule = any(one.key in rule.get("set", ()) for _, rule in top.items("rules"))
    copied = any(
        copy.get("to") == one.key
        for field in one.form.fields.values()
        for copy in field.config.get("copies", ())
    )
    return set_by_rule or copied


def _exclusive(form: FormOutline, first: Any, second: Any, formulas: Mapping[str, Checked]) -> bool:
    rules = form.definition["rules"]
    facts = []
    for rule in (first, second):
        checked = formulas.get(f"{form.path}/rules/{rules.index(rule)}/when")
        facts.append(_facts(checked.node) if checked is not None else {})
    return any(field in facts[1] and facts[1][field] != value for field, value in facts[0].items())


def _facts(node: Any) -> dict[tuple[str, ...], Any]:
    # What must hold: `{status} = "done" AND …` fixes status; anything under OR or NOT fixes nothing.
    if node.kind == "op" and str(node.value).upper() == "AND":
        return {name: value for part in node.args for name, value in _facts(part).items()}
    if node.kind == "call" and str(node.value).upper() == "AND":
        return {name: value for part in node.args for name, value in _facts(part).items()}
    if node.kind == "op" and node.value == "=":
        left, right = node.args
        if left.kind == "lit":
            left, right = right, left
        if left.kind == "field" and right.kind == "lit":
            return {tuple(left.value): right.value}
    return {}


def _label(form: FormOutline, key: str) -> Any:
    own = form.fields.get(key)
    return (own.definition.get("label") if own else None) or key
