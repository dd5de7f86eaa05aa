"""Number (数字): a decimal number with declared places."""

from engine.schema import closed
from form_engine.controls._numbers import Number, span
from form_engine.controls._settings import flag, line, whole

CONTROL = Number(
    kind="number",
    zh="数字",
    en="Number",
    value_type="decimal",
    icon="number",
    config_schema=closed(
        **span(),
        scale=whole("小数位", "Decimal places", minimum=0, maximum=8, default=2),
        thousands=flag("千位分隔", "Thousands separator"),
        unit=line("单位", "Unit"),
    ),
    sample={
        "config": {"min": 0, "max": 10, "scale": 1},
        "valid": ["1.5", 10],
        "invalid": ["-0.1", "10.1", "x"],
    },
)
