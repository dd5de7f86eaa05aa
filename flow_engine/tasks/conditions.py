"""Conditions as people say them: `NOT(ISBLANK({customer.vip_note}))` is “VIP备注 已填”."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definitions.app import App
from engine.expressions import parse
from engine.expressions.nodes import Node
from engine.problems import Rejected
from engine.text import Words

SIGNS: Mapping[str, str] = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
JOINED: Mapping[str, Words] = {"AND": {"zh": " 且 ", "en": " and "}, "OR": {"zh": " 或 ", "en": " or "}}
BLANK: Words = {"zh": "{what} 未填", "en": "{what} is blank"}
FILLED: Words = {"zh": "{what} 已填", "en": "{what} is filled in"}
IN: Words = {"zh": "{what} 是 {those}", "en": "{what} is {those}"}
HAS: Words = {"zh": "{what} 含 {those}", "en": "{what} has {those}"}
NOT_IN: Words = {"zh": "{what} 不是 {those}", "en": "{what} is not {those}"}
HAS_NOT: Words = {"zh": "{what} 不含 {those}", "en": "{what} has not {those}"}
YES: Words = {"zh": "{what}：是", "en": "{what}: yes"}
NO: Words = {"zh": "{what}：否", "en": "{what}: no"}
OF_LIST: Words = {"zh": "、", "en": ", "}
TODAY: Words = {"zh": "今天", "en": "today"}
NOW: Words = {"zh": "现在", "en": "now"}


@dataclass(frozen=True, slots=True)
class Called:
    """What fields and their options are called, by form and key."""

    fields: Mapping[tuple[str, str], Words]
    options: Mapping[tuple[str, str], Mapping[str, Words]]

    def name(self, form: str, key: str) -> Words:
        """Return what a field is called; of a form that is not known by this name, what all forms agree on."""
        found = self.fields.get((form, key))
        if found:
            return found
        same = [label for (_, one), label in self.fields.items() if one == key]
        return same[0] if same and all(one == same[0] for one in same) else {"zh": key, "en": key}


def called_in(app: App) -> Called:
    """Return what the fields of an app are called."""
    forms, lists = app.of("forms"), app.of("lists")
    every = {(form, one["key"]): one for form, given in forms.items() for one in given.get("fields", ())}
    return Called(
        {place: one.get("label", {}) for place, one in every.items()},
        {place: dict(_options(one, lists)) for place, one in every.items()},
    )


def _options(field: Mapping[str, Any], lists: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Words]]:
    given = field.get("stages") or field.get("options") or ()
    if isinstance(given, str):
        given = lists.get(given.removeprefix("list:"), {}).get("options", ())
    for one in given:
        if isinstance(one, Mapping) and one.get("label"):
            yield str(one["key"]), one["label"]


class _UnsaidError(Exception):
    """There are no words for it."""


def in_words(formula: str, subject: str, called: Called) -> Words | None:
    """Return a condition in both languages; None where there are no better words than its own.

    `subject`: the form of plain names.
    """
    try:
        node = parse(formula, "")
        return {lang: _Teller(subject, called, lang).said(node) for lang in ("zh", "en")}
    except (Rejected, _UnsaidError):
        return None


class _Teller:
    def __init__(self, subject: str, called: Called, lang: str) -> None:
        self._subject, self._called, self._lang = subject, called, lang

    def said(self, node: Node, within: str = "") -> str:
        """Return a condition; in brackets where it joins otherwise than what it stands in."""
        if node.kind == "call" and node.value in JOINED:
            text = self._word(JOINED[node.value]).join(self.said(one, node.value) for one in node.args)
            return f"({text})" if within and within != node.value else text
        if node.kind == "op" and node.value in SIGNS:
            left, right = node.args
            field = next((one for one in node.args if one.kind == "field"), None)
            return f"{self._side(left, field)} {SIGNS[node.value]} {self._side(right, field)}"
        if node.kind == "field":
            return self._word(YES).format(what=self._name(node.value))
        is_not = node.kind == "not" or (node.kind == "call" and node.value == "NOT")
        inner = node.args[0] if is_not else node
        if inner.kind == "call" and inner.value == "ISBLANK":
            return self._word(FILLED if is_not else BLANK).format(what=self._side(inner.args[0], None))
        if inner.kind == "call" and inner.value == "INCLUDES" and len(inner.args) == 2:
            return self._includes(*inner.args, is_not=is_not)
        if is_not and inner.kind == "field":
            return self._word(NO).format(what=self._name(inner.value))
        raise _UnsaidError

    def _includes(self, many: Node, one: Node, *, is_not: bool) -> str:
        """Say that a field is one of a list, or that a field with several values has one."""
        if many.kind == "call" and many.value == "LIST":
            field, those, words = one, many.args, NOT_IN if is_not else IN
        else:
            field, those, words = many, (one,), HAS_NOT if is_not else HAS
        named = self._word(OF_LIST).join(self._side(each, field) for each in those)
        return self._word(words).format(what=self._side(field, None), those=named)

    def _side(self, node: Node, beside: Node | None) -> str:
        """Return one side of a comparison. `beside`: the field that it is compared with."""
        if node.kind == "field":
            return self._name(node.value)
        if node.kind == "lit" and isinstance(node.value, Decimal):
            return f"{node.value.normalize():f}"
        if node.kind == "lit" and isinstance(node.value, str):
            known = self._called.options.get(self._place(beside.value), {}) if beside is not None else {}
            return self._word(known[node.value]) if node.value in known else f"“{node.value}”"
        if node.kind == "call" and node.value in ("TODAY", "NOW") and not node.args:
            return self._word(TODAY if node.value == "TODAY" else NOW)
        raise _UnsaidError

    def _place(self, path: Sequence[str]) -> tuple[str, str]:
        return (path[-2] if len(path) > 1 else self._subject), path[-1]

    def _name(self, path: Sequence[str]) -> str:
        return self._word(self._called.name(*self._place(path)))

    def _word(self, words: Words) -> str:
        return words.get(self._lang) or words.get("zh") or ""
