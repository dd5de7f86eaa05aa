"""Conditions as people say them: “状态”为“已完成”, “到期时间”早于现在."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from engine.expressions import FUNCTIONS
from engine.expressions.nodes import Node
from engine.text import Words
from report_engine.wording import LANGS, written

OPERATORS: dict[str, Words] = {
    "=": {"zh": "为", "en": "is"},
    "<>": {"zh": "不为", "en": "is not"},
    ">": {"zh": "大于", "en": "above"},
    ">=": {"zh": "不小于", "en": "at least"},
    "<": {"zh": "小于", "en": "below"},
    "<=": {"zh": "不大于", "en": "at most"},
    "in": {"zh": "属于", "en": "in"},
}
SIGNS = {"+": "+", "-": "-", "*": "×", "/": "÷", "&": "&"}
BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}
"""What binds tighter has the higher number."""
QUIET = ("COALESCE", "ROUND")
"""What these do to a value is no part of what it means."""
IN_TIME: dict[str, Words] = {
    "=": {"zh": "为", "en": "is"},
    "<>": {"zh": "不为", "en": "is not"},
    ">": {"zh": "晚于", "en": "after"},
    ">=": {"zh": "不早于", "en": "not before"},
    "<": {"zh": "早于", "en": "before"},
    "<=": {"zh": "不晚于", "en": "not after"},
}
OPPOSITE = {"=": "<>", "<>": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}
MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
MOMENTS: dict[str, Words] = {
    "TODAY": {"zh": "今天", "en": "today"},
    "NOW": {"zh": "现在", "en": "now"},
    "SOMONTH": {"zh": "当月第一天", "en": "the first of the month"},
    "SOWEEK": {"zh": "当周周一", "en": "Monday of the week"},
}
PEOPLE: dict[str, Words] = {
    "ME": {"zh": "本人", "en": "me"},
    "OWN": {"zh": "本人的记录", "en": "records of mine"},
}
UNITS: dict[str, Words] = {
    "minute": {"zh": "分钟", "en": "minutes"},
    "hour": {"zh": "小时", "en": "hours"},
    "day": {"zh": "天", "en": "days"},
    "week": {"zh": "周", "en": "weeks"},
    "month": {"zh": "个月", "en": "months"},
    "quarter": {"zh": "个季度", "en": "quarters"},
    "year": {"zh": "年", "en": "years"},
}
BLANK: dict[bool, Words] = {
    True: {"zh": "未填写", "en": "is blank"},
    False: {"zh": "已填写", "en": "is filled in"},
}
AMONG: dict[bool, Words] = {
    True: {"zh": "为 {some} 之一", "en": "is one of {some}"},
    False: {"zh": "不为 {some}", "en": "is none of {some}"},
}
HOLDS: dict[bool, Words] = {
    True: {"zh": "包含 {some}", "en": "includes {some}"},
    False: {"zh": "不包含 {some}", "en": "does not include {some}"},
}
JOINED: dict[str, Words] = {"AND": {"zh": "且", "en": "and"}, "OR": {"zh": "或", "en": "or"}}
TRUTH: dict[bool, Words] = {True: {"zh": "是", "en": "yes"}, False: {"zh": "否", "en": "no"}}
BETWEEN = {"zh": "、", "en": ", "}
LAST: Words = {"zh": "最近 {count} {unit}", "en": "the last {count} {unit}"}
NEXT: Words = {"zh": "未来 {count} {unit}", "en": "the next {count} {unit}"}
SPAN: Words = {"zh": "{start}到{end}的天数", "en": "days from {start} to {end}"}
RETURN: Words = {"zh": "下一次{of}", "en": "the next {of}"}
AFTER: Words = {"zh": "{of}后 {count} {unit}", "en": "{count} {unit} after {of}"}
BEFORE: Words = {"zh": "{of}前 {count} {unit}", "en": "{count} {unit} before {of}"}
THEN: dict[tuple[str, bool], Words] = {
    ("TODAY", True): {"zh": "{count} {unit}后", "en": "{count} {unit} from today"},
    ("TODAY", False): {"zh": "{count} {unit}前", "en": "{count} {unit} ago"},
}


@dataclass(frozen=True, slots=True)
class Called:
    """A formula with a name. `values`: what its results are called."""

    name: Words
    values: Mapping[str, Words]
    is_time: bool = False


class Names(Protocol):
    """What a condition's paths and values are called."""

    def label(self, path: str) -> Words: ...
    def value(self, path: str, given: object) -> Words: ...
    def is_time(self, path: str) -> bool: ...

    def called(self, node: Node) -> "Called | None":
        """Return what a formula is called that has a name of its own: a calculated dimension."""


def in_words(node: Node, names: Names) -> Words:
    """Return a condition in both languages. What has no words of its own is said by its function's name."""
    return {lang: _Teller(lang, names).told(node) for lang in LANGS}


def sum_in_words(node: Node, names: Names) -> Words:
    """Return how a value is worked out, in both languages."""
    return {lang: _Teller(lang, names).thing(node) for lang in LANGS}


def _name(node: Node) -> str:
    return str(node.value).upper() if node.kind == "call" else ""


@dataclass(frozen=True)
class _Teller:
    lang: str
    names: Names

    def told(self, node: Node, *, holds: bool = True) -> str:
        """Return a condition, or its opposite."""
        inner = _negated(node)
        if inner is not None:
            return self.told(inner, holds=not holds)
        name = _name(node)
        if node.kind == "op" and str(node.value).lower() in ("and", "or"):
            name = str(node.value).upper()
        if name in JOINED:
            return self._joined(name if holds else ("OR" if name == "AND" else "AND"), node, holds=holds)
        if name == "ISBLANK":
            return f"{self.thing(node.args[0])} {BLANK[holds][self.lang]}"
        if name == "EXACT" and len(node.args) == 2:
            return self._compared(Node("op", node.position, "=", node.args), holds=holds)
        if name == "INCLUDES" and len(node.args) == 2:
            return self._includes(node, holds=holds)
        if node.kind == "op" and str(node.value).lower() in OPERATORS:
            return self._compared(node, holds=holds)
        said = self.thing(node)
        if node.kind == "field" or self.names.called(node) is not None:
            return f"{said} {OPERATORS['='][self.lang]} {TRUTH[holds][self.lang]}"
        return said if holds else f"{'并非' if self.lang == 'zh' else 'not'} {said}"

    def thing(self, node: Node, beside: Node | None = None) -> str:
        """Return a value; a plain one is worded as the field beside it words it."""
        name, called = _name(node), self.names.called(node)
        if called is not None:
            return f"“{called.name.get(self.lang, '')}”"
        if node.kind == "field":
            path = ".".join(node.value)
            return f"“{self.names.label(path).get(self.lang, path)}”"
        if node.kind == "lit":
            return self._literal(node, beside)
        if node.kind == "neg":
            return f"-{self.thing(node.args[0])}"
        if node.kind == "list" or name == "LIST":
            return BETWEEN[self.lang].join(self.thing(one, beside) for one in node.args)
        if name in MOMENTS or name in PEOPLE:
            words = {**MOMENTS, **PEOPLE}[name][self.lang]
            return f"{self.thing(node.args[0])}{words}" if node.args else words
        if name in ("DATEADD", "EDATE"):
            return self._shifted(node)
        if name in ("LASTPERIOD", "LAST", "NEXTPERIOD"):
            return (NEXT if name == "NEXTPERIOD" else LAST)[self.lang].format(**self._units(*node.args))
        if name == "DAYS":
            end, start = node.args
            return SPAN[self.lang].format(start=self.thing(start), end=self.thing(end))
        if name == "NEXTOCCURRENCE":
            return RETURN[self.lang].format(of=self.thing(node.args[0]))
        if name in QUIET:
            return self.thing(node.args[0])
        if name == "IF" and len(node.args) == 3 and _is_nothing(node.args[1]):
            # Without the one there is no value: that goes without saying.
            return self.thing(node.args[2])
        if node.kind == "op" and str(node.value) in SIGNS:
            return self._worked_out(node)
        if name:
            known = FUNCTIONS.get(name).alias if self.lang == "zh" and name in FUNCTIONS else name
            return f"{known}({BETWEEN[self.lang].join(self.thing(one) for one in node.args)})"
        return written(node)

    def _worked_out(self, node: Node) -> str:
        left, right = (_bare(one) for one in node.args)
        own = BINDS.get(str(node.value), 0)

        def bracketed(one: Node, *, is_right: bool) -> str:
            binds = BINDS.get(str(one.value), 9) if one.kind == "op" else 9
            loose = binds < own or (is_right and binds == own and str(node.value) in ("-", "/"))
            return f"({self.thing(one)})" if loose else self.thing(one)

        if str(node.value) == "-" and left.kind == "lit" and left.value == 0:
            return f"-{bracketed(right, is_right=True)}"
        return f"{bracketed(left, is_right=False)} {SIGNS[str(node.value)]} {bracketed(right, is_right=True)}"

    def _joined(self, name: str, node: Node, *, holds: bool) -> str:
        made = f" {JOINED[name][self.lang]} ".join(self.told(one, holds=holds) for one in node.args)
        return made if name == "AND" else f"（{made}）" if self.lang == "zh" else f"({made})"

    def _includes(self, node: Node, *, holds: bool) -> str:
        many, one = node.args
        if many.kind == "list" or _name(many) == "LIST":
            return f"{self.thing(one)} {AMONG[holds][self.lang].format(some=self.thing(many, one))}"
        return f"{self.thing(many)} {HOLDS[holds][self.lang].format(some=self.thing(one, many))}"

    def _compared(self, node: Node, *, holds: bool) -> str:
        (left, right), name = node.args, str(node.value).lower()
        if _subject(left) is None and _subject(right) is not None and name != "in":
            # Sentences begin with what is spoken of.
            left, right, name = right, left, MIRRORED.get(name, name)
        if name == "in":
            is_range = _name(right) in ("LASTPERIOD", "LAST", "NEXTPERIOD")
            if is_range:
                word = (OPERATORS["="] if holds else OPERATORS["<>"])[self.lang]
                return f"{self.thing(left)} {word} {self.thing(right)}"
            return f"{self.thing(left)} {AMONG[holds][self.lang].format(some=self.thing(right, left))}"
        name = name if holds else OPPOSITE.get(name, name)
        words = IN_TIME if self._is_time(left) or self._is_time(right) else OPERATORS
        return f"{self.thing(left, right)} {words.get(name, OPERATORS[name])[self.lang]} {self.thing(right, left)}"

    def _is_time(self, node: Node) -> bool:
        if (called := self.names.called(node)) is not None:
            return called.is_time
        if node.kind == "field":
            return self.names.is_time(".".join(node.value))
        return _name(node) in MOMENTS or _name(node) in ("DATEADD", "EDATE", "NEXTOCCURRENCE")

    def _literal(self, node: Node, beside: Node | None) -> str:
        path = _subject(beside) if beside is not None else None
        if isinstance(node.value, bool):
            return TRUTH[node.value][self.lang]
        if node.value is None or node.value == "":
            return BLANK[True][self.lang]
        called = self.names.called(beside) if beside is not None else None
        if called is not None:
            return str(called.values.get(str(node.value), {}).get(self.lang, _plainly(node.value)))
        if path is not None:
            return str(self.names.value(path, node.value).get(self.lang, node.value))
        return _plainly(node.value)

    def _shifted(self, node: Node) -> str:
        of, count = node.args[0], node.args[1]
        unit = node.args[2] if len(node.args) > 2 else Node("lit", 0, "month")
        is_back = count.kind == "neg" or (isinstance(count.value, Decimal) and count.value < 0)
        plain = count.args[0] if count.kind == "neg" else count
        given = self._units(plain, unit)
        known = THEN.get((_name(of), not is_back))
        if known is not None:
            return known[self.lang].format(**given)
        return (BEFORE if is_back else AFTER)[self.lang].format(of=self.thing(of), **given)

    def _units(self, count: Node, unit: Node) -> dict[str, str]:
        known = UNITS.get(str(unit.value).lower().removesuffix("s"), {})
        said = f"{abs(count.value):f}" if isinstance(count.value, Decimal) else self.thing(count)
        return {"count": said, "unit": known.get(self.lang, self.thing(unit))}


def _plainly(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _negated(node: Node) -> Node | None:
    if node.kind == "not" or _name(node) == "NOT":
        return node.args[0]
    return None


def _bare(node: Node) -> Node:
    """Return what is said of a value: without what only guards it."""
    name = _name(node)
    if name in QUIET:
        return _bare(node.args[0])
    if name == "IF" and len(node.args) == 3 and _is_nothing(node.args[1]):
        return _bare(node.args[2])
    return node


def _is_nothing(node: Node) -> bool:
    return node.kind == "lit" and node.value is None


def _subject(node: Node) -> str | None:
    """Return the field that a value is about, where it is about one."""
    if node.kind == "field":
        return ".".join(node.value)
    if _name(node) in ("COALESCE", "LOWER", "UPPER", "TRIM"):
        return _subject(node.args[0])
    return None
