"""Conditions and formulas in words: whoever reads a report never reads a formula."""

import pytest

from engine.expressions import parse
from engine.expressions.nodes import Node
from engine.text import Words
from report_engine.telling import Called, in_words, sum_in_words

LABELS = {
    "status": "状态",
    "due_at": "截止时间",
    "done_at": "完成时间",
    "paid": "实收",
    "cost": "成本",
    "abnormal": "异常",
}
VALUES = {"done": "已完成", "new": "新建"}


class Plain:
    """Fields and options by the names above."""

    def label(self, path: str) -> Words:
        return {"zh": LABELS.get(path, path), "en": path}

    def value(self, path: str, given: object) -> Words:
        return {"zh": VALUES.get(str(given), str(given)), "en": str(given)}

    def is_time(self, path: str) -> bool:
        return path.endswith("_at")

    def called(self, node: Node) -> Called | None:
        is_size = node.kind == "call" and node.value == "IF" and node.args[-1].value == "small"
        return (
            Called({"zh": "金额档", "en": "size"}, {"big": {"zh": "大额", "en": "large"}})
            if is_size
            else None
        )


@pytest.mark.parametrize(
    ("formula", "zh", "en"),
    [
        ('{status} = "done"', "“状态” 为 已完成", "“status” is done"),
        ('EXACT({status}, "done")', "“状态” 为 已完成", "“status” is done"),
        ('EXACT(IF({paid} > 1, "big", "small"), "big")', "“金额档” 为 大额", "“size” is large"),
        ('"done" <> {status}', "“状态” 不为 已完成", "“status” is not done"),
        ("8000 <= {paid}", "“实收” 不小于 8000", "“paid” at least 8000"),
        ("NOT(ISBLANK({done_at}))", "“完成时间” 已填写", "“done_at” is filled in"),
        ("{done_at} <= {due_at}", "“完成时间” 不晚于 “截止时间”", "“done_at” not after “due_at”"),
        ("NOT({done_at} <= {due_at})", "“完成时间” 晚于 “截止时间”", "“done_at” after “due_at”"),
        ("{due_at} < NOW()", "“截止时间” 早于 现在", "“due_at” before now"),
        ('{due_at} <= DATEADD(TODAY(), 90, "day")', "“截止时间” 不晚于 90 天后", "“due_at” not after 90 days from today"),
        ('{due_at} >= DATEADD(TODAY(), -2, "week")', "“截止时间” 不早于 2 周前", "“due_at” not before 2 weeks ago"),
        ('{done_at} < DATEADD({due_at}, 3, "day")', "“完成时间” 早于 “截止时间”后 3 天", "“done_at” before 3 days after “due_at”"),
        ('INCLUDES(LIST("new", "done"), {status})', "“状态” 为 新建、已完成 之一", "“status” is one of new, done"),
        ('NOT(INCLUDES(LIST("new", "done"), {status}))', "“状态” 不为 新建、已完成", "“status” is none of new, done"),
        ('{status} IN ("new", "done")', "“状态” 为 新建、已完成 之一", "“status” is one of new, done"),
        ('INCLUDES({tags}, "vip")', "“tags” 包含 vip", "“tags” includes vip"),
        ("{owner} = ME()", "“owner” 为 本人", "“owner” is me"),
        ("{abnormal}", "“异常” 为 是", "“abnormal” is yes"),
        ('COALESCE({status}, "") <> "done"', "“状态” 不为 已完成", "“status” is not done"),
        ('{due_at} IN LAST(6, "month")', "“截止时间” 为 最近 6 个月", "“due_at” is the last 6 months"),
        ("DAYS({done_at}, {due_at}) > 0", "“截止时间”到“完成时间”的天数 大于 0", "days from “due_at” to “done_at” above 0"),
        ('OR({paid} > 0, {status} = "new")', "（“实收” 大于 0 或 “状态” 为 新建）", "(“paid” above 0 or “status” is new)"),
        ('NOT(OR({paid} > 0, {status} = "new"))', "“实收” 不大于 0 且 “状态” 不为 新建", "“paid” at most 0 and “status” is not new"),
        ("LEN({name}) > 3", "长度(“name”) 大于 3", "LEN(“name”) above 3"),
    ],
)  # fmt: skip
def test_a_condition_is_told_in_words(formula: str, zh: str, en: str) -> None:
    assert in_words(parse(formula, ""), Plain()) == {"zh": zh, "en": en}


@pytest.mark.parametrize(
    ("formula", "zh"),
    [
        ("({paid} - {cost}) / {cost}", "(“实收” - “成本”) ÷ “成本”"),
        ("{paid} - {cost} / 90", "“实收” - “成本” ÷ 90"),
        ("{paid} - ({cost} - 1)", "“实收” - (“成本” - 1)"),
        ("IF(ISBLANK({cost}), NULL, COALESCE({paid}, 0) / {cost})", "“实收” ÷ “成本”"),
        ("ROUND({paid} * 2, 2)", "“实收” × 2"),
        ("0 - {paid}", "-“实收”"),
    ],
)
def test_how_a_value_is_worked_out_is_told_without_what_only_guards_it(formula: str, zh: str) -> None:
    assert sum_in_words(parse(formula, ""), Plain())["zh"] == zh
