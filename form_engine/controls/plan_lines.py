"""Plan lines (治疗方案): items, teeth, prices and discounts, with a total."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from form_engine.controls._rows import Rows, row_settings
from form_engine.controls._settings import flag

PHASES = [
    {"key": "一期", "label": {"zh": "一期", "en": "Phase 1"}},
    {"key": "二期", "label": {"zh": "二期", "en": "Phase 2"}},
    {"key": "三期", "label": {"zh": "三期", "en": "Phase 3"}},
]
STATES = [
    {"key": "planned", "label": {"zh": "计划", "en": "Planned"}, "color": "blue"},
    {"key": "accepted", "label": {"zh": "已接受", "en": "Accepted"}, "color": "cyan"},
    {"key": "done", "label": {"zh": "已完成", "en": "Done"}, "color": "green"},
    {"key": "declined", "label": {"zh": "已放弃", "en": "Declined"}, "color": "default"},
]
VARIANTS = [
    {"key": key, "label": {"zh": f"方案{key}", "en": f"Plan {key}"}, "color": color}
    for key, color in (("A", "blue"), ("B", "cyan"), ("C", "purple"))
]
VARIANT = {
    "key": "variant",
    "control": "select",
    "label": {"zh": "方案", "en": "Plan"},
    "options": VARIANTS,
    "default": "A",
}
COLUMNS = (
    {
        "key": "service_item",
        "control": "link",
        "to": "service_item",
        "label": {"zh": "项目", "en": "Item"},
        "required": True,
    },
    {"key": "site", "control": "text", "label": {"zh": "牙位/部位", "en": "Tooth or site"}},
    {
        "key": "qty",
        "control": "number",
        "label": {"zh": "数量", "en": "Qty"},
        "min": 0,
        "required": True,
        "default": "1",
    },
    {"key": "list_price", "control": "money", "label": {"zh": "原价", "en": "List price"}, "min": 0},
    {"key": "discount", "control": "percent", "label": {"zh": "折扣", "en": "Discount"}, "default": "1"},
    {"key": "price", "control": "money", "label": {"zh": "单价", "en": "Price"}, "min": 0, "required": True},
    {
        "key": "amount",
        "control": "formula",
        "label": {"zh": "金额", "en": "Amount"},
        "formula": "ROUND({qty} * {price}, 2)",
        "format": "money",
    },
    {"key": "phase", "control": "select", "label": {"zh": "阶段", "en": "Phase"}, "options": PHASES},
    {
        "key": "status",
        "control": "select",
        "label": {"zh": "状态", "en": "Status"},
        "options": STATES,
        "default": "planned",
    },
    {"key": "note", "control": "text", "label": {"zh": "备注", "en": "Note"}},
)


@dataclass(frozen=True)
class PlanLines(Rows):
    """Rows of a plan; where plans are compared, each row says of which plan it is."""

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        filled = dict(super().settings(given))
        columns = filled.get("fields")
        if filled.get("variants") and isinstance(columns, list):
            has_own = any(isinstance(one, Mapping) and one.get("key") == "variant" for one in columns)
            filled["fields"] = columns if has_own else [dict(VARIANT), *columns]
        return filled


CONTROL = PlanLines(
    kind="plan_lines",
    zh="治疗方案明细",
    en="Plan lines",
    group="clinic",
    icon="profile",
    config_schema=closed(**row_settings(COLUMNS), variants=flag("多方案对比(A/B/C)", "Compare plans A/B/C")),
    sample={
        "config": {"max_rows": 1},
        "valid": [[{"site": "36", "qty": "1", "price": "300.00"}]],
        "invalid": [[{"site": "36"}, {"site": "37"}], "x"],
    },
)
