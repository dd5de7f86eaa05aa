"""Checkboxes (复选): several options, all of them in sight."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._choices import Several, choosing, counting

CONTROL = Several(
    kind="checkboxes",
    swift=_swift.options,
    zh="复选",
    en="Checkboxes",
    icon="check-square",
    config_schema=closed(("options",), **choosing(), **counting()),
    sample={
        "config": {
            "options": [
                {"key": "a", "label": {"zh": "甲", "en": "A"}},
                {"key": "b", "label": {"zh": "乙", "en": "B"}},
            ],
            "min_count": 1,
        },
        "valid": [["a"], ["a", "b"]],
        "invalid": [["c"], ["a", "b", "c"]],
    },
)
