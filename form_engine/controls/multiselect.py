"""Multi-select (多选下拉): several options from a list."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._choices import Several, choosing, counting

CONTROL = Several(
    kind="multiselect",
    swift=_swift.options,
    zh="多选下拉",
    en="Multi-select",
    icon="unordered-list",
    config_schema=closed(("options",), **choosing(), **counting()),
    sample={
        "config": {
            "options": [
                {"key": "a", "label": {"zh": "甲", "en": "A"}},
                {"key": "b", "label": {"zh": "乙", "en": "B"}},
            ],
            "max_count": 2,
        },
        "valid": [["a", "b"], ["b"]],
        "invalid": [["c"], ["a", "b", "c"], ["a", 1]],
    },
)
