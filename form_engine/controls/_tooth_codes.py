"""The states, findings and procedures of a tooth chart, unless a clinic brings its own."""

from typing import Any

from engine.schema import WORDS, Schema, closed, one_of
from form_engine.controls._settings import COLOR_PATTERN

CODE: Schema = closed(
    ("key", "label"),
    key={"type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$"},
    label=WORDS,
    color={"type": "string", "pattern": COLOR_PATTERN},
    on=one_of("surface", "tooth", "both") | {"default": "both"},
)
"""One finding or procedure; `on` says whether it belongs to a surface or to the whole tooth."""


def _code(key: str, zh: str, en: str, color: str, on: str = "both") -> dict[str, Any]:
    return {"key": key, "label": {"zh": zh, "en": en}, "color": color, "on": on}


STATES = (
    _code("present", "存在", "Present", "default", "tooth"),
    _code("missing", "缺失", "Missing", "gray", "tooth"),
    _code("implant", "种植体", "Implant", "purple", "tooth"),
    _code("pontic", "桥体", "Pontic", "gold", "tooth"),
    _code("unerupted", "未萌", "Unerupted", "cyan", "tooth"),
    _code("impacted", "阻生", "Impacted", "orange", "tooth"),
    _code("root_remnant", "残根", "Root remnant", "volcano", "tooth"),
    _code("residual_crown", "残冠", "Residual crown", "volcano", "tooth"),
    _code("retained", "滞留乳牙", "Retained primary", "lime", "tooth"),
)
"""What stands in the place; exactly one a tooth."""

CONDITIONS = (
    _code("caries", "龋坏", "Caries", "red"),
    _code("filled", "已充填", "Filled", "blue"),
    _code("defective", "充填缺陷", "Defective filling", "magenta"),
    _code("sealed", "窝沟封闭", "Sealant", "cyan", "surface"),
    _code("wedge", "楔缺", "Wedge defect", "orange", "surface"),
    _code("veneer", "贴面", "Veneer", "purple", "surface"),
    _code("cracked", "隐裂", "Cracked", "volcano"),
    _code("worn", "磨损", "Worn", "lime"),
    _code("crown", "冠修复", "Crown", "gold", "tooth"),
    _code("root_filled", "根管治疗后", "Root-filled", "geekblue", "tooth"),
    _code("periapical", "根尖病变", "Periapical lesion", "red", "tooth"),
    _code("mobile", "松动", "Mobile", "orange", "tooth"),
)
"""What was found."""

PROCEDURES = (
    _code("filling", "充填", "Filling", "blue"),
    _code("inlay", "嵌体", "Inlay", "geekblue"),
    _code("sealant", "窝沟封闭", "Sealant", "cyan"),
    _code("veneer", "贴面", "Veneer", "purple"),
    _code("crown", "全冠", "Crown", "gold", "tooth"),
    _code("bridge", "桥", "Bridge", "gold", "tooth"),
    _code("root_canal", "根管治疗", "Root canal", "geekblue", "tooth"),
    _code("extraction", "拔除", "Extraction", "red", "tooth"),
    _code("implant", "种植", "Implant", "purple", "tooth"),
    _code("scaling", "洁治刮治", "Scaling", "green", "tooth"),
    _code("observe", "观察", "Watch", "default"),
)
"""What is planned, or was done."""
