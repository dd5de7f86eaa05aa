"""Slider (滑块): a number set by dragging."""

from engine.schema import WORDS, array, closed
from form_engine.controls._numbers import Number, span
from form_engine.controls._settings import setting, whole

CONTROL = Number(
    kind="slider",
    zh="滑块",
    en="Slider",
    value_type="decimal",
    icon="sliders",
    config_schema=closed(
        **span(min=0, max=10, step=1),
        scale=whole("小数位", "Decimal places", minimum=0, maximum=4, default=0),
        marks=setting(
            "刻度文字",
            "Marks",
            array(closed(("at", "label"), at={"type": "number"}, label=WORDS), maxItems=20),
        ),
    ),
    sample={"config": {"max": 10}, "valid": [0, "7"], "invalid": [11, -1]},
)
