"""Select (下拉选择): one option from a list."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._choices import One, choosing
from form_engine.controls._settings import key_of

CONTROL = One(
    kind="select",
    swift=_swift.option,
    zh="下拉选择",
    en="Select",
    icon="down-square",
    config_schema=closed(
        ("options",),
        **choosing(),
        depends_on=key_of("上级字段", "Depends on", "field"),
    ),
    sample={
        "config": {
            "options": [
                {"key": "a", "label": {"zh": "甲", "en": "A"}},
                {"key": "b", "label": {"zh": "乙", "en": "B"}},
            ]
        },
        "valid": ["a"],
        "invalid": ["c", 1],
    },
)
