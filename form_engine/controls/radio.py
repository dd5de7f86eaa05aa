"""Radio (单选): one option, all of them in sight."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._choices import One, choosing
from form_engine.controls._settings import pick

CONTROL = One(
    kind="radio",
    swift=_swift.option,
    zh="单选",
    en="Radio",
    icon="check-circle",
    config_schema=closed(
        ("options",), **choosing(), look=pick("样式", "Look", "circle", "button", default="circle")
    ),
    sample={
        "config": {
            "options": [
                {"key": "a", "label": {"zh": "甲", "en": "A"}},
                {"key": "b", "label": {"zh": "乙", "en": "B"}},
            ]
        },
        "valid": ["a"],
        "invalid": ["c"],
    },
)
