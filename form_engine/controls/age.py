"""Age (年龄): worked out from a birth date."""

from engine.schema import closed
from form_engine.controls._settings import key_of, pick
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="age",
    zh="年龄",
    en="Age",
    icon="hourglass",
    config_schema=closed(
        ("from",),
        **{"from": key_of("出生日期字段", "Birth date field", "field")},
        at=key_of("截至日期字段", "As of (field)", "field"),
        show=pick("显示", "Shown as", "years", "exact", default="exact"),
    ),
    sample={"config": {"from": "birthday"}},
)
