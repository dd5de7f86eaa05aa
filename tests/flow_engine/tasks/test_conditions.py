"""Conditions at the ways of a flow, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.app import App
from flow_engine.tasks.conditions import Called, called_in, in_words

APP = App(
    {"key": "test", "name": {"zh": "试"}, "version": "1.0.0"},
    {
        "forms": {
            "plan": {
                "key": "plan",
                "fields": [
                    {"key": "rate", "control": "number", "label": {"zh": "折扣", "en": "Rate"}},
                    {"key": "note", "control": "text", "label": {"zh": "备注", "en": "Note"}},
                    {"key": "tags", "control": "select", "label": {"zh": "标签", "en": "Tags"}, "options": "list:tags"},
                    {"key": "stage", "control": "stage", "label": {"zh": "阶段", "en": "Stage"},
                     "stages": [{"key": "new", "label": {"zh": "新建", "en": "New"}}, {"key": "won", "label": {"zh": "成交", "en": "Won"}}]},
                ],
            }
        },
        "lists": {"tags": {"key": "tags", "options": [{"key": "vip", "label": {"zh": "贵宾", "en": "VIP"}}]}},
    },
)  # fmt: skip
CALLED = called_in(APP)


@pytest.mark.parametrize(
    ("formula", "zh", "en"),
    [
        ("{plan.rate} >= 0.850", "折扣 ≥ 0.85", "Rate ≥ 0.85"),
        ('{stage} = "won"', "阶段 = 成交", "Stage = Won"),
        ('{plan.stage} <> "else"', "阶段 ≠ “else”", "Stage ≠ “else”"),
        ("ISBLANK({plan.note})", "备注 未填", "Note is blank"),
        ('OR(INCLUDES({plan.tags}, "vip"), NOT(ISBLANK({plan.note})))', "标签 含 贵宾 或 备注 已填", "Tags has VIP or Note is filled in"),
        ('NOT(INCLUDES(LIST("new", "won"), {plan.stage}))', "阶段 不是 新建、成交", "Stage is not New, Won"),
        ("AND({rate} < 1, OR({rate} > 0, ISBLANK({note})))", "折扣 < 1 且 (折扣 > 0 或 备注 未填)", "Rate < 1 and (Rate > 0 or Note is blank)"),
        ("{day} < TODAY()", "day < 今天", "day < today"),
        ("NOT({plan.note})", "备注：否", "Note: no"),
        ("{somewhere.rate} > 1", "折扣 > 1", "Rate > 1"),
    ],
)  # fmt: skip
def test_a_condition_is_said_as_people_do(formula: str, zh: str, en: str):
    assert in_words(formula, "plan", CALLED) == {"zh": zh, "en": en}


@pytest.mark.parametrize(
    "formula", ["SUM({plan.lines.amount}) > 5", 'REGEXMATCH({note}, "x")', "{a} +", "{rate} * 2 > 1"]
)
def test_what_has_no_better_words_is_left_as_it_is(formula: str):
    assert in_words(formula, "plan", CALLED) is None


@given(st.text())
def test_whatever_stands_there_is_said_or_left(formula: str):
    said = in_words(formula, "plan", Called({}, {}))
    assert said is None or set(said) == {"zh", "en"}
